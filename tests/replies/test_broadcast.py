"""Readers who come late: the timing of these cannot be had from outside, so the broadcast is filled by hand."""

import asyncio
from time import perf_counter

import pytest

from conversations import markdown
from conversations.replies import Broadcast, End, Reader


def test_who_comes_after_the_end_gets_the_whole_text_as_it_was_stored():
    async def late():
        broadcast = Broadcast()
        broadcast.write("# A heading\n\nand *words")
        broadcast.close(End("complete", ""), "<h2>A heading</h2>\n<p>and *words</p>\n")
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
    broadcast.close(End("complete", ""), markdown.render("".join(pieces)))
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
            broadcast.close(End("complete", "finished"), "<p>A text</p>")
        async with asyncio.timeout(2):
            await reading
        return broadcast.end

    async def read(broadcast):
        return [frames async for frames in broadcast.page_frames(Reader())]

    assert asyncio.run(read_to_end()) == End("complete", "finished")
