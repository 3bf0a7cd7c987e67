"""The stand-in at its sockets: which bytes it writes when, how streams end, and when it notices that a client left."""

import json
import socket
import struct
import time
from urllib.parse import urlsplit

import pytest

from tests.site import eventually

END_OF_BODY = b"\r\n0\r\n\r\n"


@pytest.fixture
def ask(stand_in):
    """Send a question over a new connection and return it; the test reads the response byte for byte."""
    stand_in.reset()
    connections = []

    def send(question):
        messages = [{"role": "user", "content": question}]
        body = {"model": "claude-sonnet-5-5", "max_tokens": 100, "stream": True, "messages": messages}
        data = json.dumps(body).encode()
        head = "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: k\r\nanthropic-version: 1\r\n"
        url = urlsplit(stand_in.url)
        connection = socket.create_connection((url.hostname, url.port), timeout=5)
        connections.append(connection)
        connection.sendall(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        return connection

    yield send
    for connection in connections:
        connection.close()


def read_until(connection, end):
    """Return everything up to some bytes, which must come."""
    received = b""
    while end not in received:
        more = connection.recv(65_536)
        assert more, received
        received += more
    return received


def chunks_of(response):
    """Yield the chunks of a chunked response."""
    _, _, rest = response.partition(b"\r\n\r\n")
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        if not int(size, 16):
            return
        yield rest[: int(size, 16)]
        rest = rest[int(size, 16) + 2 :]


# Chunks


def test_a_stream_is_a_chunked_response_of_events(ask):
    response = read_until(ask("[[echo:One two.]]"), END_OF_BODY)

    assert response.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"text/event-stream" in response


def test_each_event_is_one_chunk(ask):
    chunks = list(chunks_of(read_until(ask("[[echo:One two.]]"), END_OF_BODY)))

    assert all(chunk.startswith(b"event: ") and chunk.endswith(b"\n\n") for chunk in chunks)
    assert [json.loads(chunk.split(b"\ndata: ")[1])["type"] for chunk in chunks] == [
        "message_start",
        "content_block_start",
        "ping",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


def test_an_event_names_the_type_of_its_data(ask):
    for event in chunks_of(read_until(ask("[[echo:One two.]]"), END_OF_BODY)):
        name, data = event.decode().removeprefix("event: ").split("\ndata: ")
        assert json.loads(data)["type"] == name


def test_chunks_may_have_one_byte(ask):
    response = read_until(ask("[[bytes:1]][[echo:Hi.]]"), END_OF_BODY)
    assert {len(chunk) for chunk in chunks_of(response)} == {1}


def test_the_stream_may_be_one_chunk(ask):
    response = read_until(ask("[[burst]][[echo:Hi.]]"), END_OF_BODY)
    assert len(list(chunks_of(response))) == 1


def test_a_chunk_may_end_inside_a_character(ask):
    chunks = list(chunks_of(read_until(ask("[[split:utf8]][[echo:😀]]"), END_OF_BODY)))

    with pytest.raises(UnicodeDecodeError):
        [chunk.decode() for chunk in chunks]
    assert "😀" in b"".join(chunks).decode()


# Endings


def test_a_truncated_stream_ends_cleanly_without_its_last_event(ask, stand_in):
    response = read_until(ask("[[truncate:1]][[echo:One two.]]"), END_OF_BODY)

    assert b"message_stop" not in response
    assert stand_in.recorded()[0]["ended"] == "truncated"


def test_a_reset_comes_after_the_text_that_was_sent(ask, stand_in):
    connection = ask("[[reset:1]][[echo:One two.]]")
    read_until(connection, b"One ")

    with pytest.raises(ConnectionResetError):
        read_until(connection, END_OF_BODY)
    assert stand_in.recorded()[0]["ended"] == "reset"


def test_a_stalled_stream_is_silent(ask):
    connection = ask("[[stall:1]][[echo:One two.]]")
    read_until(connection, b'"One "')
    connection.settimeout(1.5)

    with pytest.raises(TimeoutError):
        connection.recv(1_000)


def test_a_stalled_stream_may_send_pings(ask):
    connection = ask("[[stall:1:ping]][[echo:One two.]]")
    read_until(connection, b'"One "')

    read_until(connection, b"ping")


# Clients that leave


def test_it_notices_at_once_that_a_client_left_a_stream(ask, stand_in):
    connection = ask("[[endless]][[rate:100]]")
    read_until(connection, b"text_delta")
    assert stand_in.count_open() == 1
    left = time.monotonic()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    eventually(lambda: stand_in.count_open() == 0, pause=0.01)

    [record] = stand_in.recorded()
    assert record["ended"] == "client_gone"
    assert 0 <= record["gone_at"]["monotonic"] - left < 1
    assert record["usage"]["output_tokens"] == 1


@pytest.mark.parametrize("marker", ["hang", "stall:1", "delay:30"])
def test_it_notices_that_a_client_left_while_nothing_is_sent(ask, stand_in, marker):
    connection = ask(f"[[{marker}]]")
    eventually(lambda: stand_in.count_open() == 1)
    connection.close()

    eventually(lambda: stand_in.count_open() == 0)
    assert stand_in.recorded()[0]["ended"] == "client_gone"


# The record


def test_a_record_has_the_request_and_the_text_of_the_answer(ask, stand_in):
    read_until(ask("[[echo:One two.]]"), END_OF_BODY)

    [record] = stand_in.recorded()
    assert (record["path"], record["status"], record["ended"]) == ("/v1/messages", 200, "done")
    assert record["body"]["max_tokens"] == 100
    assert record["headers"]["x-api-key"] == "k"
    assert record["text"] == "One two."


def test_records_are_found_by_a_part_of_their_question(ask, stand_in):
    read_until(ask("[[echo:One two.]]"), END_OF_BODY)
    read_until(ask("[[echo:Three.]]"), END_OF_BODY)

    assert [record["text"] for record in stand_in.recorded()] == ["One two.", "Three."]
    assert [record["text"] for record in stand_in.recorded("One")] == ["One two."]
    assert [record["text"] for record in stand_in.recorded(last=True)] == ["Three."]


def test_a_reset_clears_the_record(ask, stand_in):
    read_until(ask("[[echo:One two.]]"), END_OF_BODY)
    stand_in.reset()

    assert stand_in.recorded() == []
