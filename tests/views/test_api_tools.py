"""Programs that let Claude use tools."""

import pytest

from chatsite.accounts.models import ApiToken
from conversations.models import Message, ToolCall
from tests.site import Visitor
from tests.tools.conftest import _tool_settings, _tool_site, runs, tool_log, tool_site  # noqa: F401  (fixtures)


@pytest.fixture
def chat(tool_site, alice):  # noqa: F811
    """Asks with a token of Alice's; returns the stream, read to its end."""

    def ask(question, *, may_act=False, **fields):
        _token, secret = ApiToken.issue(alice, "script", may_act=may_act)
        visitor = Visitor(tool_site)
        headers = {"Authorization": f"Bearer {secret}"}
        with visitor.streaming("POST", "/api/chat", json={"message": question, **fields}, headers=headers) as stream:
            stream.read_to_end()
        return stream

    return ask


def tool_states(stream):
    return [data["tool"]["state"] for _name, data in stream.frames if data != "[DONE]" and "tool" in data]


def test_a_program_reads_the_states_of_a_call_between_the_texts(chat, runs):  # noqa: F811
    stream = chat("[[rate:0]][[tool:look:{}]]Please.", tools=["look"])

    assert tool_states(stream) == ["approved", "running", "done"]
    assert "It is noon." in stream.text
    assert stream.frames[-1] == ("message", "[DONE]")


def test_a_form_with_a_file_names_tools_too(tool_site, alice, runs):  # noqa: F811
    visitor = Visitor(tool_site)
    _token, secret = ApiToken.issue(alice, "script")
    fields = {"message": "[[rate:0]][[tool:look:{}]]Please.", "tools": ["look"]}
    headers = {"Authorization": f"Bearer {secret}"}
    visitor.http.post("/api/chat", data=fields, files={"file": ("notes.txt", b"Open at nine.")}, headers=headers)
    assert ToolCall.objects.get().state == "done"


def test_a_tool_that_is_not_named_is_not_run(chat, runs):  # noqa: F811
    stream = chat("[[rate:0]][[tool:look:{}]]Please.")
    assert tool_states(stream) == ["failed"]
    assert runs() == []


def test_a_call_that_must_be_approved_is_denied(chat, runs):  # noqa: F811
    stream = chat("[[rate:0]][[tool:send:{}]]Please.", tools=["send"])
    assert tool_states(stream) == ["denied"]
    assert runs() == []


def test_a_token_may_approve_calls_beforehand(chat, runs):  # noqa: F811
    chat("[[rate:0]][[tool:send:{}]]Please.", tools=["send"], may_act=True)
    assert ToolCall.objects.get().state == "done"
    assert len(runs()) == 2


@pytest.mark.parametrize("tools", [["shell"], ["a b"], "look", [1], ["x" * 100]])
def test_a_tool_that_alice_may_not_use_is_refused(chat, runs, tools):  # noqa: F811
    assert chat("Hi", tools=tools).status == 400
    assert not Message.objects.exists()
