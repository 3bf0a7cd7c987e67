"""Limits how many large bodies one person sends at once."""

import asyncio
from contextlib import ExitStack, suppress
from typing import Any
from weakref import WeakValueDictionary

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import Error
from django.http import parse_cookie

from chatsite.accounts.models import ApiToken, hash_secret
from chatsite.server.connections import with_fresh_connection
from chatsite.server.limits import ReplayedBody, discard_body

#: Bytes: a body of this size stays in the buffer of its connection until it is read.
SMALL_BODY = 64 * 1024
#: Large bodies of one person at once, in each process. The page sends three files at once.
MAX_AT_ONCE = 4
#: Seconds that another one waits for its turn. Proxies wait for longer.
MAX_WAIT_SECONDS = 30
#: Seconds without a byte after which an upload counts as broken off.
MAX_SILENCE_SECONDS = 30
#: Seconds for reading the body of a refused request: a browser reads the response only after it has sent its body.
MAX_DISCARD_SECONDS = 5


class UploadSlots:
    """MAX_AT_ONCE of one person."""

    def __init__(self) -> None:
        self.free = asyncio.Semaphore(MAX_AT_ONCE)
        #: The bodies of refused requests are read in turns: the event loop has others to serve.
        self.discarding = asyncio.Lock()


class UploadLimit:
    """An ASGI application around another one: of one person's large bodies it passes on MAX_AT_ONCE, until the response
    to one of them starts. The others are not read meanwhile.

    Django writes a body to a temporary file, its files to others, and only then asks who sends it: a hundred uploads at
    once took 4 GB. People who are not signed in count as one. A request that waits too long is passed on without its
    body and with `too_many_uploads` in its scope, and is answered with 429 (chatsite/middleware/error_pages.py).
    """

    def __init__(self, application: Any) -> None:
        self.application = application
        self._slots: WeakValueDictionary[str, UploadSlots] = WeakValueDictionary()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope.get("headers", ()))
        if scope["type"] != "http" or not is_large(headers):
            await self.application(scope, receive, send)
            return
        # Before Django's handler, which would see to the connection.
        person = await sync_to_async(with_fresh_connection)(find_person, (headers,), {})
        slots = self._slots.setdefault(person, UploadSlots())
        try:
            async with asyncio.timeout(MAX_WAIT_SECONDS):
                await slots.free.acquire()
        except TimeoutError:
            await discard_in_turn(slots, receive)
            await self.application({**scope, "too_many_uploads": True}, ReplayedBody(b"", receive), send)
            return
        with ExitStack() as slot:
            slot.callback(slots.free.release)

            async def release_slot_and_send(message: Any) -> None:
                slot.close()
                await send(message)

            await self.application(scope, TimedBody(receive), release_slot_and_send)


class TimedBody:
    """A `receive` for which the client has left when no byte of the body comes for MAX_SILENCE_SECONDS."""

    def __init__(self, receive: Any) -> None:
        self._receive = receive
        self._is_complete = False

    async def __call__(self) -> Any:
        if self._is_complete:
            # What comes now is that the client has left, which may take as long as the response.
            return await self._receive()
        try:
            async with asyncio.timeout(MAX_SILENCE_SECONDS):
                message = await self._receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        self._is_complete = not message.get("more_body")
        return message


async def discard_in_turn(slots: UploadSlots, receive: Any) -> None:
    """Read the body of a refused request, as far as there is time: the response closes the connection anyway."""
    with suppress(TimeoutError):
        async with asyncio.timeout(MAX_DISCARD_SECONDS), slots.discarding:
            await discard_body(receive)


def is_large(headers: dict[bytes, bytes]) -> bool:
    """Whether a body is large, or may be: of one in chunks nobody says how long it is."""
    size = headers.get(b"content-length", b"0")
    return b"transfer-encoding" in headers or (size.isdigit() and int(size) > SMALL_BODY)


def find_person(headers: dict[bytes, bytes]) -> str:
    """The id of the person whose API token or session a request has; empty if there is none, or no database."""
    scheme, _space, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    session_key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    with suppress(Error):
        if scheme.lower() == "bearer":
            tokens = ApiToken.objects.filter(digest=hash_secret(secret.strip()))
            if owner := tokens.values_list("user", flat=True).first():
                return str(owner)
        # Pages look at nothing but the session, whatever else a request has.
        if session_key.isalnum():
            return str(SessionStore(session_key).get(SESSION_KEY, ""))
    return ""
