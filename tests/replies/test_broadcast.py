"""Readers who come late: the timing of these cannot be had from outside, so the broadcast is filled by hand."""

import asyncio

from conversations.replies.broadcast import Broadcast, End


def frames_of(broadcast):
    async def read():
        return b"".join([frames async for frames in broadcast.page()]).decode()

    return asyncio.run(read())


def test_who_comes_after_the_end_gets_the_whole_text_as_it_was_stored():
    broadcast = Broadcast()
    broadcast.write("# A heading\n\nand *words")
    broadcast.close(End("complete", ""), "<h2>A heading</h2>\n<p>and *words</p>\n")
    frames = frames_of(broadcast)
    assert '"html":"<h2>A heading</h2>\\n<p>and *words</p>\\n","tail":""' in frames
    assert frames.count("event: snapshot") == frames.count("event: end") == 1


def test_who_comes_while_claude_is_busy_learns_of_the_wait():
    broadcast = Broadcast()
    broadcast.wait_for("retrying", {"attempt": 1, "seconds": 2, "code": "overloaded"})

    async def first():
        async for frames in broadcast.page():
            return frames.decode()

    assert "event: retrying" in asyncio.run(first())
    broadcast.think("Now then")
    assert "event: retrying" not in asyncio.run(first())
