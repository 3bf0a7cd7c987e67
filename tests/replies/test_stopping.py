"""Alice stops an answer at the moment at which it is stored as waiting for her decision."""

import asyncio
import json
import threading
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncRequestFactory

from chatsite.accounts.models import User
from conversations.models import Message
from conversations.models.content import text_content
from conversations.replies import End
from conversations.views import replies
from conversations.views.streams import end_frame
from tests.history import begin
from tests.replies.scripted import Script, answer_question, create_tool, text, use


class Waiting:
    """Holds an answer that is stored as waiting, before or after its row says so, until `stopped` is set."""

    def __init__(self, monkeypatch, when):
        self.has_begun, self.stopped = threading.Event(), threading.Event()
        store = Message.wait_for_decision

        def hold(answer, *arguments, **fields):
            if when == "after":
                is_waiting = store(answer, *arguments, **fields)
            self.has_begun.set()
            assert self.stopped.wait(10)
            return is_waiting if when == "after" else store(answer, *arguments, **fields)

        monkeypatch.setattr(Message, "wait_for_decision", hold)


@pytest.fixture
def _claude(monkeypatch, settings, transactional_db):
    create_tool("send", acts=True)
    Script(monkeypatch, settings, [text("May I?"), use("send")])


@pytest.mark.usefixtures("_claude")
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_that_alice_stops_while_it_is_stored_as_waiting_is_stopped(monkeypatch, alice, when):
    waiting = Waiting(monkeypatch, when)

    async def stop(engine, answer):
        assert await asyncio.to_thread(waiting.has_begun.wait, 10)
        await engine.stop(answer)
        waiting.stopped.set()

    answer = answer_question(alice, ["send"], within=stop)
    assert (answer.state, answer.ending, answer.text) == ("stopped", "stopped", "May I?")


@pytest.mark.usefixtures("_claude")
@pytest.mark.parametrize("when", ["before", "after"])
def test_alice_hears_that_it_is_stopped(monkeypatch, alice, when):
    waiting = Waiting(monkeypatch, when)
    responses = []

    async def stop(engine, answer):
        monkeypatch.setattr(replies, "engine", engine)
        assert await asyncio.to_thread(waiting.has_begun.wait, 10)
        request = AsyncRequestFactory().delete("/")
        request.user = alice
        asyncio.get_running_loop().call_later(0.3, waiting.stopped.set)
        view: Any = replies.ReplyView.as_view()
        responses.append(await view(request, pk=answer.pk))
        await sync_to_async(connections.close_all)()

    answer_question(alice, ["send"], within=stop)
    assert [json.loads(response.content) for response in responses] == [{"state": "stopped"}]


# Django's own, of a form without a token.
@pytest.mark.filterwarnings("ignore:Calling format_html")
def test_a_page_learns_that_the_answer_it_follows_was_stopped_when_it_had_begun_to_wait(alice):
    answer = begin(alice)
    assert answer.wait_for_decision(text_content("May I?"))
    Message.objects.filter(pk=answer.pk).request_stop("stopped")

    data = json.loads(end_frame(End("waiting", ""), answer, User.objects.get(pk=alice.pk)).split(b"data: ")[1])
    assert (data["state"], data["ending"]) == ("stopped", "stopped")
    assert "May I?" in data["html"]
