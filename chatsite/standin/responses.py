"""Reads request bodies, builds responses, and breaks connections for `server`."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

from chatsite.standin.markers import Markers
from chatsite.standin.recording import Record
from chatsite.standin.refusals import Refused
from chatsite.standin.writer import reset_transport

STATUS_MESSAGES = {
    429: "This request would exceed your organization's rate limit.",
    529: "Overloaded",
}
RATE_LIMIT_HEADERS = {
    "anthropic-ratelimit-requests-limit": "4000",
    "anthropic-ratelimit-requests-remaining": "3999",
}


async def read_body(http_request: web.Request, record: Record) -> Any:
    """Return the parsed body and record it; raise Refused if it is too large or not JSON."""
    try:
        body = json.loads(await http_request.read())
    except web.HTTPRequestEntityTooLarge as error:
        raise Refused(413, "Request exceeds the maximum size") from error
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"The request body is not valid JSON: {error}") from error
    if record.keeps_content:
        record.body = body
    return body


def response_headers(record: Record, markers: Markers) -> dict[str, str]:
    headers = {"request-id": record.id, "anthropic-organization-id": "org_standin", **RATE_LIMIT_HEADERS}
    if "header" in markers:
        name, value = markers["header"]
        headers[name] = value
    return headers


def json_response(record: Record, data: Any) -> web.Response:
    record.status, record.answer, record.ended = 200, "json", "done"
    return web.json_response(data, headers=response_headers(record, Markers()))


def error_response(record: Record, status: int, error_type: str, message: str, markers: Markers) -> web.Response:
    record.status = status
    data = {"type": "error", "error": {"type": error_type, "message": message}, "request_id": record.id}
    return web.json_response(data, status=status, headers=response_headers(record, markers))


def refusal_response(record: Record, refused: Refused, markers: Markers) -> web.Response:
    return error_response(record, refused.status, refused.type, refused.message, markers)


def status_response(record: Record, markers: Markers) -> web.Response:
    """Return the error that the marker `status` demands."""
    status, retry_after = markers["status"]
    response = refusal_response(record, Refused(status, STATUS_MESSAGES.get(status, "Something went wrong")), markers)
    if retry_after:
        response.headers["retry-after"] = retry_after
    return response


def peer_address(http_request: web.Request) -> str:
    """Return address and port of the client; they are the same for all requests on one connection."""
    if http_request.transport is None:
        return ":0"
    host, port = http_request.transport.get_extra_info("peername")[:2]
    return f"{host}:{port}"


def open_transport(http_request: web.Request) -> asyncio.Transport:
    """Return the connection's transport; raise CancelledError if the client has left, as a later write would."""
    if not isinstance(http_request.transport, asyncio.Transport):
        raise asyncio.CancelledError
    return http_request.transport


async def reset_connection(http_request: web.Request) -> None:
    """Reset the connection. The loss of it cancels the handler, so this never returns."""
    reset_transport(open_transport(http_request))
    await wait_until_cancelled()


async def wait_until_cancelled() -> None:
    """Wait until the client leaves, which cancels the handler."""
    await asyncio.Event().wait()
