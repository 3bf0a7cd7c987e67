"""HTTP for the SDK by aiohttp, which takes half the CPU of httpx2. Used by the client.

The SDK has such a transport too; this one also gives the reader of a body, in the extensions of the response. Read
through the SDK, each delta wakes three generators more, which is a tenth of its CPU (`make bench`).
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextvars import ContextVar
from types import MappingProxyType
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2

NO_PARTS: Mapping[str, Sequence[bytes]] = MappingProxyType({})
#: What stands for each token in the body of the request that is made in this context, in the order of the tokens.
PARTS = ContextVar("PARTS", default=NO_PARTS)


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """Each response has aiohttp's reader of its body as the extension "stream_reader", which has no read timeout."""

    def __init__(self, *, max_connections: int) -> None:
        connector = aiohttp.TCPConnector(limit=max_connections, ssl=httpx2.create_ssl_context())
        self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        # Once, because it reads the whole environment.
        self._proxies = getproxies()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        timeout = request.extensions["timeout"]
        body, parts = await request.aread(), PARTS.get()
        pieces = fill_in(body, parts)
        headers = request.headers.copy()
        if parts:
            headers["Content-Length"] = str(sum(map(len, pieces)))
        # aiohttp's own `sock_read` starts a timer for each chunk, which is 6 % of the CPU of a delta (`make bench`).
        async with asyncio.timeout(timeout["read"]):
            response = await self._session.request(
                request.method,
                str(request.url),
                headers=headers,
                # In pieces, so that other requests are served while files are sent.
                data=iterate(pieces) if parts else body or None,
                # httpx2 follows redirects.
                allow_redirects=False,
                proxy=self._find_proxy(request.url),
                timeout=aiohttp.ClientTimeout(connect=timeout["pool"], sock_connect=timeout["connect"]),
            )
        return httpx2.Response(
            response.status,
            headers=response.raw_headers,
            stream=ResponseBody(response, timeout["read"]),
            extensions={"stream_reader": response.content},
        )

    def _find_proxy(self, url: httpx2.URL) -> str | None:
        """The proxy for an address, by the environment at the start of the process.

        aiohttp's `trust_env` reads it, and .netrc, in two threads for each request.
        """
        proxy = self._proxies.get(url.scheme)
        return proxy if proxy and not proxy_bypass(url.host) else None

    async def aclose(self) -> None:
        await self._session.close()


def fill_in(body: bytes, parts: Mapping[str, Sequence[bytes]]) -> list[bytes]:
    """The pieces of a body, with what stands for each token in it. Raises ValueError where a token is not in it."""
    pieces = []
    for token, content in parts.items():
        before, found, body = body.partition(token.encode())
        if not found:
            raise ValueError("A file has no place in the body of this request.")
        pieces += [before, *content]
    return [*pieces, body]


async def iterate(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


class ResponseBody(httpx2.AsyncByteStream):
    def __init__(self, response: aiohttp.ClientResponse, read_timeout: float) -> None:
        self._response = response
        self._read_timeout = read_timeout

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            async with asyncio.timeout(self._read_timeout):
                chunk = await self._response.content.readany()
            if not chunk:
                return
            yield chunk

    async def aclose(self) -> None:
        # Closes the connection, unless the whole body has been read.
        self._response.release()
