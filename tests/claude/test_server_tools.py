"""The tools that Claude's API runs itself: their definitions, their blocks in a prompt, and what they cost."""

from datetime import date
from typing import Any

import pytest

from conversations.claude import server_tools
from conversations.claude.citations import list_files, name_files, restore_citations
from conversations.claude.client import Request
from conversations.claude.events import MessageFinished
from conversations.claude.models import Model, get_model, update_models
from conversations.claude.prompt import get_continued_content, max_prompt_tokens
from conversations.claude.server_tools import DEFINITIONS
from conversations.claude.tool_prompt import add_past_tools
from conversations.models.tokens import Tokens
from tests.claude.streams import BLOCK_STOP, END, START, STOP, accumulate, block_start, blocks_of, delta, text_delta
from tests.claude.test_prompt import SONNET, answer, content_sent_of, messages_for, question, text_block

DAY = date(2026, 11, 26)
SEARCH = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "tides"}}
FOUND: dict[str, Any] = {
    "type": "web_search_tool_result",
    "tool_use_id": "srvtoolu_1",
    "content": [{"type": "web_search_result", "url": "https://tide.example/", "title": "T", "encrypted_content": "e"}],
}
UNKNOWN_RESULT = {"type": "next_year_tool_result", "tool_use_id": "srvtoolu_1", "content": {"of": ["another shape"]}}
CITATION = {
    "type": "web_search_result_location",
    "url": "https://tide.example/",
    "title": "Tides",
    "encrypted_index": "opaque",
    "cited_text": "High at six.",
}


def fetched(url="https://tide.example/", use="srvtoolu_2"):
    document = {"type": "document", "title": "Tides", "source": {"type": "text", "data": "High at six."}}
    page = {"type": "web_fetch_result", "url": url, "content": document}
    return {"type": "web_fetch_tool_result", "tool_use_id": use, "content": page}


@pytest.fixture
def _listed():
    yield
    update_models([])


# Blocks on the wire


def test_a_search_is_kept_as_it_was_received():
    events = accumulate(
        START,
        block_start(**SEARCH | {"input": {}}),
        delta(type="input_json_delta", partial_json='{"query": "ti'),
        delta(type="input_json_delta", partial_json='des"}'),
        BLOCK_STOP,
        block_start(**FOUND),
        BLOCK_STOP,
        block_start(type="text", text="", citations=[]),
        delta(type="citations_delta", citation=CITATION),
        text_delta("High at six."),
        BLOCK_STOP,
    )

    assert blocks_of(events) == [SEARCH, FOUND, text_block("High at six.") | {"citations": [CITATION]}]


def test_the_final_count_has_the_searches_and_the_container():
    container = {"id": "container_1", "expires_at": "2026-11-26T12:00:00Z"}
    end = {
        "type": "message_delta",
        "delta": {"stop_reason": "pause_turn", "container": container},
        "usage": {"output_tokens": 5, "server_tool_use": {"web_search_requests": 3, "web_fetch_requests": 1}},
    }

    finished = accumulate(START, end, STOP)[-1]

    assert (finished.searches, finished.container, finished.is_counted) == (3, "container_1", True)


@pytest.mark.parametrize("uses", [None, [], {"web_search_requests": None}, "three"])
def test_a_count_without_searches_has_none(uses):
    end = {**END, "usage": {"output_tokens": 5, "server_tool_use": uses}}

    assert accumulate(START, end, STOP)[-1] == MessageFinished("end_turn", Tokens(input=12, output=5))


@pytest.mark.parametrize("container", [None, "container_1", {"id": 1}, {"id": "x" * 101}])
def test_a_container_of_another_shape_is_none(container):
    end = {**END, "delta": {"stop_reason": "end_turn", "container": container}}

    assert accumulate(START, end, STOP)[-1].container == ""


# The next turn


def test_a_search_with_its_result_is_sent_back_as_it_was_received():
    blocks = [SEARCH, FOUND, text_block("High at six.") | {"citations": [CITATION]}]

    assert content_sent_of(answer(*blocks)) == blocks


def test_a_result_of_an_unknown_kind_is_sent_back_with_its_use():
    blocks = [SEARCH, UNKNOWN_RESULT, text_block("Yes.")]

    assert content_sent_of(answer(*blocks)) == blocks


@pytest.mark.parametrize(
    "blocks",
    [
        [SEARCH],
        [FOUND],
        [FOUND, SEARCH],
        [SEARCH | {"id": 1}, FOUND],
        [SEARCH, FOUND | {"tool_use_id": "srvtoolu_2"}],
        [SEARCH, FOUND | {"tool_use_id": None}],
    ],
    ids=["a use alone", "a result alone", "the wrong order", "no id", "another id", "no id in the result"],
)
def test_a_use_or_a_result_without_the_other_is_not_sent(blocks):
    assert content_sent_of(answer(text_block("Wait."), *blocks)) == [text_block("Wait.")]


def test_a_second_result_of_a_use_is_not_sent():
    assert content_sent_of(answer(SEARCH, FOUND, FOUND, text_block("Yes."))) == [SEARCH, FOUND, text_block("Yes.")]


def test_an_answer_of_a_search_alone_is_sent():
    assert content_sent_of(answer(SEARCH, FOUND)) == [SEARCH, FOUND]


def test_a_search_that_ran_after_a_tool_of_this_site_keeps_its_place():
    call = {"type": "tool_use", "id": "toolu_1", "name": "clock", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "Noon."}

    messages = messages_for(question(), answer(SEARCH, call, result, FOUND, text_block("Yes.")), question())

    assert [message["content"] for message in messages[1:4]] == [[SEARCH, call], [result], [FOUND, text_block("Yes.")]]


