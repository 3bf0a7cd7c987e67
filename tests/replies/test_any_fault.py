"""Whatever raises in the owner of a reply, on whichever line: the reply has an end, its readers and its row too."""

import asyncio
import inspect
import linecache
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import CodeType, FrameType
from typing import Any

import pytest

from conversations.models import Message, Question
from conversations.replies.broadcast import Broadcast
from conversations.replies.call import UpstreamCall
from conversations.replies.engine import Engine
from conversations.replies.reader import Reader
from conversations.replies.reply import Reply
from conversations.replies.run import Run
from tests.replies.threads import storage_threads

OWNERS = [Reply, Run, UpstreamCall, Broadcast]
#: These belong to the request and to its response.
NOT_OF_THE_OWNER = {"__init__", "page_frames", "plain_frames", "until_ended", "_snapshot"}


class Injected(Exception):
    pass


def lines(owner: type) -> Iterator[tuple[CodeType, int]]:
    for name, function in inspect.getmembers(owner, inspect.isfunction):
        if name not in NOT_OF_THE_OWNER:
            code = function.__code__
            numbers = {line for _start, _end, line in code.co_lines() if line and line != code.co_firstlineno}
            # Entering a block cannot raise.
            source = linecache.getlines(code.co_filename)
            yield from ((code, line) for line in sorted(numbers) if source[line - 1].strip() != "try:")


def raise_at(code: CodeType, line: int) -> Callable[..., Any]:
    """A trace function that raises when this line is about to run; Python removes it then."""

    def trace_line(frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line" and frame.f_lineno == line:
            raise Injected(f"{code.co_qualname}:{line}")
        return trace_line

    return lambda frame, event, argument: trace_line if frame.f_code is code else None


async def ask_and_read(engine: Engine, alice: Any) -> None:
    """Returns when the stream has ended and all tasks of the reply are over."""
    others = asyncio.all_tasks()
    question = Question(text="[[rate:0]][[thinking:Hm.]][[echo:One two three.]]", model="claude-sonnet-5-5")
    _answer, broadcast = await engine.answer(None, question, alice, grace=60)
    # A fault in what a reader calls ends the response alone.
    with suppress(Injected):
        async for _frames in broadcast.page_frames(Reader()):
            pass
    if tasks := asyncio.all_tasks() - others:
        await asyncio.wait(tasks)
    assert broadcast.end


def inject_faults(places: list[tuple[CodeType, int]], alice: Any) -> tuple[list[int], list[str]]:
    """Has one question answered with a fault at each place; returns where it was raised, and where nothing ended."""
    injected, without_end = [], []

    async def inject_each() -> None:
        engine = Engine()
        await engine.startup()
        for code, line in places:
            sys.settrace(raise_at(code, line))
            try:
                async with asyncio.timeout(5):
                    await ask_and_read(engine, alice)
            except (TimeoutError, AssertionError):
                without_end.append(f"{code.co_qualname}:{line}")
            if sys.gettrace() is None:
                injected.append(line)
            sys.settrace(None)
        await engine.shutdown()

    # In a thread of its own: a trace function that raises leaves its thread with a wrong recursion depth.
    with storage_threads(), ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, inject_each()).result()
    return injected, without_end


@pytest.fixture(autouse=True)
def _connected_to_the_stand_in(transactional_db, settings, stand_in, caplog):
    settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "test-key", stand_in.url
    settings.CHAT_TITLE_MODEL, settings.CHAT_MAX_RUNNING_PER_PERSON = "", 1_000
    caplog.set_level("CRITICAL")


@pytest.mark.parametrize("owner", OWNERS, ids=lambda owner: owner.__name__)
def test_a_reply_ends_on_whichever_line_of_its_owner_a_fault_is(owner, alice):
    injected, without_end = inject_faults(list(lines(owner)), alice)

    assert without_end == []
    assert not Message.objects.writing().exists()
    assert len(injected) > 10


def test_an_answer_that_is_stored_stays_as_it_is_when_its_last_frames_cannot_be_made(alice):
    closing = {"Broadcast.close", "Broadcast._render_to_end", "Broadcast._push_when_rendered"}
    places = [(code, line) for code, line in lines(Broadcast) if code.co_qualname in closing]
    injected, _without_end = inject_faults(places, alice)

    answers = Message.objects.filter(role="assistant")
    assert {(answer.state, answer.stop_reason, answer.thinking) for answer in answers} == {
        ("complete", "end_turn", "Hm.")
    }
    assert len(injected) > 3
