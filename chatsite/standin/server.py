"""The routes of the stand-in: Anthropic's, and `/recorded` for the tests that ask what happened."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from . import answers, faults, refusals, tokens, writer
from .compose import Request, compose
from .http import error, hang_up, headers, last_question, open_transport, peer_of, read, status_error, success
from .markers import BadMarker, Markers, parse
from .models import Catalogue
from .record import Book, Record
from .refusals import Refused

LARGEST = 32 * 1024 * 1024
STREAM = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
Handler = Callable[[web.Request, Record], Awaitable[web.StreamResponse]]


@dataclass
class StandIn:
    rate: float = 40.0
    keeps: bool = True
    window: int | None = None
    cache: tokens.Cache = field(default_factory=tokens.Cache)
    failures: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.book, self.catalogue = Book(keeps=self.keeps), Catalogue(self.window)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST)
        app.router.add_post("/v1/messages", self.noted(self.messages))
        app.router.add_post("/v1/messages/count_tokens", self.noted(self.count_tokens))
        # A site asks for the models in its own time; what a test finds recorded is what it asked for itself.
        unread = Book(keeps=False)
        app.router.add_get("/v1/models", self.noted(self.models, unread))
        app.router.add_get("/v1/models/{id}", self.noted(self.model, unread))
        app.router.add_get("/recorded", self.recorded)
        app.router.add_get("/recorded/open", self.running)
        app.router.add_delete("/recorded", self.clear)
        app.router.add_route("*", "/{rest:.*}", self.noted(self.nowhere))
        return app

    def noted(
        self, handler: Handler, book: Book | None = None
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Records every request, whatever becomes of it; a refusal becomes an error in Anthropic's words."""
        book = book or self.book

        async def handle(request: web.Request) -> web.StreamResponse:
            named = {name.lower(): value for name, value in request.headers.items()}
            record = book.open(request.path, named, peer_of(request))
            try:
                return await handler(request, record)
            except Refused as refused:
                record.answer, record.ended = "refused", "refused"
                return error(record, refused.status, refused.type, refused.message)
            except asyncio.CancelledError:
                record.gone()
                raise
            finally:
                book.close(record)

        return handle

    async def messages(self, http: web.Request, record: Record) -> web.StreamResponse:
        key = refusals.key_of(http.headers)
        request = self.understand(await read(http, record), key, record)
        if (early := await self.fail_early(http, record, request.markers)) is not None:
            return early
        prompt = self.cache.usage(f"{key} {request.model.id}", request.body)
        return await self.answer(http, record, Request(**{**vars(request), "prompt": prompt}))

    def understand(self, body: Any, key: str, record: Record) -> Request:
        model = refusals.check(body, self.catalogue)
        record.question = last_question(body)
        title = answers.is_title(model.id, body)
        try:
            markers = parse(record.question, title=title)
        except BadMarker as wrong:
            raise Refused(400, str(wrong)) from wrong
        markers = self.count_failures(markers, (f"{key} {title}", record.question))
        return Request(model, body, record.question, markers, title, {})

    def count_failures(self, markers: Markers, who: tuple[str, str]) -> Markers:
        """With `times`, the faults strike so often, then the reply succeeds and the count begins anew."""
        if "times" not in markers:
            return markers
        failed = self.failures.pop(who, 0)
        if failed >= markers.first("times"):
            return markers.without_faults()
        self.failures[who] = failed + 1
        return markers

    async def fail_early(self, http: web.Request, record: Record, markers: Markers) -> web.Response | None:
        """What goes wrong before the first event."""
        record.answer = next((name for name in ("hang", "drop", "status", "html") if name in markers), "")
        if "hang" in markers:
            await asyncio.Event().wait()
        if "delay" in markers:
            await asyncio.sleep(markers.first("delay"))
        if "drop" in markers:
            record.ended = "dropped"
            await hang_up(http)
        if "status" in markers:
            record.ended = "status"
            return status_error(record, markers)
        if "html" in markers:
            record.ended, record.status = "html", 200
            return web.Response(text="<!doctype html><title>Proxy</title><h1>It works</h1>", content_type="text/html")
        return None

    async def answer(self, http: web.Request, record: Record, request: Request) -> web.StreamResponse:
        streams = request.body.get("stream") and "json" not in request.markers
        record.answer = "stream" if streams else "json"
        return await (self.stream if streams else self.whole)(http, record, request)

    async def stream(self, http: web.Request, record: Record, request: Request) -> web.StreamResponse:
        reply, markers = compose(request), request.markers
        steps = writer.cut(faults.strike(reply.steps(), reply, markers, record.id), markers)
        response = web.StreamResponse(headers=headers(record, markers) | STREAM)
        record.status = 200
        response.enable_chunked_encoding()
        await response.prepare(http)
        rate = markers.first("rate", self.rate)
        player = writer.Player(open_transport(http), steps, 1 / rate if rate else 0.0, record)
        record.ended = await player.play()
        if record.ended == "reset":
            await hang_up(http)
        await response.write_eof()
        return response

    async def whole(self, http: web.Request, record: Record, request: Request) -> web.StreamResponse:
        """For those who did not ask for a stream; a fault of the stream becomes its nearest relative."""
        markers = request.markers
        if {"stall", "endless"} & markers.keys():
            await asyncio.Event().wait()
        if "reset" in markers:
            record.ended = "reset"
            await hang_up(http)
        if "error" in markers:
            record.ended = "error"
            return error(record, 500, markers.first("error"), "Something went wrong")
        reply = compose(request)
        body = json.dumps(reply.whole()).encode()
        spoilt = {"truncate", "malformed", "badutf8"} & markers.keys()
        record.status, record.usage, record.ended = 200, reply.usage, "truncated" if spoilt else "done"
        named = headers(record, markers)
        return web.Response(
            body=body[: len(body) // 2 if spoilt else None], headers=named, content_type="application/json"
        )

    async def count_tokens(self, http: web.Request, record: Record) -> web.Response:
        refusals.key_of(http.headers)
        body = await read(http, record)
        refusals.check(body, self.catalogue, counting=True)
        return success(record, {"input_tokens": tokens.estimate(body)})

    async def models(self, http: web.Request, record: Record) -> web.Response:
        refusals.key_of(http.headers)
        query = http.query
        wanted = [*query.getall("lifecycle[]", []), *query.getall("lifecycle", [])]
        limit = query.get("limit", "20")
        refusals.refuse_if(not limit.isdecimal() or not 1 <= int(limit) <= 1000, "limit: must be from 1 to 1000")
        return success(record, self.catalogue.page(wanted, int(limit), query.get("after_id"), query.get("before_id")))

    async def model(self, http: web.Request, record: Record) -> web.Response:
        refusals.key_of(http.headers)
        if (model := self.catalogue.find(http.match_info["id"])) is None:
            raise Refused(404, f"model: {http.match_info['id']}")
        return success(record, model.info())

    async def nowhere(self, http: web.Request, record: Record) -> web.Response:
        raise Refused(404, f"Not found: {http.method} {http.path}")

    async def recorded(self, http: web.Request) -> web.Response:
        return web.json_response(self.book.matching(http.query.get("match"), last="last" in http.query))

    async def running(self, _: web.Request) -> web.Response:
        return web.json_response({"open": len(self.book.running)})

    async def clear(self, _: web.Request) -> web.Response:
        self.book.clear()
        self.failures.clear()
        self.cache = tokens.Cache()
        return web.json_response({})
