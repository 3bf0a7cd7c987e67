"""What cannot be timed from outside: who comes to a reply just at its end, and a process that cannot begin."""

import asyncio
import importlib
import time
from typing import Any

import pytest

from chatsite.server.lifespan import Lifespan
from conversations.models import Message, Question, Refused
from conversations.replies import mirrors, storage
from conversations.replies.engine import Engine
from conversations.replies.mirrors import Mirrors
from conversations.replies.recovery import recover
from tests.history import begin
from tests.replies.threads import storage_threads


def test_a_server_whose_engine_cannot_start_does_not_serve():
    class Broken:
        async def startup(self):
            raise OSError("no way to Claude")

    async def begin():
        sent = []

        async def receive():
            return {"type": "lifespan.startup"}

        async def send(message):
            sent.append(message)

        broken: Any = Broken()
        await Lifespan(None, broken)({"type": "lifespan"}, receive, send)
        return sent

    assert asyncio.run(begin()) == [{"type": "lifespan.startup.failed", "message": "no way to Claude"}]


def test_a_server_that_stops_waits_for_a_question_that_is_being_stored(transactional_db, alice, monkeypatch):
    order = []

    def store_question(*_arguments):
        time.sleep(0.3)
        order.append("stored")
        raise Refused

    monkeypatch.setattr(importlib.import_module("conversations.replies.engine"), "store_question", store_question)

    async def stop_meanwhile():
        engine = Engine()
        question = Question(text="Hi", model="claude-sonnet-5-5")
        asking = asyncio.create_task(engine.answer(None, question, alice, grace=0))
        await asyncio.sleep(0.1)
        await engine.drain()
        order.append("stopped")
        with pytest.raises(Refused):
            await asking

    with storage_threads():
        asyncio.run(stop_meanwhile())
    assert order == ["stored", "stopped"]


def test_who_asked_for_a_reply_of_another_process_and_never_read_it_is_no_reader(transactional_db, alice, monkeypatch):
    """Its writer would go on for somebody who has left before the first frame."""
    monkeypatch.setattr(mirrors, "WATCH_SECONDS", 0.1)
    monkeypatch.setattr(mirrors, "POLL_SECONDS", 0.1)
    answer = begin(alice)

    def told():
        answer.refresh_from_db()
        return answer.watched_at

    async def never_read():
        followed = Mirrors()
        await followed.follow(answer)
        await asyncio.sleep(0.3)
        first = await storage.run(told)
        await asyncio.sleep(0.5)
        return first, await storage.run(told)

    with storage_threads():
        first, last = asyncio.run(never_read())
    assert first is not None
    assert last == first


def test_recovery_takes_up_a_stale_row_of_this_process_that_it_does_not_write(transactional_db, alice):
    answer, running = begin(alice), begin(alice)
    Message.objects.update(heartbeat="2020-01-01T00:00:00Z")
    assert recover([running.pk]) == 1
    answer.refresh_from_db()
    running.refresh_from_db()
    assert (answer.state, running.state) == ("interrupted", "writing")
