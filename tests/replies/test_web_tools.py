"""Answers in which Claude's API uses its own tools: what is stored, sent back, reserved and billed."""

import pytest
from django.core.exceptions import ValidationError

from conversations.claude import client
from conversations.claude.errors import Failed
from conversations.models import Message, Reservation, Tool, ToolCall, Usage
from conversations.models.tokens import Tokens
from conversations.replies.call import max_cost
from conversations.tools.offer import define, find_offered
from conversations.tools.web import create_missing_tools
from tests.history import begin, create_usage
from tests.replies import scripted
from tests.replies.scripted import Script, answer_question, create_tool, text, use


def search(block_id="srvtoolu_1", query="tides"):
    return [
        client.ContentBlock(
            {"type": "server_tool_use", "id": block_id, "name": "web_search", "input": {"query": query}},
        )
    ]


def found(block_id="srvtoolu_1", **fields):
    page = {"type": "web_search_result", "url": "https://tide.example/", "title": "Tides", "encrypted_content": "e"}
    block = {"type": "web_search_tool_result", "tool_use_id": block_id, "content": [page], **fields}
    return [client.ContentBlock(block)]


class WebScript(Script):
    """Ends each call with what `ends` has for it; without it, with one search that Claude counted."""

    def __init__(self, *arguments, ends=()):
        super().__init__(*arguments)
        self.ends = list(ends)

    async def stream(self, request):
        async for event in super().stream(request):
            if isinstance(event, client.MessageFinished):
                event = self.ends.pop(0) if self.ends else finished(event.stop_reason)
            if isinstance(event, Exception):
                raise event
            yield event


def finished(stop_reason="end_turn", searches=1, **fields):
    return client.MessageFinished(stop_reason, Tokens(input=10, output=5), searches=searches, **fields)


@pytest.fixture
def script(monkeypatch, settings, transactional_db):
    return lambda *steps, ends=(): WebScript(monkeypatch, settings, *steps, ends=ends)


@pytest.fixture
def web_search(transactional_db):
    create_missing_tools()
    Tool.objects.filter(name="web_search").update(is_enabled=True)
    return Tool.objects.get(name="web_search")


def sent_to(claude, call):
    return [
        (message["role"], [block["type"] for block in message["content"]]) for message in claude.requests[call].messages
    ]


# Which tools there are


def test_carol_finds_three_tools_that_are_switched_off(client, carol):
    client.force_login(carol)
    assert "Search the web" in client.get("/admin/conversations/tool/").text

    tools = Tool.objects.filter(kind="web").order_by("name")

    assert [tool.name for tool in tools] == ["code_execution", "web_fetch", "web_search"]
    assert {(tool.is_enabled, tool.acts, tool.is_untrusted) for tool in tools} == {(False, False, True)}


def test_a_tool_that_carol_has_changed_stays_as_it_is(db):
    create_missing_tools()
    Tool.objects.filter(name="web_search").update(title="Look it up", is_enabled=True)
    Tool.objects.filter(name="web_fetch").update(kind="function")

    create_missing_tools()

    search_tool, fetch = Tool.objects.get(name="web_search"), Tool.objects.get(name="web_fetch")
    assert (search_tool.title, search_tool.is_enabled, fetch.kind) == ("Look it up", True, "function")


def test_claude_is_offered_what_was_chosen_and_is_switched_on(script, web_search, alice):
    claude = script([text("Yes.")], [text("Yes.")])

    chosen = answer_question(alice, ["web_search", "web_fetch"])
    other = answer_question(alice, [])

    first, second = claude.requests
    assert [tool["type"] for tool in first.tools] == ["web_search_20260318"]
    assert (first.can_use_tools, second.tools) == (True, [])
    assert (chosen.tools, other.tools) == (["web_search", "web_fetch"], [])


def test_a_model_that_cannot_search_is_not_offered_it(web_search, alice):
    answer = begin(alice, tools=("web_search",))
    assert [tool["name"] for tool in define(find_offered(answer))] == ["web_search"]

    answer.model = "local-7b"
    assert define(find_offered(answer)) == []


@pytest.mark.parametrize(
    ("limit", "is_offered"),
    [
        ({"calls_per_hour": 3}, False),
        ({"calls_per_hour": 4}, True),
        ({"calls_per_month": 5}, False),
        ({"calls_per_month": 6}, True),
    ],
)
def test_a_search_is_not_offered_once_its_limit_is_reached(web_search, alice, bob, limit, is_offered):
    create_usage(alice, web_searches=3)
    create_usage(bob, web_searches=2)
    Tool.objects.filter(pk=web_search.pk).update(**limit)

    offered = find_offered(begin(alice, tools=("web_search",)))

    assert [tool.name for tool in offered] == (["web_search"] if is_offered else [])


@pytest.mark.parametrize("fields", [{"approval": "always"}, {"acts": True}])
def test_a_tool_of_the_api_cannot_be_set_to_ask(web_search, fields):
    for name, value in fields.items():
        setattr(web_search, name, value)

    with pytest.raises(ValidationError, match="nobody can be asked"):
        web_search.full_clean()


# What is stored and sent back


