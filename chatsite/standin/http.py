"""Small pieces of HTTP that the routes share: reading a body, error replies, hanging up."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

from . import tokens
from .markers import Markers
from .record import Record
from .refusals import Refused
from .writer import reset

MESSAGES = {
    429: "This request would exceed your organization's rate limit.",
    529: "Overloaded",
}
LIMITS = {"anthropic-ratelimit-requests-limit": "4000", "anthropic-ratelimit-requests-remaining": "3999"}


async def read(http: web.Request, record: Record) -> Any:
    try:
        body = json.loads(await http.read())
    except web.HTTPRequestEntityTooLarge as error:
        raise Refused(413, "Request exceeds the maximum size") from error
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"The request body is not valid JSON: {error}") from error
    if record.keeps:
        record.body = body
    return body


def last_question(body: dict[str, Any]) -> str:
    """The last text that a person wrote, in which markers are looked for: a question joined to an earlier one,
    which got no answer, does not have to obey the markers of that one."""
    turn = next(message for message in reversed(body["messages"]) if message["role"] == "user")
    texts = [block["text"] for block in tokens.blocks(turn["content"]) if block["type"] == "text"]
    return str(texts[-1]) if texts else ""


def headers(record: Record, markers: Markers) -> dict[str, str]:
    named = {"request-id": record.id, "anthropic-organization-id": "org_standin", **LIMITS}
    return named | ({markers["header"][0]: markers["header"][1]} if "header" in markers else {})


def success(record: Record, data: Any) -> web.Response:
    record.status, record.answer, record.ended = 200, "json", "done"
    return web.json_response(data, headers=headers(record, Markers()))


def error(record: Record, status: int, kind: str, message: str, extra: Markers | None = None) -> web.Response:
    record.status = status
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": record.id}
    return web.json_response(body, status=status, headers=headers(record, extra or Markers()))


def status_error(record: Record, markers: Markers) -> web.Response:
    status, retry_after = markers["status"]
    refused = Refused(status, MESSAGES.get(status, "Something went wrong"))
    response = error(record, status, refused.type, refused.message, markers)
    if retry_after:
        response.headers["retry-after"] = retry_after
    return response


def peer_of(http: web.Request) -> str:
    """The other end of the connection: the same for all requests that share one."""
    host, port = http.transport.get_extra_info("peername")[:2] if http.transport else ("", 0)
    return f"{host}:{port}"


def open_transport(http: web.Request) -> asyncio.Transport:
    if http.transport is None or not isinstance(http.transport, asyncio.Transport):
        raise asyncio.CancelledError  # the client left while its headers were written
    return http.transport


async def hang_up(http: web.Request) -> None:
    """Resets the connection; its loss cancels the handler, which never comes back from here."""
    reset(open_transport(http))
    await asyncio.Event().wait()
