"""MCP servers that are slow, die, flood or lie: one sentence, soon, and nothing left behind."""

import asyncio
import subprocess
import time

import pytest

from conversations.tools.mcp import client
from tests.site import eventually, free_port
from tests.tools.mcp.conftest import Hostile, at, call, hostile, list_names

UNREADABLE = "sent an answer that cannot be read."


def find_process(*command):
    return subprocess.run(["pgrep", "-fx", " ".join(command)], capture_output=True, check=False).stdout


@pytest.fixture
def _hurried(monkeypatch):
    monkeypatch.setattr(client, "CALL_SECONDS", 1.5)
    monkeypatch.setattr(client, "LIST_SECONDS", 1.5)


@pytest.mark.usefixtures("_hurried")
def test_a_slow_program_is_given_up_in_time():
    started = time.monotonic()
    assert call(hostile("slow")) == "Files does not respond."
    assert time.monotonic() - started < 5


@pytest.mark.usefixtures("_hurried")
def test_a_program_that_will_not_stop_is_killed_with_its_children():
    call(hostile("stubborn"))
    eventually(lambda: not find_process("sleep", "76.5"))


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("dead", "Files closed the connection."),
        ("flood", "Files closed the connection."),
        ("endless line", "Files closed the connection."),
        ("lie", f"Files {UNREADABLE}"),
    ],
)
def test_a_program_that_misbehaves_is_an_error_in_a_sentence(how, sentence):
    assert call(hostile(how)) == sentence


def test_a_refusal_is_told_in_one_short_line_without_the_token():
    sentence = call(hostile("refuse", token_variable="TOKEN"), token="s3cret")
    assert sentence.startswith("Files refused the call: No, […] xxx")
    assert len(sentence) < 350


def test_a_token_that_is_sent_back_is_hidden():
    [block] = call(hostile("echo", token_variable="TOKEN"), token="s3cret").content
    assert block["text"] == "Your token is […].�"


def test_a_broken_image_is_left_out():
    [block] = call(hostile("broken image")).content
    assert block["text"].startswith("[An image is left out")


def test_data_without_a_text_becomes_one():
    assert call(hostile("structured")).content == [{"type": "text", "text": '{"weather": "fine"}'}]


def test_what_a_program_prints_beside_its_messages_is_left_out():
    assert call(hostile("noise")).content == [{"type": "text", "text": "Done."}]


def test_at_most_a_hundred_tools_are_read():
    assert len(list_names(hostile("many"))) == 100


def test_a_list_without_an_end_ends():
    assert set(list_names(hostile("endless list"))) == {"act"}


@pytest.mark.usefixtures("_hurried")
def test_a_slow_server_is_given_up_in_time(hostile_url):
    started = time.monotonic()
    assert call(at(f"{hostile_url}/slow")) == "Web does not respond."
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("refuse", "Web refused the sign-in."),
        ("fail", "Web refused the call: Server returned an error response"),
        ("endless", f"Web {UNREADABLE}"),
        ("compressed", f"Web {UNREADABLE}"),
        ("flood", "Web closed the connection."),
    ],
)
def test_a_server_that_misbehaves_is_an_error_in_a_sentence(hostile_url, path, sentence):
    assert call(at(f"{hostile_url}/{path}")) == sentence


def test_a_server_that_is_down_cannot_be_reached():
    assert call(at(f"http://127.0.0.1:{free_port()}/mcp")) == "Web cannot be reached."


def test_the_token_does_not_follow_a_redirect_to_another_host(hostile_url):
    assert call(at(f"{hostile_url}/redirect"), token="s3cret").startswith("Web refused the call: Redirect to")
    assert {path for path, _authorization in Hostile.seen} == {"/redirect"}
    assert Hostile.seen[0][1] == "Bearer s3cret"


@pytest.mark.usefixtures("_hurried")
def test_a_server_that_hangs_keeps_nobody_else_waiting(everyday_url):
    slow, quick = hostile("slow", pk=7), at(everyday_url)

    async def call_both():
        calls = [asyncio.create_task(client.call_tool(slow, "", "act", {})) for _ in range(10)]
        await asyncio.sleep(0.5)
        started = time.monotonic()
        await client.call_tool(quick, "", "add", {"a": 1, "b": 2})
        seconds = time.monotonic() - started
        return seconds, await asyncio.gather(*calls, return_exceptions=True)

    seconds, results = asyncio.run(call_both())
    assert seconds < 1
    assert [type(result) for result in results] == [TimeoutError] * 10


def test_a_person_who_stops_the_reply_stops_the_call():
    async def stop():
        task = asyncio.create_task(client.call_tool(hostile("stubborn"), "", "act", {}))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()

    asyncio.run(stop())
    eventually(lambda: not find_process("sleep", "76.5"))
