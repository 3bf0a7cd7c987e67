"""Readers who come late: the timing of these cannot be had from outside, so the broadcast is filled by hand."""

import asyncio
import json
import threading
from time import perf_counter

import comrak
import pytest

from conversations import markdown
from conversations.replies import Broadcast, End, Reader, rendering


def test_who_comes_after_the_end_gets_the_whole_text_as_it_was_stored():
    async def late():
        broadcast = Broadcast()
        broadcast.write("# A heading\n\nand *words")
        await broadcast.close(End("complete", ""), "<h2>A heading</h2>\n<p>and *words</p>\n")
        return b"".join([frames async for frames in broadcast.page_frames(Reader())]).decode()

    frames = asyncio.run(late())
    assert '"html":"<h2>A heading</h2>\\n<p>and *words</p>\\n","tail":""' in frames
    assert frames.count("event: snapshot") == 1


def test_who_comes_while_claude_is_busy_learns_of_the_wait():
    async def first_frames():
        broadcast = Broadcast()
        broadcast.show_status("retrying", {"attempt": 1, "seconds": 2, "code": "overloaded"})
        waiting = await anext(broadcast.page_frames(Reader()))
        broadcast.think("Now then")
        return waiting, await anext(broadcast.page_frames(Reader()))

    waiting, thinking = asyncio.run(first_frames())
    assert b"event: retrying" in waiting
    assert b"event: retrying" not in thinking


async def followed(pieces, pause):
    """The frames of a reader who is there from the start, while a text is written in these pieces."""
    broadcast, seen = Broadcast(), []

    async def read():
        seen.extend([frames.decode() async for frames in broadcast.page_frames(Reader())])

    reader = asyncio.create_task(read())
    await asyncio.sleep(0)
    for piece in pieces:
        broadcast.write(piece)
        await asyncio.sleep(pause)
    await broadcast.close(End("complete", ""), markdown.render("".join(pieces)))
    await reader
    return "".join(seen)


@pytest.mark.parametrize(("definition", "snapshots"), [("[quay]: https://example.com\n", 2), ("the end\n", 1)])
def test_a_link_that_is_defined_after_its_use_is_mended_by_a_last_snapshot(definition, snapshots):
    frames = asyncio.run(followed(["the [quay]\n\n", "one\n\n", definition], pause=0.06))
    assert frames.count("event: snapshot") == snapshots
    assert frames.count("event: commit") >= 1
    assert ('<a href=\\"https://example.com\\"' in frames.split("event: snapshot")[-1]) == (snapshots == 2)


def test_however_fast_claude_writes_the_page_changes_at_most_twenty_times_a_second():
    began = perf_counter()
    frames = asyncio.run(followed(["word "] * 300, pause=0.001))
    assert 2 <= frames.count("event: tail") <= 20 * (perf_counter() - began) + 2


def test_a_reader_gets_the_end_although_the_renderer_fails(monkeypatch):
    async def read_to_end():
        broadcast = Broadcast()
        reading = asyncio.create_task(read(broadcast))
        await asyncio.sleep(0)
        broadcast.write("A text")
        monkeypatch.setattr(broadcast._renderer, "close", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await broadcast.close(End("complete", "finished"), "<p>A text</p>")
        async with asyncio.timeout(2):
            await reading
        return broadcast.end

    assert asyncio.run(read_to_end()) == End("complete", "finished")


HEAVY = "*a_ " * 2_000


@pytest.fixture
def parsing_threads(monkeypatch):
    """The names of the threads in which a text was parsed."""
    names = []

    def parse(*arguments, _parse=comrak.render_markdown):
        names.append(threading.current_thread().name.partition("_")[0])
        return _parse(*arguments)

    monkeypatch.setattr(comrak, "render_markdown", parse)
    return names


def test_a_long_text_is_rendered_outside_the_event_loop(parsing_threads):
    asyncio.run(followed([HEAVY, HEAVY, "\n\nthe end"], pause=0.1))
    assert parsing_threads.count("MainThread") == 1  # by `followed`
    assert parsing_threads.count("rendering") >= 3


def test_a_short_text_is_rendered_in_the_event_loop_until_its_end(parsing_threads):
    asyncio.run(followed(["A few ", "words"], pause=0.1))
    assert parsing_threads == ["MainThread", "MainThread", "MainThread", "rendering"]  # the third by `followed`


def test_the_event_loop_does_other_things_between_the_renderings_of_many_replies(monkeypatch):
    monkeypatch.setattr(rendering, "MAX_SECONDS_PER_ITERATION", 0)
    iterations: list[None] = []
    rendered_in: list[int] = []

    def parse(*arguments, _parse=comrak.render_markdown):
        rendered_in.append(len(iterations))
        return _parse(*arguments)

    async def count_iterations():
        while True:
            iterations.append(None)
            await asyncio.sleep(0)

    async def read_all():
        broadcasts = [Broadcast() for _ in range(5)]
        readers = [asyncio.create_task(read(broadcast)) for broadcast in broadcasts]
        await asyncio.sleep(0)
        monkeypatch.setattr(comrak, "render_markdown", parse)
        counting = asyncio.create_task(count_iterations())
        for broadcast in broadcasts:
            broadcast.write("A few words")
        await asyncio.sleep(0.1)
        counting.cancel()
        for broadcast in broadcasts:
            await broadcast.close(End("complete", ""), "<p>A few words</p>\n")
        return await asyncio.gather(*readers)

    frames = asyncio.run(read_all())
    assert len(set(rendered_in[:5])) == 5
    assert [read_committed(frame) for frame in frames] == ["<p>A few words</p>\n"] * 5


@pytest.mark.parametrize("pause", [0, 0.01, 0.06])
def test_what_a_reader_sees_at_the_end_is_the_whole_however_long_each_rendering_takes(pause):
    pieces = [HEAVY, "\n\nshort", " words\n\n", HEAVY, "\n```python\n", "x = 1\n" * 900, "```\n", "- a\n" * 900, "end"]
    frames = asyncio.run(followed(pieces, pause))

    assert frames.count("event: snapshot") == 1
    assert read_committed(frames) == markdown.render("".join(pieces))


def test_who_comes_during_a_long_rendering_waits_for_it():
    async def read_both():
        broadcast = Broadcast()
        first = asyncio.create_task(read(broadcast))
        await asyncio.sleep(0)
        broadcast.write(HEAVY)
        await asyncio.sleep(0)
        second = asyncio.create_task(read(broadcast))
        await asyncio.sleep(0)
        broadcast.write("\n\nthe end")
        await broadcast.close(End("complete", "finished"), markdown.render(HEAVY + "\n\nthe end"))
        return await first, await second

    for frames in asyncio.run(read_both()):
        assert read_committed(frames) == markdown.render(HEAVY + "\n\nthe end")


async def read(broadcast):
    return b"".join([frames async for frames in broadcast.page_frames(Reader())]).decode()


def read_committed(frames):
    """The committed HTML that a page has after these frames."""
    committed = ""
    for frame in frames.strip().split("\n\n"):
        name, data = (line.partition(": ")[2] for line in frame.split("\n"))
        if name in {"snapshot", "commit"}:
            committed = json.loads(data)["html"] if name == "snapshot" else committed + json.loads(data)["html"]
    return committed
