"""UploadLimit: how many large bodies of one person are read at once."""

import asyncio
import json
import socket

import httpx2
import pytest
from django.http import HttpResponse
from django.test import AsyncRequestFactory, Client

from chatsite.accounts.models import ApiToken
from chatsite.middleware.error_pages import AddErrorPages
from chatsite.server import uploads
from chatsite.server.uploads import MAX_AT_ONCE, SMALL_BODY, UploadLimit
from tests.site import CSRF, Visitor, eventually

pytestmark = pytest.mark.django_db(transaction=True)
LARGE = [(b"content-length", str(SMALL_BODY + 1).encode())]
CHUNKED = [(b"transfer-encoding", b"chunked")]


class Requests:
    """Requests to UploadLimit, behind which they arrive and wait for `respond`."""

    def __init__(self):
        self.limit = UploadLimit(self._receive_request)
        self.arrived, self._tasks, self._may_respond = [], [], []

    async def _receive_request(self, scope, receive, send):
        self.arrived.append(scope)
        self._may_respond.append(may_respond := asyncio.Event())
        await may_respond.wait()
        await send({"type": "http.response.start"})
        await asyncio.Event().wait()

    async def send(self, headers, number=1):
        """Send so many requests; returns how many of all have arrived."""
        for _ in range(number):
            self._tasks.append(asyncio.create_task(self.limit({"type": "http", "headers": headers}, receive, send)))
        return await self.count()

    async def count(self):
        # The person is looked up in a thread.
        await asyncio.sleep(0.3)
        return len(self.arrived)

    async def respond(self, index):
        self._may_respond[index].set()
        return await self.count()


async def receive():
    return {"type": "http.request", "body": b"x", "more_body": False}


async def send(message):
    pass


def session_of(person):
    client = Client()
    client.force_login(person)
    return [(b"cookie", f"language=de; session={client.cookies['session'].value}".encode())]


def token_of(person):
    return [(b"authorization", f"Bearer {ApiToken.issue(person, 'program')[1]}".encode())]


def test_alices_next_upload_waits_until_one_of_hers_is_answered(alice):
    session, token = session_of(alice), token_of(alice)

    async def upload():
        requests = Requests()
        assert await requests.send(session + LARGE, MAX_AT_ONCE) == MAX_AT_ONCE
        assert await requests.send(token + LARGE) == MAX_AT_ONCE
        # The stream that follows may go on for long.
        assert await requests.respond(0) == MAX_AT_ONCE + 1
        assert await requests.send(session + LARGE) == MAX_AT_ONCE + 1

    asyncio.run(upload())


@pytest.mark.parametrize("body", [LARGE, CHUNKED])
def test_bob_does_not_wait_for_the_uploads_of_alice_and_of_strangers(alice, bob, body):
    of_alice, of_bob = session_of(alice), session_of(bob)

    async def upload():
        requests = Requests()
        assert await requests.send(of_alice + body, MAX_AT_ONCE + 1) == MAX_AT_ONCE
        assert await requests.send([(b"cookie", b"session=unknown"), *body], MAX_AT_ONCE) == 2 * MAX_AT_ONCE
        assert await requests.send([(b"authorization", b"Bearer unknown"), *body]) == 2 * MAX_AT_ONCE
        assert await requests.send(body) == 2 * MAX_AT_ONCE
        assert await requests.send(of_bob + body) == 2 * MAX_AT_ONCE + 1

    asyncio.run(upload())


def test_small_bodies_do_not_wait(alice):
    session = session_of(alice)

    async def ask():
        requests = Requests()
        await requests.send(session + LARGE, MAX_AT_ONCE)
        small = [*session, (b"content-length", str(SMALL_BODY).encode())]
        assert await requests.send(small) == MAX_AT_ONCE + 1
        assert await requests.send(session) == MAX_AT_ONCE + 2

    asyncio.run(ask())


def test_who_waits_for_too_long_is_refused(alice, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_WAIT_SECONDS", 0.1)
    session = session_of(alice)

    async def upload():
        requests = Requests()
        await requests.send(session + LARGE, MAX_AT_ONCE)
        await requests.send(session + LARGE)
        assert [scope.get("too_many_uploads", False) for scope in requests.arrived] == [False] * MAX_AT_ONCE + [True]

    asyncio.run(upload())


def test_an_upload_that_breaks_off_leaves_its_place(alice):
    session = session_of(alice)

    async def upload():
        requests = Requests()
        await requests.send(session + LARGE, MAX_AT_ONCE + 1)
        requests._tasks[0].cancel()
        assert await requests.count() == MAX_AT_ONCE + 1

    asyncio.run(upload())


def refuse(path, **headers):
    """The response to a request that UploadLimit has refused."""

    async def view(request):
        raise AssertionError("not reached")

    request = AsyncRequestFactory().post(path, headers=headers)
    request.scope = {**request.scope, "too_many_uploads": True}
    response = asyncio.run(AddErrorPages(view)(request))
    assert isinstance(response, HttpResponse)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    return response


@pytest.mark.parametrize("path", ["/files/", "/api/chat"])
def test_a_program_is_told_when_to_try_again(path):
    error = json.loads(refuse(path, Accept="application/json").content)
    assert error == {"error": "Too many files are sent at once. Try again in a minute."}


def test_a_person_reads_the_refusal_on_a_page():
    page = refuse("/conversations/").content.decode()
    assert "Too many files are sent at once. Try again in a minute. Go back" in page


def test_the_site_reads_the_next_file_of_alice_when_one_is_complete(site, alice, bob):
    """The bodies of four are begun and not sent to their end."""
    visitor = Visitor(site, alice)
    head = (
        f"POST /files/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-CSRFToken: {CSRF}\r\nContent-Length: 100000\r\n"
        f"Cookie: csrf={CSRF}; session={visitor.http.cookies['session']}\r\n\r\nfirst bytes"
    )
    begun = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(MAX_AT_ONCE)]
    try:
        for connection in begun:
            connection.sendall(head.encode())
        file = {"file": ("notes.txt", b"Open at nine. " * 10_000)}
        assert eventually(lambda: is_kept_waiting(visitor, file))
        assert Visitor(site, bob).http.post("/files/", files=file).status_code == 201
        begun[0].close()
        assert visitor.http.post("/files/", files=file).status_code == 201
    finally:
        for connection in begun:
            connection.close()


def is_kept_waiting(visitor, file):
    try:
        visitor.http.post("/files/", files=file, timeout=2)
    except httpx2.ReadTimeout:
        return True
    return False
