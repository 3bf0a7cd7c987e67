"""Whatever raises in the owner of a reply, on whichever line: the reply has an end, its readers and its row too."""

import asyncio
import inspect
import linecache
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import CodeType, FrameType
from typing import Any

import pytest

from conversations.models import Message, Question
from conversations.replies.broadcast import Broadcast, Reader
from conversations.replies.call import UpstreamCall
from conversations.replies.engine import Engine
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


@pytest.mark.parametrize("owner", OWNERS, ids=lambda owner: owner.__name__)
def test_a_reply_ends_on_whichever_line_of_its_owner_a_fault_is(
    owner, transactional_db, settings, stand_in, alice, caplog
):
    settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "test-key", stand_in.url
    settings.CHAT_TITLE_MODEL, settings.CHAT_MAX_RUNNING_PER_PERSON = "", 1_000
    caplog.set_level("CRITICAL")
    injected, without_end = [], []

    async def inject_each() -> None:
        engine = Engine()
        await engine.startup()
        for code, line in lines(owner):
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

    with storage_threads():
        asyncio.run(inject_each())

    assert without_end == []
    assert not Message.objects.writing().exists()
    assert len(injected) > 10
