"""BodyLimit: how much of a request's body reaches Django."""

import asyncio
import errno

import pytest

from chatsite.server.limits import BodyLimit

LIMIT = 10


@pytest.fixture(autouse=True)
def _limit(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = LIMIT


def send_request(headers, *chunks, method="POST", path="/"):
    """Send a request through BodyLimit; returns the scope and the body that arrive behind it."""
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    arrived = {}

    async def application(scope, receive, send):
        arrived["scope"], arrived["body"] = scope, b""
        while True:
            message = await receive()
            arrived["body"] += message["body"]
            if not message["more_body"]:
                return

    async def receive():
        return messages.pop(0)

    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    asyncio.run(BodyLimit(application)(scope, receive, None))
    return arrived["scope"], arrived["body"]


def test_a_body_of_the_permitted_size_arrives():
    scope, body = send_request([(b"content-length", b"10")], b"12345", b"67890")
    assert body == b"1234567890"
    assert "too_large" not in scope


@pytest.mark.parametrize("size", [b"11", b"-1", b"many"])
def test_a_declared_size_over_the_limit_is_cut_off(size):
    scope, body = send_request([(b"content-length", size)], b"12345678901")
    assert body == b""
    assert scope["too_large"]


def test_a_chunked_body_of_the_permitted_size_arrives():
    scope, body = send_request([(b"transfer-encoding", b"chunked")], b"12345", b"67890")
    assert body == b"1234567890"
    assert "too_large" not in scope


def test_a_chunked_body_over_the_limit_is_cut_off():
    scope, body = send_request([(b"transfer-encoding", b"chunked")], b"123456", b"78901", b"more")
    assert body == b""
    assert scope["too_large"]


def test_a_chunked_body_is_counted_even_if_a_size_is_declared():
    headers = [(b"content-length", b"1"), (b"transfer-encoding", b"chunked")]
    scope, _body = send_request(headers, b"12345678901")
    assert scope["too_large"]


def test_a_request_without_a_declared_size_is_counted():
    scope, _body = send_request([], b"12345678901")
    assert scope["too_large"]


def test_a_chunked_body_that_breaks_off_does_not_arrive():
    messages = [
        {"type": "http.request", "body": b"half", "more_body": True},
        {"type": "http.disconnect"},
    ]
    arrived = []

    async def application(scope, receive, send):
        arrived.append(await receive())

    async def receive():
        return messages.pop(0)

    scope = {"type": "http", "method": "POST", "headers": [(b"transfer-encoding", b"chunked")]}
    asyncio.run(BodyLimit(application)(scope, receive, None))
    assert arrived == []


def test_a_body_for_which_the_disk_has_no_room_is_refused():
    calls = []

    async def application(scope, receive, send):
        calls.append(scope.get("disk_full"))
        if len(calls) == 1:
            raise OSError(errno.ENOSPC, "No space left on device")

    async def receive():
        return {"type": "http.request", "body": b"x", "more_body": False}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-length", b"1")]}
    asyncio.run(BodyLimit(application)(scope, receive, None))
    assert calls == [None, True]


@pytest.mark.parametrize(
    ("path", "content_type", "is_cut"),
    [
        ("/files/", b"multipart/form-data; boundary=x", False),
        ("/conversations/", b"multipart/form-data; boundary=x", False),
        ("/files/", b"application/json", True),
        ("/accounts/login/", b"multipart/form-data; boundary=x", True),
    ],
)
def test_only_forms_with_files_may_be_larger(path, content_type, is_cut):
    headers = [(b"content-length", b"11"), (b"content-type", content_type)]
    scope, _body = send_request(headers, b"12345678901", path=path)
    assert scope.get("too_large", False) == is_cut