def test_a_search_is_stored_and_sent_with_the_next_question(script, web_search, alice):
    claude = script([search(), found(), text("High at six.")], [text("Yes.")])

    answer = answer_question(alice, ["web_search"])
    answer_question(alice, ["web_search"], conversation=answer.conversation, parent=answer.pk)

    assert (answer.state, answer.text) == ("complete", "High at six.")
    assert [block["type"] for block in answer.content] == ["server_tool_use", "web_search_tool_result", "text"]
    assert claude.requests[1].messages[1] == {"role": "assistant", "content": answer.content}
    assert not ToolCall.objects.exists()


def test_a_paused_turn_goes_on_with_its_open_search_and_its_container(script, web_search, alice):
    pause = finished("pause_turn", container="container_1")
    claude = script([text("Let me look."), text("\n"), search()], [found(), text("Six.")], ends=[pause])

    answer = answer_question(alice, ["web_search"])

    assert (answer.state, answer.stop_reason) == ("complete", "end_turn")
    assert sent_to(claude, 1)[-1] == ("assistant", ["text", "server_tool_use"])
    assert [request.container for request in claude.requests] == ["", "container_1"]
    assert sum(Usage.objects.values_list("web_searches", flat=True)) == 2


def test_a_search_that_claude_asks_for_beside_a_tool_of_this_site_runs_in_the_next_step(script, web_search, alice):
    create_tool("clock")
    claude = script([search(), use("clock")], [found(), text("Six.")], [text("Yes.")])

    answer = answer_question(alice, ["web_search", "clock"])
    answer_question(alice, [], conversation=answer.conversation, parent=answer.pk)

    called = [("assistant", ["server_tool_use", "tool_use"]), ("user", ["tool_result"])]
    assert sent_to(claude, 1)[1:] == called
    assert sent_to(claude, 2)[1:4] == [*called, ("assistant", ["web_search_tool_result", "text"])]


def test_a_search_that_was_stopped_is_not_sent_with_the_next_question(script, web_search, alice):
    claude = script([text("Let me look."), search()], [text("Yes.")], ends=[Failed("upstream_unavailable")])

    answer = answer_question(alice, ["web_search"])
    answer_question(alice, ["web_search"], conversation=answer.conversation, parent=answer.pk)

    assert answer.state == "failed"
    assert answer.content[-1]["type"] == "server_tool_use"
    assert sent_to(claude, 1)[1] == ("assistant", ["text"])


# Money


def test_what_claude_counted_is_billed(script, web_search, alice):
    script([search(), found(), text("Six.")], [text("Yes.")], ends=[finished(searches=3), finished(searches=0)])

    searched = answer_question(alice, ["web_search"])
    plain = answer_question(alice, [])

    with_searches, without = Usage.objects.get(message=searched), Usage.objects.get(message=plain)
    assert (with_searches.web_searches, with_searches.estimated) == (3, False)
    assert (with_searches.cost or 0) - (without.cost or 0) == 30_000
    assert not Reservation.objects.exists()


def test_searches_are_estimated_where_the_answer_is_cut(script, web_search, alice):
    failed_search = found("srvtoolu_2", content={"type": "web_search_tool_result_error", "error_code": "unavailable"})
    script([search(), found(), search("srvtoolu_2"), failed_search, text("Six")], ends=[Failed("upstream_unavailable")])

    answer_question(alice, ["web_search"])

    usage = Usage.objects.get()
    assert (usage.state, usage.estimated, usage.web_searches) == ("cut", True, 1)


def test_more_searches_than_a_call_may_have_are_not_believed(script, web_search, alice):
    script([text("Six.")], ends=[finished(searches=2_000_000)])

    answer_question(alice, ["web_search"])

    assert (Usage.objects.get().web_searches, Usage.objects.get().estimated) == (5, True)


def test_all_searches_of_a_call_are_reserved(script, web_search, alice):
    claude = script([text("Yes.")], [text("Yes.")])
    answer_question(alice, ["web_search"])
    answer_question(alice, [])

    searching, plain = (max_cost(request) or 0 for request in claude.requests)
    assert searching - plain > 50_000 + 5 * 15_000 * 2


def test_tokens_of_a_call_that_has_read_its_prompt_again_are_believed(script, web_search, alice, monkeypatch):
    # Its window has 200,000 tokens.
    monkeypatch.setattr(scripted, "MODEL", "claude-haiku-4-5-20251001")
    tokens = Tokens(input=450_000, output=5)
    script([search(), found(), text("Six.")], ends=[client.MessageFinished("end_turn", tokens, searches=1)])

    answer_question(alice, ["web_search"])

    assert (Usage.objects.get().input_tokens, Usage.objects.get().estimated) == (450_000, False)


# What comes from outside


def test_what_acts_is_asked_about_after_a_search_whatever_was_approved(script, web_search, alice):
    create_tool("send", acts=True, approval="never")
    claude = script([search(), found(), use("send")])

    answer = answer_question(alice, ["web_search", "send"])

    assert (answer.state, claude.calls) == ("waiting", [])


def test_without_a_search_it_is_not_asked_about(script, web_search, alice):
    create_tool("send", acts=True, approval="never")
    claude = script([use("send")], [text("Sent.")])

    answer = answer_question(alice, ["web_search", "send"])

    assert (answer.state, len(claude.calls)) == ("complete", 1)
    assert Message.objects.get(pk=answer.pk).text == "Sent."
