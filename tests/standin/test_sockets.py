"""The stand-in at its sockets: what is written when, how streams end, and what it remembers of its clients."""

import json
import signal
import socket
import struct
import subprocess
import sys
import time
from urllib.parse import urlsplit

import httpx2
import pytest

from chatsite.standin.process import ROOT, StandIn
from tests.site import eventually


@pytest.fixture
def ask(stand_in):
    """Opens a socket and asks; the answer is read by the test, byte for byte."""
    stand_in.reset()
    opened = []

    def send(question):
        body = {"model": "claude-sonnet-5-5", "max_tokens": 100, "stream": True}
        body["messages"] = [{"role": "user", "content": question}]
        data = json.dumps(body).encode()
        head = "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: k\r\nanthropic-version: 1\r\n"
        at = urlsplit(stand_in.url)
        opened.append(socket.create_connection((at.hostname, at.port), timeout=5))
        opened[-1].sendall(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        return opened[-1]

    yield send
    for each in opened:
        each.close()


def read(connection, until):
    """Everything up to a piece of text."""
    got = b""
    while until not in got:
        more = connection.recv(65_536)
        assert more, got
        got += more
    return got


def chunks(raw):
    """The chunks of a chunked body."""
    _, _, rest = raw.partition(b"\r\n\r\n")
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        if not int(size, 16):
            return
        yield rest[: int(size, 16)]
        rest = rest[int(size, 16) + 2 :]


END = b"\r\n0\r\n\r\n"


def test_each_event_is_a_chunk_of_its_own(ask):
    raw = read(ask("[[echo:One two.]]"), END)

    assert raw.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"text/event-stream" in raw
    events = list(chunks(raw))
    assert all(event.startswith(b"event: ") and event.endswith(b"\n\n") for event in events)
    names = [event.split(b"\n")[0].removeprefix(b"event: ").decode() for event in events]
    assert names == [
        "message_start",
        "content_block_start",
        "ping",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    for name, event in zip(names, events, strict=True):
        assert json.loads(event.split(b"\ndata: ")[1])["type"] == name


def test_bytes_come_singly_or_all_at_once(ask):
    assert {len(chunk) for chunk in chunks(read(ask("[[bytes:1]][[echo:Hi.]]"), END))} == {1}
    assert len(list(chunks(read(ask("[[burst]][[echo:Hi.]]"), END)))) == 1


def test_a_character_is_split_between_two_chunks(ask):
    pieces = list(chunks(read(ask("[[split:utf8]][[echo:😀]]"), END)))

    with pytest.raises(UnicodeDecodeError):
        [piece.decode() for piece in pieces]
    assert "😀" in b"".join(pieces).decode()


def test_a_truncated_stream_ends_cleanly_without_its_last_event(ask, stand_in):
    raw = read(ask("[[truncate:1]][[echo:One two.]]"), END)

    assert b"message_stop" not in raw
    assert stand_in.recorded()[0]["ended"] == "truncated"


def test_a_reset_stream_ends_in_the_middle(ask, stand_in):
    connection = ask("[[reset:1]][[echo:One two.]]")
    read(connection, b"One ")

    with pytest.raises(ConnectionResetError):
        read(connection, END)
    assert stand_in.recorded()[0]["ended"] == "reset"


def test_a_stall_is_silent_and_a_ping_stall_is_not(ask):
    silent, pinging = ask("[[stall:1]][[echo:One two.]]"), ask("[[stall:1:ping]][[echo:One two.]]")
    for connection in (silent, pinging):
        read(connection, b'"One "')
        connection.settimeout(1.5)

    assert b"ping" in read(pinging, b"ping")
    with pytest.raises(TimeoutError):
        silent.recv(1_000)


def test_it_knows_when_its_client_went_away(ask, stand_in):
    connection = ask("[[endless]][[rate:100]]")
    read(connection, b"text_delta")
    assert stand_in.open() == 1
    left = time.monotonic()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    eventually(lambda: stand_in.open() == 0, pause=0.01)

    record = stand_in.recorded(last=True)[0]
    assert record["ended"] == "client_gone"
    assert 0 <= record["gone_at"]["monotonic"] - left < 1
    assert record["usage"]["output_tokens"] == 1


@pytest.mark.parametrize("marker", ["hang", "stall:1", "delay:30"])
def test_it_notices_a_client_that_leaves_while_nothing_is_sent(ask, stand_in, marker):
    connection = ask(f"[[{marker}]]")
    eventually(lambda: stand_in.open() == 1)
    connection.close()

    eventually(lambda: stand_in.open() == 0)
    assert stand_in.recorded()[0]["ended"] == "client_gone"


def test_it_remembers_what_it_was_asked_and_what_it_said(ask, stand_in):
    read(ask("[[echo:One two.]]"), END)
    read(ask("[[echo:Three.]]"), END)

    assert [record["text"] for record in stand_in.recorded()] == ["One two.", "Three."]
    [record] = stand_in.recorded("Three")
    assert (record["path"], record["status"], record["ended"]) == ("/v1/messages", 200, "done")
    assert record["body"]["max_tokens"] == 100
    assert record["headers"]["x-api-key"] == "k"
    stand_in.reset()
    assert stand_in.recorded() == []


def test_it_keeps_nothing_when_told_so():
    body = {"model": "claude-sonnet-5-5", "max_tokens": 9, "messages": [{"role": "user", "content": "[[echo:Hi.]]"}]}
    with StandIn("--no-record") as quiet:
        headers = {"x-api-key": "k", "anthropic-version": "1"}
        assert httpx2.post(f"{quiet.url}/v1/messages", headers=headers, json=body).status_code == 200
        [record] = quiet.recorded()

    assert (record["body"], record["text"], record["headers"]) == (None, None, {})


def test_it_ends_when_told_or_when_its_parent_does():
    for end in (lambda child: child.send_signal(signal.SIGTERM), lambda child: child.stdin.close()):
        command = [sys.executable, "-m", "chatsite.standin", "--with-parent"]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            assert child.stdout
            assert child.stdout.readline().startswith(b"stand-in listening on http://127.0.0.1:")
            end(child)
            assert child.wait(5) == 0
