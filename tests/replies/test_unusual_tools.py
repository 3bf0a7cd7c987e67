"""Answers in which tools are called or answer in unusual ways."""

import pytest

from conversations.claude.tool_prompt import complete_results
from conversations.models import ToolCall
from conversations.replies.decisions import resume_expired
from conversations.tools.results import ToolError, ToolResult
from tests.replies.scripted import Script, answer_question, create_tool, text, use


@pytest.fixture
def script(monkeypatch, settings, transactional_db):
    return lambda *steps: Script(monkeypatch, settings, *steps)


def result_texts(answer):
    return [block["content"][0]["text"] for block in answer.content if block["type"] == "tool_result"]


def test_calls_that_have_the_same_id_are_told_apart(script, alice):
    create_tool("clock")
    claude = script([use("clock", "call_0", zone="UTC")], [use("clock", "call_0", zone="CET")], [text("Done.")])

    answer = answer_question(alice, ["clock"])
    assert [arguments["zone"] for _name, arguments in claude.calls] == ["UTC", "CET"]
    assert complete_results(answer.content) == answer.content
    assert len({block["id"] for block in answer.content if block["type"] == "tool_use"}) == 2


def test_text_behind_a_call_stays_in_one_answer_with_it(script, alice):
    create_tool("clock")
    claude = script([use("clock"), text("One moment.")], [text("Noon.")])

    answer_question(alice, ["clock"])
    assert [message["role"] for message in claude.requests[1].messages] == ["user", "assistant", "user"]


def test_an_empty_error_is_sent_with_a_content(script, alice):
    create_tool("clock")
    claude = script([use("clock")], [text("Sorry.")])

    async def fail(*_arguments):
        raise ToolError("")

    claude.results["clock"] = fail
    assert result_texts(answer_question(alice, ["clock"])) == ["(The tool returned nothing.)"]


def test_what_no_database_can_store_is_replaced_in_results(script, alice):
    create_tool("clock")
    claude = script([use("clock")], [text("Done.")])

    async def answer_oddly(*_arguments):
        return ToolResult([{"type": "text", "text": "a\x00b\ud800c"}])

    claude.results["clock"] = answer_oddly
    assert result_texts(answer_question(alice, ["clock"])) == ["a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"]


def test_calls_that_nobody_decides_about_are_denied_after_a_week(script, alice):
    create_tool("send", acts=True)
    script([use("send")], [text("Then not.")])
    answer_question(alice, ["send"])
    assert resume_expired("the-tests") == []

    ToolCall.objects.update(created="2026-01-01T00:00Z")
    [resumed] = resume_expired("the-tests")
    assert resumed.answer.state == "writing"
    assert resumed.step.calls[0].result[0]["text"].startswith("Nobody decided about this call for seven days")
