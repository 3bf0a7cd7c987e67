"""Sends a stored file: in ranges, with a tag, and so that no browser takes it for a page of the site."""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.http.response import HttpResponseNotModified
from django.utils.http import content_disposition_header, parse_etags

from chatsite import errors
from conversations.models import FilesUnavailable, StoredFile

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

#: Not the threads of requests, some of which wait for a silent storage anyway: those of uploads, of exports and of a
#: file in the admin. Far more files are read here.
_pool = ThreadPoolExecutor(8, thread_name_prefix="serving")
#: No script, no form, no frame, nothing from elsewhere, and an origin of its own.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"
#: Chromium opens no PDF in a sandbox. Its viewer is no part of the site, and `nosniff` leaves the type as it is.
PDF_POLICY = POLICY.removesuffix("; sandbox")
#: No file has more digits of bytes, and Python refuses to read numbers of thousands of them.
RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


async def serve(
    request: HttpRequest, stored: StoredFile, media_type: str, name: str, *, inline: bool = False
) -> HttpResponseBase:
    """The content, or the one range of it that is asked for.

    304 where the browser has it, 404 where it is gone, 503 where the storage is unavailable.
    """
    headers = build_headers(media_type, name, stored.sha256, inline=inline) | {"Accept-Ranges": "bytes"}
    if has_content(request, headers["ETag"]):
        return HttpResponseNotModified(headers={key: headers[key] for key in ("ETag", "Cache-Control")})
    part = find_range(request, stored) if request.method == "GET" else None
    if part is not None and part.start >= stored.size:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{stored.size}"})
    status, sent = 200, part or range(stored.size)
    if part is not None:
        status, headers["Content-Range"] = 206, f"bytes {part.start}-{part.stop - 1}/{stored.size}"
    headers["Content-Length"] = str(len(sent))
    chunks = stored.read(sent)
    try:
        if request.method == "HEAD" and not await run(stored.exists):
            return HttpResponse(status=404)
        # Before the response begins, which cannot become an error any more.
        first = b"" if request.method == "HEAD" else await run(next, chunks, b"")
    except FileNotFoundError:
        return HttpResponse(status=404)
    except FilesUnavailable as error:
        logger.error("A file cannot be read: %s", error)
        return await sync_to_async(errors.files_unavailable)(request)
    content = stream(first, chunks)
    return StreamingHttpResponse(content, status=status, content_type=media_type, headers=headers)


def serve_bytes(request: HttpRequest, content: bytes, media_type: str, name: str) -> HttpResponse:
    """A small content, to look at; 304 where the browser has it."""
    headers = build_headers(media_type, name, sha256(content).hexdigest(), inline=True)
    if has_content(request, headers["ETag"]):
        return HttpResponseNotModified(headers={key: headers[key] for key in ("ETag", "Cache-Control")})
    return HttpResponse(content, content_type=media_type, headers=headers)


def build_headers(media_type: str, name: str, digest: str, *, inline: bool) -> dict[str, str]:
    return {
        "Content-Disposition": content_disposition_header(as_attachment=not inline, filename=name) or "attachment",
        "Content-Security-Policy": PDF_POLICY if inline and media_type == "application/pdf" else POLICY,
        "X-Content-Type-Options": "nosniff",
        "ETag": f'"{digest}"',
        # Whether the person may still see it is asked each time; the bytes are then sent once.
        "Cache-Control": "private, no-cache",
    }


def has_content(request: HttpRequest, tag: str) -> bool:
    """Whether the browser has the content with this tag."""
    # Compared weakly: a proxy that compresses the response makes the tag a weak one.
    return tag in [known.removeprefix("W/") for known in parse_etags(request.headers.get("If-None-Match", ""))]


def find_range(request: HttpRequest, stored: StoredFile) -> range | None:
    """The range of bytes that is asked for; None for all: no range, one that is none, or several, which may be ignored.

    https://www.rfc-editor.org/rfc/rfc9110#name-range
    """
    found = RANGE.fullmatch(request.headers.get("Range", "").strip())
    is_other_content = request.headers.get("If-Range", stored.sha256).strip('"') != stored.sha256
    if not found or found[0] == "bytes=-" or is_other_content:
        return None
    first, last = found.groups()
    if not first:
        return range(max(stored.size - int(last), 0), stored.size)
    if last and int(last) < int(first):
        return None
    stop = min(int(last) + 1, stored.size) if last else stored.size
    return range(int(first), max(stop, int(first)))


async def stream(first: bytes, chunks: Iterator[bytes]) -> AsyncGenerator[bytes]:
    """The chunks, each read when the one before is sent."""
    chunk = first
    while chunk:
        yield chunk
        chunk = await run(next, chunks, b"")


async def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(_pool, partial(function, *args, **kwargs))
