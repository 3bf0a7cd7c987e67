"""What cannot be timed from outside: who comes to a reply just at its end, and a process that cannot begin."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from chatsite.lifespan import Lifespan
from conversations.models import Message
from conversations.replies.broadcast import Broadcast
from conversations.replies.engine import Engine


@pytest.mark.parametrize("page", [True, False])
def test_a_page_that_has_not_begun_to_read_is_given_the_finished_turn_all_the_same(page):
    async def follow():
        engine, answer = Engine(), Message()
        reply: Any = SimpleNamespace(broadcast=Broadcast(), shown=False)
        engine.running[answer.pk] = reply
        await engine.follow(answer, page=page)
        return reply.shown

    assert asyncio.run(follow()) is page


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