@pytest.mark.parametrize(
    ("blocks", "sent"),
    [
        ([text_block("\n\n"), SEARCH, FOUND, text_block("Yes.")], [SEARCH, FOUND, text_block("Yes.")]),
        ([SEARCH, FOUND, text_block(" \n"), text_block("Yes.")], [SEARCH, FOUND, text_block("Yes.")]),
        ([SEARCH, FOUND, text_block(" ")], [SEARCH, FOUND]),
        (
            [text_block("One."), text_block("\n"), SEARCH, FOUND, text_block("\n")],
            [text_block("One.\n"), SEARCH, FOUND],
        ),
        ([text_block("One."), SEARCH, text_block("\n"), text_block("Two.")], [text_block("One."), text_block("Two.")]),
    ],
)
def test_text_without_words_is_never_a_block_of_its_own(blocks, sent):
    assert content_sent_of(answer(*blocks)) == sent
    if SEARCH in sent:
        assert get_continued_content(blocks) == sent


def test_a_use_stays_open_for_the_next_step_of_its_own_answer():
    blocks = [text_block("Let me look."), SEARCH]

    assert get_continued_content(blocks) == blocks
    assert get_continued_content([FOUND, text_block("\n")]) == []


def test_a_page_that_is_cited_is_found_again_among_other_documents():
    file = {"type": "document", "source": {"type": "file", "file_id": "7f0e3a52"}}
    files = list_files(
        [{"content": [file]}, {"content": [fetched("https://a.example/"), fetched("https://b.example/")]}]
    )
    received = text_block("Six.") | {"citations": [{"type": "char_location", "document_index": 2}]}

    named = name_files(received, files)

    assert files == ["7f0e3a52", "https://a.example/", "https://b.example/"]
    assert named["citations"][0]["file_id"] == "https://b.example/"
    [sent] = restore_citations([named], files[:1] + files[2:])
    assert sent["citations"] == [{"type": "char_location", "document_index": 1}]
    assert "citations" not in restore_citations([named], files[:2])[0]


# Definitions


def test_the_definitions_say_how_often_claude_may_use_them():
    assert [(tool["type"], tool.get("max_uses")) for tool in DEFINITIONS.values()] == [
        ("web_search_20260318", 5),
        ("web_fetch_20260318", 5),
        ("code_execution_20260521", None),
    ]


@pytest.mark.usefixtures("_listed")
def test_a_model_has_what_the_api_says_and_else_what_the_catalogue_says():
    assert server_tools.has_server_tool(SONNET, "web_search")
    assert not server_tools.has_server_tool("local-7b", "web_search")

    update_models([Model(SONNET, "Sonnet", server_tools=("code_execution",)), Model("claude-opus-5-5", "Opus")])

    assert get_model(SONNET).server_tools == ("code_execution",)
    assert server_tools.has_server_tool("claude-opus-5-5", "web_search")


def test_what_was_used_before_is_defined_where_no_tool_is_offered():
    messages = [{"role": "assistant", "content": [SEARCH, FOUND]}]
    own = {"name": "clock", "description": "", "input_schema": {"type": "object"}}

    assert add_past_tools([], messages, SONNET) == [DEFINITIONS["web_search"]]
    assert add_past_tools([own], messages, SONNET) == [own]
    assert add_past_tools([], messages, "local-7b") == []


def test_the_container_is_sent_with_the_next_step():
    request = Request(SONNET, [{"role": "user", "content": [text_block("Go on.")]}], container="container_1")

    assert request.parameters()["container"] == "container_1"
    assert "container" not in Request(SONNET, request.messages).parameters()


# Money


def test_a_search_costs_a_cent_beside_its_tokens():
    model, tokens = get_model(SONNET), Tokens(input=1_000, output=100)

    assert (model.cost(tokens, DAY, searches=3) or 0) - (model.cost(tokens, DAY) or 0) == 30_000
    assert Model("local-7b", "Local").cost(tokens, DAY, searches=3) is None


def test_the_most_that_a_call_can_cost_has_all_searches_and_what_they_return():
    model = get_model(SONNET)

    without, with_searches = model.max_cost(1_000, 100, DAY) or 0, model.max_cost(1_000, 100, DAY, searches=5) or 0
    assert with_searches - without == 50_000
    assert server_tools.max_further_tokens(1_000, []) == 0
    assert server_tools.max_further_tokens(1_000, ["web_search"]) == 5 * 1_000 + 15 * server_tools.MAX_SEARCH_TOKENS
    # The API pauses a turn before it has asked on for more than ten times.
    assert server_tools.max_further_tokens(0, DEFINITIONS) == (
        sum(range(6, 11)) * server_tools.MAX_PAGE_TOKENS + 15 * server_tools.MAX_SEARCH_TOKENS
    )


def test_encrypted_results_are_estimated():
    page = {"type": "web_search_result", "encrypted_content": "x" * 400_000}
    messages = [{"role": "assistant", "content": [SEARCH, FOUND | {"content": [page]}]}]

    assert 100_000 < max_prompt_tokens(messages, "", SONNET, 0) < 110_000


def test_a_request_may_search_only_while_tools_may_be_used():
    may = Request(SONNET, [], tools=[*DEFINITIONS.values()], can_use_tools=True)
    may_not = Request(SONNET, [], tools=[*DEFINITIONS.values()])

    assert (may.max_searches, may.max_prompts) == (5, 11)
    assert (may_not.max_searches, may_not.max_prompts) == (0, 1)
