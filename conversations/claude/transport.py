"""HTTP for the SDK by aiohttp, which takes half the CPU of httpx2. Used by the client.

The SDK has such a transport too; this one also gives the reader of a body, in the extensions of the response. Read
through the SDK, each delta wakes three generators more, which is a tenth of its CPU (`make bench`).
"""

import asyncio
from collections.abc import AsyncIterator
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """Each response has aiohttp's reader of its body as the extension "stream_reader", which has no read timeout."""

    def __init__(self, *, max_connections: int) -> None:
        connector = aiohttp.TCPConnector(limit=max_connections, ssl=httpx2.create_ssl_context())
        self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        timeout = request.extensions["timeout"]
        body = await request.aread()
        # aiohttp's own `sock_read` starts a timer for each chunk, which is 6 % of the CPU of a delta (`make bench`).
        async with asyncio.timeout(timeout["read"]):
            response = await self._session.request(
                request.method,
                str(request.url),
                headers=request.headers,
                data=body or None,
                # httpx2 follows redirects.
                allow_redirects=False,
                proxy=find_proxy(request.url),
                timeout=aiohttp.ClientTimeout(connect=timeout["pool"], sock_connect=timeout["connect"]),
            )
        return httpx2.Response(
            response.status,
            headers=response.raw_headers,
            stream=ResponseBody(response, timeout["read"]),
            extensions={"stream_reader": response.content},
        )

    async def aclose(self) -> None:
        await self._session.close()


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


def find_proxy(url: httpx2.URL) -> str | None:
    """The proxy that the environment names for an address.

    aiohttp's `trust_env` reads it, and .netrc, in two threads for each request.
    """
    return None if proxy_bypass(url.host) else getproxies().get(url.scheme)
