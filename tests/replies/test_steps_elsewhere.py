"""Steps with tools as somebody sees them who joins later: in another process, or after a decision."""

import asyncio
import json
import re
from contextvars import ContextVar

import pytest

from conversations import markdown
from conversations.models import Message, ToolCall
from conversations.models.content import text_content
from conversations.models.tool_call import add_results
from conversations.replies import Choice, Decision, mirrors, storage
from conversations.replies.mirrors import Mirrors
from conversations.replies.reader import Reader
from tests.history import begin
from tests.replies.scripted import Script, answer_question, create_tool, running_engine, text, use
from tests.replies.threads import storage_threads
from tests.using_tools import QUESTION, create_call, use_block


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setattr(mirrors, "POLL_SECONDS", 0.05)


@pytest.fixture
def answer(transactional_db, alice):
    return begin(alice, QUESTION)


class Followed:
    """The frames of an answer of another process, read in this one while `then` changes the row."""

    def __init__(self, answer, then):
        self.frames = []
        self.arrived = asyncio.Event()
        with storage_threads():
            asyncio.run(self._read(answer, then))

    async def _read(self, answer, then):
        mirror = await Mirrors().follow(answer)
        reading = asyncio.create_task(self._collect(mirror))
        for change in then:
            # What the row has by now is read.
            async with asyncio.timeout(10):
                await self.arrived.wait()
            self.arrived.clear()
            await storage.run(change)
        async with asyncio.timeout(10):
            await reading

    async def _collect(self, mirror):
        async for frames in mirror.page_frames(Reader()):
            self.frames += re.findall(r"event: (\w+)\ndata: (.*)\n", frames.decode())
            self.arrived.set()

    def named(self, name):
        return [json.loads(data) for kind, data in self.frames if kind == name]


def store(answer, content, text=""):
    """What the process that writes an answer stores with the calls of a step, and with its next checkpoint."""
    Message.objects.filter(pk=answer.pk).update(content=content, **({"text": text} if text else {}))


def end(answer, content):
    assert answer.finish(state="complete", ending="finished", content=content)


def test_alice_sees_on_another_process_a_tool_begin_and_end(answer):
    use = use_block("toolu_1", day="Sunday")
    content = [*text_content("I look."), use]

    def call():
        create_call(answer, use, "running", result=text_content("At nine."))
        store(answer, content)

    def finish():
        ToolCall.objects.update(state="done")

    def go_on():
        store(answer, content, "I look.\n\nAt nine.")

    whole = [*add_results(content, [ToolCall(block_id="toolu_1", state="done")]), *text_content("At nine.")]
    seen = Followed(answer, [call, finish, go_on, lambda: end(answer, whole)])

    steps = [(step["title"], step["state"], step["row"]) for step in seen.named("tool")]
    assert steps == [("Find ferries", "running", 1), ("Find ferries", "done", 1)]
    shown = json.dumps(seen.frames)
    assert shown.index("I look.") < shown.index("data-tools") < shown.index("At nine.")


def test_who_joins_late_gets_the_steps_so_far_each_in_its_row(answer):
    first, second = use_block("toolu_1"), use_block("toolu_2")
    calls = [create_call(answer, first, step=1), create_call(answer, second, "running", step=2)]
    content = [*add_results([*text_content("One."), first], calls[:1]), *text_content("Two."), second]
    store(answer, content, "One.")

    seen = Followed(answer, [lambda: end(answer, add_results(content, calls))])

    html = seen.named("snapshot")[0]["html"] + seen.named("snapshot")[0]["tail"]
    one, two = html.split(markdown.tools_place(1))
    assert ("One." in one, "Two." in two, markdown.tools_place(2) in two) == (True, True, True)
    assert [(step["state"], step["row"]) for step in seen.named("tool")] == [("done", 1), ("running", 2)]


def test_the_steps_of_claudes_own_tools_are_there_with_the_next_call(answer):
    searched = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "ferry"}}
    found = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
    use = use_block("toolu_1")
    create_call(answer, use, "running")
    store(answer, [searched, found, *text_content("And now:"), use])

    seen = Followed(answer, [lambda: end(answer, text_content("Nothing."))])

    steps = [(step["name"], step["state"], step["row"]) for step in seen.named("tool")]
    assert steps == [("web_search", "done", 1), ("find_ferries", "running", 2)]


def test_after_a_decision_the_steps_before_it_stay_in_sight(monkeypatch, settings, transactional_db, alice):
    create_tool("clock")
    create_tool("send", acts=True)
    Script(monkeypatch, settings, [text("First."), use("clock")], [use("send", "toolu_2")], [text("Sent.")])
    answer_question(alice, ["clock", "send"])
    call = ToolCall.objects.get(tool="send")
    seen = []

    async def read_on():
        async with running_engine() as engine:
            _answer, broadcast = await engine.decide(call, Decision(Choice.APPROVE))
            seen.extend([frames.decode() async for frames in broadcast.page_frames(Reader())])

    with storage_threads():
        asyncio.run(read_on())
    steps = [json.loads(data) for data in re.findall(r"event: tool\ndata: (.*)\n", "".join(seen))]
    assert [(s["title"], s["state"], s["row"]) for s in steps if s["name"] == "clock"][:1] == [("Clock", "done", 1)]


def test_polling_keeps_nothing_of_the_request_that_it_began_with(answer, monkeypatch):
    request, seen = ContextVar("request", default=""), []

    async def poll(mirrors):
        seen.append(request.get())
        mirrors._mirrors.clear()
        return False

    async def follow():
        request.set("that of Alice")
        followed = Mirrors()
        await followed.follow(answer)
        assert followed._task
        await followed._task

    monkeypatch.setattr(Mirrors, "_poll", poll)
    with storage_threads():
        asyncio.run(follow())
    assert seen == [""]
