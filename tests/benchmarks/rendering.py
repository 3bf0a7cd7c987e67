"""CPU of a growing text by tenths: `python -m tests.benchmarks.rendering`. The last must not cost more than the first.

Each shape is 100 000 characters, flushed every 60 (50 ms of a fast reply), and, as the engine does, no sooner after
an expensive rendering than `flush_interval` allows at 1 200 characters a second. Then marks, repeated, that arrive in
four pieces and are followed by a reader: the time of one rendering, and how long the event loop is not free.
"""

import asyncio
import os
import sys
from time import process_time

import django

from conversations.markdown import IncrementalRenderer, render

LENGTH, STEP, PACE = 100_000, 60, 1_200
PROSE = "The harbour was **calm** at dawn, and `boats` lay by the [quay](https://example.com/quay) in rows. " * 4
SHAPES = {
    "prose": f"{PROSE}\n\n",
    "one list": "- A point about **boats** and `ropes`, which is not long\n",
    "one fence": "    total = sum(boat.length for boat in harbour)  # metres\n",
    "one table": "| Boat | 12 m | **blue** | a remark about it |\n",
}
OPENINGS = {"one fence": "```python\n", "one table": "| Name | Length | Colour | Remark |\n|---|--:|---|---|\n"}
MARKS = ["~", "~a ", "*a_ ", "**a *b ", "[a](", "<https:", "&", "$x$ ", "a@b.c ", "> ", "- a\n", "a\n\n"]
MARKS += ["```\na\n```\n", "```md\n```a\n```\n```\n", "www.a字", "|a|b|\n|-|-|\n"]


def tenths(text: str, paced: bool) -> list[float]:
    renderer = IncrementalRenderer()
    spent, due = [0.0] * 10, 0.0
    for place in range(0, LENGTH, STEP):
        renderer.write(text[place : place + STEP])
        if paced and place / PACE < due:
            continue
        began = process_time()
        renderer.flush()
        spent[place * 10 // LENGTH] += process_time() - began
        due = place / PACE + renderer.flush_interval
    renderer.close()
    if renderer.snapshot()[0] != render(text):
        sys.exit("the commits differ from the whole")
    return spent


async def longest_gap(text: str, html: str) -> float:
    """The longest time in which the event loop runs nothing else while a reader follows, in seconds of CPU."""
    from conversations.replies import Broadcast, End, Reader

    broadcast, longest = Broadcast(), 0.0

    async def read() -> None:
        async for _frames in broadcast.page_frames(Reader()):
            pass

    async def watch() -> None:
        nonlocal longest
        while True:
            before = process_time()
            await asyncio.sleep(0.001)
            longest = max(longest, process_time() - before)

    reader, watcher = asyncio.create_task(read()), asyncio.create_task(watch())
    await asyncio.sleep(0.01)
    for piece in range(4):
        broadcast.write(text[piece * len(text) // 4 : (piece + 1) * len(text) // 4])
        await asyncio.sleep(0.2)
    await broadcast.close(End("complete", "finished"), html)
    await reader
    watcher.cancel()
    return longest


def measure_marks() -> None:
    print("repeated marks: ms for one rendering, and the longest gap of the event loop (goals: ≤ 300, ≤ 100)")
    for unit in MARKS:
        figures = []
        for length in (60_000, 200_000):
            text = (unit * (length // len(unit) + 1))[:length]
            began = process_time()
            html = render(text)
            took = process_time() - began
            figures.append(f"{length:7} {1000 * took:6.1f} {1000 * asyncio.run(longest_gap(text, html)):6.1f}")
        print(f"{unit!r:10} {'   '.join(figures)}")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    django.setup()
    for paced in (False, True):
        print("no sooner than `flush_interval` allows" if paced else "a flush every 60 characters")
        for name, unit in SHAPES.items():
            text = (OPENINGS.get(name, "") + unit * (LENGTH // len(unit) + 1))[:LENGTH]
            spent = tenths(text, paced)
            figures = " ".join(f"{1000 * part:6.1f}" for part in spent)
            print(f"{name:10} ms {figures}   last/first {spent[-1] / spent[0]:.2f}")
    measure_marks()


if __name__ == "__main__":
    main()
