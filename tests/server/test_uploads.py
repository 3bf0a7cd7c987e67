"""UploadLimit: how many large bodies of one person are read at once."""

import asyncio
import socket
import time

import httpx2
import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections
from django.test import Client

from chatsite.accounts.models import ApiToken
from chatsite.server import uploads
from chatsite.server.uploads import MAX_AT_ONCE, SMALL_BODY, UploadLimit
from tests.site import CSRF, Visitor, eventually

pytestmark = pytest.mark.django_db(transaction=True)
LARGE = [(b"content-length", str(SMALL_BODY + 1).encode())]
CHUNKED = [(b"transfer-encoding", b"chunked")]


@pytest.fixture(autouse=True)
def _no_connection_is_left():
    """The thread in which UploadLimit looks people up would keep its connection, and the test database with it."""
    yield
    asyncio.run(sync_to_async(connections.close_all)())


class Requests:
    """Requests to UploadLimit, behind which they arrive and wait for `respond`."""

    def __init__(self):
        self.limit = UploadLimit(self._receive_request)
        self.arrived, self._tasks, self._may_respond = [], [], []
        self._arrival = asyncio.Event()

    async def _receive_request(self, scope, receive, send):
        self.arrived.append(scope)
        self._arrival.set()
        self._may_respond.append(may_respond := asyncio.Event())
        await may_respond.wait()
        await send({"type": "http.response.start"})
        await asyncio.Event().wait()

    def send(self, headers, number=1, receive=None):
        """Send so many requests; `receive` has their bodies."""
        for _ in range(number):
            scope = {"type": "http", "headers": headers}
            self._tasks.append(asyncio.create_task(self.limit(scope, receive or receive_body, ignore)))

    async def expect(self, number):
        """Wait until so many of all requests have arrived; no other one does."""
        # The person is looked up in a thread.
        async with asyncio.timeout(10):
            while len(self.arrived) < number:
                self._arrival.clear()
                await self._arrival.wait()
        await asyncio.sleep(0.2)
        assert len(self.arrived) == number

    def respond(self, index):
        self._may_respond[index].set()

    def break_off(self, index):
        self._tasks[index].cancel()


async def receive_body():
    return {"type": "http.request", "body": b"x", "more_body": False}


async def receive_nothing():
    """Of a client that sends its body slowly."""
    await asyncio.Event().wait()


async def ignore(message):
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
        requests.send(session + LARGE, MAX_AT_ONCE)
        await requests.expect(MAX_AT_ONCE)
        requests.send(token + LARGE)
        await requests.expect(MAX_AT_ONCE)
        # The stream that follows may go on for long.
        requests.respond(0)
        await requests.expect(MAX_AT_ONCE + 1)
        requests.send(session + LARGE)
        await requests.expect(MAX_AT_ONCE + 1)

    asyncio.run(upload())


@pytest.mark.parametrize("body", [LARGE, CHUNKED])
def test_bob_does_not_wait_for_the_uploads_of_alice_and_of_strangers(alice, bob, body):
    of_alice, of_bob = session_of(alice), session_of(bob)

    async def upload():
        requests = Requests()
        requests.send(of_alice + body, MAX_AT_ONCE + 1)
        await requests.expect(MAX_AT_ONCE)
        requests.send([(b"cookie", b"session=unknown"), *body], MAX_AT_ONCE)
        await requests.expect(2 * MAX_AT_ONCE)
        requests.send([(b"authorization", b"Bearer unknown"), *body])
        requests.send(body)
        await requests.expect(2 * MAX_AT_ONCE)
        requests.send(of_bob + body)
        await requests.expect(2 * MAX_AT_ONCE + 1)

    asyncio.run(upload())


def test_small_bodies_do_not_wait(alice):
    session = session_of(alice)

    async def ask():
        requests = Requests()
        requests.send(session + LARGE, MAX_AT_ONCE)
        await requests.expect(MAX_AT_ONCE)
        requests.send([*session, (b"content-length", str(SMALL_BODY).encode())])
        requests.send(session)
        await requests.expect(MAX_AT_ONCE + 2)

    asyncio.run(ask())


def test_strangers_sign_in_while_others_send_large_bodies(db):
    async def sign_in():
        requests = Requests()
        requests.send(LARGE, MAX_AT_ONCE + 1)
        await requests.expect(MAX_AT_ONCE)
        requests.send([(b"content-length", b"200")])
        await requests.expect(MAX_AT_ONCE + 1)

    asyncio.run(sign_in())


@pytest.fixture
def _no_time_to_wait(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_WAIT_SECONDS", 0.1)


@pytest.mark.usefixtures("_no_time_to_wait")
def test_a_request_that_waits_too_long_is_refused(alice):
    session = session_of(alice)

    async def upload():
        requests = Requests()
        requests.send(session + LARGE, MAX_AT_ONCE)
        await requests.expect(MAX_AT_ONCE)
        requests.send(session + LARGE)
        await requests.expect(MAX_AT_ONCE + 1)
        assert [scope.get("too_many_uploads", False) for scope in requests.arrived] == [False] * MAX_AT_ONCE + [True]

    asyncio.run(upload())


@pytest.mark.usefixtures("_no_time_to_wait")
def test_a_refused_request_whose_body_does_not_come_is_answered_and_holds_up_no_other(alice, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_DISCARD_SECONDS", 0.1)
    session = session_of(alice)

    async def upload():
        requests = Requests()
        requests.send(session + LARGE, MAX_AT_ONCE)
        await requests.expect(MAX_AT_ONCE)
        requests.send(session + LARGE, 2, receive_nothing)
        requests.send(session + LARGE)
        await requests.expect(MAX_AT_ONCE + 3)

    asyncio.run(upload())


def test_an_upload_that_breaks_off_releases_its_slot(alice):
    session = session_of(alice)

    async def upload():
        requests = Requests()
        requests.send(session + LARGE, MAX_AT_ONCE + 1)
        await requests.expect(MAX_AT_ONCE)
        requests.break_off(0)
        await requests.expect(MAX_AT_ONCE + 1)

    asyncio.run(upload())


def test_an_upload_of_which_nothing_comes_any_more_releases_its_slot(alice, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_SILENCE_SECONDS", 0.1)

    async def read_to_the_end(scope, receive, send):
        while (await receive())["type"] != "http.disconnect":
            pass

    scope = {"type": "http", "headers": session_of(alice) + LARGE}

    async def upload():
        async with asyncio.timeout(10):
            await UploadLimit(read_to_the_end)(scope, receive_nothing, ignore)

    asyncio.run(upload())


def test_alice_gets_no_more_slots_with_a_token_that_is_none(alice):
    session = session_of(alice)

    async def upload():
        requests = Requests()
        requests.send(session + LARGE, MAX_AT_ONCE)
        await requests.expect(MAX_AT_ONCE)
        requests.send([*session, (b"authorization", b"Bearer none"), *LARGE])
        await requests.expect(MAX_AT_ONCE)

    asyncio.run(upload())


def test_a_connection_that_is_too_old_is_not_asked_who_sends_a_large_body(alice):
    session = session_of(alice)

    def open_old_connection():
        connection.ensure_connection()
        connection.close_at = time.monotonic() - 1
        return connection.connection

    async def upload():
        old = await sync_to_async(open_old_connection)()
        requests = Requests()
        requests.send(session + LARGE)
        await requests.expect(1)
        assert await sync_to_async(lambda: connection.connection)() is not old

    asyncio.run(upload())


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
