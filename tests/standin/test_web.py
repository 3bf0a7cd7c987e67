"""The stand-in plays the tools that Anthropic's servers run: searches with sources, pages, code."""

from typing import Any

import anthropic
import pytest

from tests.standin.turns import Turn

SEARCH: dict[str, Any] = {"type": "web_search_20260318", "name": "web_search", "max_uses": 2}
FETCH: dict[str, Any] = {"type": "web_fetch_20260318", "name": "web_fetch", "citations": {"enabled": True}}
CODE: dict[str, Any] = {"type": "code_execution_20260521", "name": "code_execution"}


@pytest.fixture
def turn(stand_in):
    stand_in.reset()
    with anthropic.Anthropic(base_url=stand_in.url, api_key="test-key", max_retries=0) as client:
        turn = Turn(client)
        turn.tools = [SEARCH, FETCH, CODE, *turn.tools]
        yield turn


def types_of(answer):
    return [block.type for block in answer.content if block.type != "text" or block.text.strip()]


def test_a_search_has_results_and_texts_that_cite_them(turn):
    answer = turn.ask("[[echo:I search.]][[search:green tea]]")
    [_, call, found, *texts] = answer.content
    citations = [citation for text in texts for citation in text.citations or []]

    assert types_of(answer) == ["text", "server_tool_use", "web_search_tool_result", "text", "text", "text"]
    assert (call.name, call.input, found.tool_use_id) == ("web_search", {"query": "green tea"}, call.id)
    assert [result.url for result in found.content] == [citation.url for citation in citations]
    assert all(result.encrypted_content and "green tea" in result.title for result in found.content)
    assert answer.stop_reason == "end_turn"


def test_searches_are_counted_in_the_usage(turn):
    answer = turn.ask("[[search:tea]][[search:coffee]][[fetch:https://tea.example]]")

    assert answer.usage.server_tool_use.to_dict() == {"web_search_requests": 2, "web_fetch_requests": 1}
    assert answer.usage.input_tokens > turn.client.messages.count_tokens(**turn.counted()).input_tokens


def test_a_search_too_many_fails(turn):
    answer = turn.ask("[[search:a]][[search:b]][[search:c]]")
    results = [block.content for block in answer.content if block.type == "web_search_tool_result"]

    assert results[2].error_code == "max_uses_exceeded"
    assert answer.usage.server_tool_use.web_search_requests == 2


def test_a_search_may_be_limited_to_domains(turn):
    turn.tools = [SEARCH | {"allowed_domains": ["tea.example"]}]
    found = turn.ask("[[search:tea]]").content[1]

    assert [result.url for result in found.content] == ["https://tea.example/tea"]


def test_a_server_tool_may_fail(turn):
    answer = turn.ask("[[fetch:https://tea.example]][[web_error:url_not_accessible]]")

    assert answer.content[1].content.to_dict() == {
        "type": "web_fetch_tool_result_error",
        "error_code": "url_not_accessible",
    }
    assert "url_not_accessible" in answer.content[2].text


def test_a_page_is_fetched_and_cited(turn):
    answer = turn.ask("[[fetch:https://tea.example/green]]")
    [_, fetched, _, text] = answer.content
    [citation] = text.citations

    assert fetched.content.url == "https://tea.example/green"
    assert (citation.type, citation.document_index) == ("char_location", 0)
    data = fetched.content.content.source.data
    assert data[citation.start_char_index : citation.end_char_index] == citation.cited_text


@pytest.mark.parametrize("marker", ["[[code:print(1)]]", "[[bash:ls]]"])
def test_code_has_an_output_and_a_container(turn, marker):
    answer = turn.ask(marker)
    [call, ran, _] = answer.content

    assert ran.type == f"{call.name}_tool_result"
    assert (ran.content.type, ran.content.return_code) == (f"{call.name}_result", 0)
    assert answer.container.id


def test_calls_of_the_server_and_of_the_client_may_be_in_one_answer(turn):
    answer = turn.ask("[[search:tea]][[blank]][[tool:clock]]")
    done = turn.send_results("Noon.")

    assert answer.content[-2].text.isspace()
    assert (answer.content[-1].name, answer.stop_reason) == ("clock", "tool_use")
    assert done.content[0].text == "The tool `clock` answered: Noon."


def test_a_turn_may_pause_between_a_search_and_its_result(turn):
    paused = turn.ask("[[pause_turn:2]][[search:tea]][[tool:clock]]")
    again, called = turn.go_on(), turn.go_on()

    assert (types_of(paused), paused.stop_reason) == (["server_tool_use"], "pause_turn")
    assert (again.content[0].type, again.stop_reason) == ("web_search_tool_result", "pause_turn")
    assert again.content[0].tool_use_id == paused.content[0].id
    assert types_of(called) == ["text", "tool_use"]
    assert turn.send_results("Noon.").stop_reason == "end_turn"


def test_blocks_of_a_search_are_sent_back_unchanged(turn):
    turn.ask("[[search:tea]]")
    assert turn.ask("[[echo:Yes.]]").content[0].text == "Yes."

    turn.messages[1]["content"][1]["content"][0]["title"] = "Another title"
    with pytest.raises(anthropic.BadRequestError, match="Invalid `encrypted_content`"):
        turn.ask("[[echo:Yes.]]")
