"""The routes: those of Anthropic's API, and `/recorded` for tests that ask what the stand-in received."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from chatsite.standin import tools
from chatsite.standin.answers import is_title_request
from chatsite.standin.chunks import cut_into_chunks
from chatsite.standin.compaction import check_compaction, is_summary_request
from chatsite.standin.compose import Request, compose_reply
from chatsite.standin.diagnosis import Diagnoses
from chatsite.standin.faults import insert_faults
from chatsite.standin.markers import BadMarker, Markers, parse_markers, parse_turn
from chatsite.standin.models import Catalogue
from chatsite.standin.pauses import PausedTurns
from chatsite.standin.recording import Record, RequestLog
from chatsite.standin.refusals import Refused, refuse_if
from chatsite.standin.reply import Reply
from chatsite.standin.responses import (
    error_response,
    json_response,
    open_transport,
    peer_address,
    read_body,
    refusal_response,
    reset_connection,
    response_headers,
    status_response,
    wait_until_cancelled,
)
from chatsite.standin.tokens import PromptCache, content_blocks, count_prompt_tokens, extract_text
from chatsite.standin.validation import check_body, check_headers
from chatsite.standin.writer import StepWriter

MAX_BODY_BYTES = 32 * 1024 * 1024
STREAM_HEADERS = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
Response = web.StreamResponse
Handler = Callable[[web.Request, Record], Awaitable[Response]]


class Server:
    def __init__(self, *, rate: float, keeps_content: bool, window: int | None) -> None:
        self._rate = rate
        self._catalogue = Catalogue(window)
        self._log = RequestLog(keeps_content=keeps_content)
        self._prompt_cache = PromptCache()
        self._paused_turns = PausedTurns()
        self._diagnoses = Diagnoses()
        self._fault_counts: dict[tuple[str, str, str], int] = {}

    def create_app(self) -> web.Application:
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_post("/v1/messages", self.with_record(self.create_message, self._log))
        app.router.add_post("/v1/messages/count_tokens", self.with_record(self.count_tokens, self._log))
        # A site asks for the models whenever it likes. They are not in the log, so a test finds only its own requests.
        unread_log = RequestLog(keeps_content=False)
        app.router.add_get("/v1/models", self.with_record(self.list_models, unread_log))
        app.router.add_get("/v1/models/{id}", self.with_record(self.retrieve_model, unread_log))
        app.router.add_get("/recorded", self.list_records)
        app.router.add_get("/recorded/open", self.count_open_requests)
        app.router.add_delete("/recorded", self.clear_records)
        app.router.add_route("*", "/{rest:.*}", self.with_record(self.refuse_path, self._log))
        return app

    def with_record(self, handler: Handler, log: RequestLog) -> Callable[[web.Request], Awaitable[Response]]:
        """Record every request of the handler, and turn a refusal into an error response."""

        async def handle(http_request: web.Request) -> Response:
            headers = {name.lower(): value for name, value in http_request.headers.items()}
            record = log.begin(http_request.path, headers, peer_address(http_request))
            try:
                return await handler(http_request, record)
            except Refused as refused:
                record.answer, record.ended = "refused", "refused"
                return refusal_response(record, refused, Markers())
            except asyncio.CancelledError:
                record.mark_client_gone()
                raise
            finally:
                log.end(record)

        return handle

    # Messages

    async def create_message(self, http_request: web.Request, record: Record) -> Response:
        key = check_headers(http_request.headers)
        request = self.parse_request(await read_body(http_request, record), key, record)
        check_compaction(request.body, http_request.headers.get("anthropic-beta", ""), request.model)
        refuse_if("too_long" in request.markers, "prompt is too long: 1000001 tokens > 1000000 maximum")
        response = await fail_before_reply(http_request, record, request.markers)
        if response is not None:
            return response
        prompt_usage = self._prompt_cache.prompt_usage(f"{key} {request.model.id}", request.body)
        reply = replace(compose_reply(request, prompt_usage), diagnostics=self._diagnoses.diagnose(request.body))
        self._diagnoses.remember(reply.id, request.body)
        if request.must_pause:
            self._paused_turns.add_pause(request.body, request.question, reply, request.pauses + 1)
        if request.body.get("stream") and "json" not in request.markers:
            return await self.stream_reply(http_request, record, reply, request.markers)
        return await send_reply(http_request, record, reply, request.markers)

    def parse_request(self, body: Any, key: str, record: Record) -> Request:
        model = check_body(body, self._catalogue, needs_max_tokens=True)
        question = last_question(body)
        record.question = question
        purpose = "title" if is_title_request(model.id, body) else ""
        if is_summary_request(body, question):
            purpose = "summary"
        pauses = 0 if purpose else self._paused_turns.count_pauses(body, question)
        try:
            step = tools.count_steps(body)
            markers = parse_markers(question, purpose=purpose) if purpose else parse_turn(question, step)
        except BadMarker as error:
            raise Refused(400, str(error)) from error
        if "times" in markers:
            markers = self.count_fault(markers, (key, purpose, f"{step} {question}"))
        return Request(model, body, question, markers, purpose, pauses)

    def count_fault(self, markers: Markers, caller: tuple[str, str, str]) -> Markers:
        """Return the markers without faults once they have applied `times` times; then the count starts again."""
        count = self._fault_counts.pop(caller, 0)
        if count >= markers.first("times"):
            return markers.without_faults()
        self._fault_counts[caller] = count + 1
        return markers

    async def stream_reply(self, http_request: web.Request, record: Record, reply: Reply, markers: Markers) -> Response:
        steps = cut_into_chunks(insert_faults(reply, markers, record.id), markers)
        response = web.StreamResponse(headers=response_headers(record, markers) | STREAM_HEADERS)
        record.answer, record.status = "stream", 200
        response.enable_chunked_encoding()
        await response.prepare(http_request)
        rate = markers.first("rate", self._rate)
        interval = 1 / rate if rate else 0.0
        record.ended = await StepWriter(open_transport(http_request), steps, interval, record).write_all()
        if record.ended == "reset":
            await reset_connection(http_request)
        await response.write_eof()
        return response

    async def count_tokens(self, http_request: web.Request, record: Record) -> Response:
        check_headers(http_request.headers)
        body = await read_body(http_request, record)
        check_body(body, self._catalogue, needs_max_tokens=False)
        if body.get("compaction") is None:
            self._paused_turns.count_pauses(body, last_question(body))
        return json_response(record, {"input_tokens": count_prompt_tokens(body)})

    # Models

    async def list_models(self, http_request: web.Request, record: Record) -> Response:
        check_headers(http_request.headers)
        query = http_request.query
        lifecycles = [*query.getall("lifecycle[]", []), *query.getall("lifecycle", [])]
        limit = query.get("limit", "20")
        refuse_if(not limit.isdecimal() or not 1 <= int(limit) <= 1000, "limit: must be from 1 to 1000")
        page = self._catalogue.page(lifecycles, int(limit), query.get("after_id"), query.get("before_id"))
        return json_response(record, page)

    async def retrieve_model(self, http_request: web.Request, record: Record) -> Response:
        check_headers(http_request.headers)
        model = self._catalogue.find(http_request.match_info["id"])
        if model is None:
            raise Refused(404, f"model: {http_request.match_info['id']}")
        return json_response(record, model.as_json())

    async def refuse_path(self, http_request: web.Request, record: Record) -> Response:
        raise Refused(404, f"Not found: {http_request.method} {http_request.path}")

    # The record

    async def list_records(self, http_request: web.Request) -> Response:
        records = self._log.find(http_request.query.get("match"))
        if "last" in http_request.query:
            records = records[-1:]
        return web.json_response([record.as_json() for record in records])

    async def count_open_requests(self, http_request: web.Request) -> Response:
        return web.json_response({"open": self._log.open_count})

    async def clear_records(self, http_request: web.Request) -> Response:
        self._log.clear()
        self._fault_counts.clear()
        self._prompt_cache = PromptCache()
        return web.json_response({})


def last_question(body: dict[str, Any]) -> str:
    """Return the newest text of a person, in which markers are looked for; for a compaction all of them.

    Messages that have only the results of tools belong to the turn of the question before them.

    A message may join a question to an earlier one that got no answer. The markers of the earlier one do not count.
    """
    if body.get("compaction") is not None:
        messages = [message for message in body["messages"] if message["role"] == "user"]
        return "\n\n".join(extract_text(message["content"]) for message in messages)
    content = [block for message in tools.turn_of(body)[:1] for block in content_blocks(message["content"])]
    texts = [block["text"] for block in content if block["type"] == "text"]
    return str(texts[-1]) if texts else ""


async def fail_before_reply(http_request: web.Request, record: Record, markers: Markers) -> web.Response | None:
    """Apply the faults that come before the first byte of a reply. Return the response that takes its place, if any."""
    record.answer = next((name for name in ("hang", "drop", "status", "html") if name in markers), "")
    if "hang" in markers:
        await wait_until_cancelled()
    if "delay" in markers:
        await asyncio.sleep(markers.first("delay"))
    if "drop" in markers:
        record.ended = "dropped"
        await reset_connection(http_request)
    if "status" in markers:
        record.ended = "status"
        return status_response(record, markers)
    if "html" in markers:
        record.ended, record.status = "html", 200
        return web.Response(text="<!doctype html><title>Proxy</title><h1>It works</h1>", content_type="text/html")
    return None


async def send_reply(http_request: web.Request, record: Record, reply: Reply, markers: Markers) -> Response:
    """Send the reply as one JSON message. A fault of a stream becomes the most similar fault of a message."""
    record.answer = "json"
    if "stall" in markers or "endless" in markers:
        await wait_until_cancelled()
    if "reset" in markers:
        record.ended = "reset"
        await reset_connection(http_request)
    if "error" in markers:
        record.ended = "error"
        return error_response(record, 500, markers.first("error"), "Something went wrong", Markers())
    data = json.dumps(reply.as_json()).encode()
    is_truncated = bool({"truncate", "malformed", "badutf8"} & markers.keys())
    if is_truncated:
        data = data[: len(data) // 2]
    record.status, record.usage = 200, reply.usage
    record.ended = "truncated" if is_truncated else "done"
    return web.Response(body=data, headers=response_headers(record, markers), content_type="application/json")
