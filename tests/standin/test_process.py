"""The stand-in as a child process."""

import signal
import subprocess
import sys

import httpx2
import pytest

from chatsite.standin.process import SOURCE_DIRECTORY, StandIn

HEADERS = {"x-api-key": "k", "anthropic-version": "1"}
BODY = {"model": "claude-sonnet-5-5", "max_tokens": 9, "messages": [{"role": "user", "content": "[[echo:Hi.]]"}]}


@pytest.fixture
def child():
    """The process as `trial` starts it, listening."""
    command = [sys.executable, "-m", "chatsite.standin", "--with-parent"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=SOURCE_DIRECTORY, stdin=pipe, stdout=pipe) as process:
        assert process.stdout
        assert process.stdout.readline().startswith(b"stand-in listening on http://127.0.0.1:")
        yield process
        process.kill()


def test_it_starts_from_any_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with StandIn() as stand_in:
        assert httpx2.post(f"{stand_in.url}/v1/messages", headers=HEADERS, json=BODY).status_code == 200


def test_a_stand_in_that_cannot_start_is_an_error():
    with pytest.raises(RuntimeError, match="did not start"):
        StandIn("--no-such-option").start()


def test_it_ends_at_sigterm(child):
    child.send_signal(signal.SIGTERM)
    assert child.wait(5) == 0


def test_it_ends_with_its_standard_input(child):
    child.stdin.close()
    assert child.wait(5) == 0


def test_without_a_record_it_keeps_no_content():
    with StandIn("--no-record") as stand_in:
        httpx2.post(f"{stand_in.url}/v1/messages", headers=HEADERS, json=BODY)
        [record] = stand_in.recorded()

    assert (record["body"], record["text"], record["headers"]) == (None, None, {})
