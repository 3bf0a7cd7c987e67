"""Streams that are open at the same time: errors, and what the process needs for each of them."""

import asyncio
from time import monotonic

from tests.benchmarks import client, world
from tests.benchmarks.client import Reader
from tests.benchmarks.table import show

SIZES = (100, 500, 1000, 2000)
#: Slow: what a piece of text costs is measured in load.py, and here no core may be full.
PIECES_A_SECOND = 0.2
#: So many ask at the same instant, and the next so many when all of these have an answer.
AT_ONCE = 100
#: Seconds between the last answer and the look at the process; each stream has a piece of text in them.
SETTLING = 6.0


def measure(people: world.People, sizes: tuple[int, ...] = SIZES) -> None:
    for size in sizes:
        chat, page = (asyncio.run(_open(people, size, page=page)) for page in (False, True))
        rows = ("streams open: errors", "  memory per stream, MB", "  threads", "  database connections")
        for name, one, other, goal in zip(rows, chat, page, ("0", "≤ 0.1", "as few", "as few"), strict=True):
            show(f"{size:,} {name}" if not name.startswith(" ") else name, "", one, other, goal)


async def _open(people: world.People, size: int, *, page: bool) -> tuple[str, str, str, str]:
    def create_reader(number: int, text: str) -> Reader:
        request = client.page(text, people.session(number)) if page else client.chat(text, people.token(number))
        return Reader(site.port, request)

    # A reply ends as soon as its reader leaves, also in the page: the next measurement waits for that.
    with world.run_site(REPLY_GRACE_SECONDS="0", DRAIN_SECONDS="0") as (site, _stand_in):
        pid = site.process.pid
        # What is loaded by the first questions belongs to no stream.
        await asyncio.gather(*(create_reader(number, "[[echo:Yes.]]").ask() for number in range(20)))
        before = world.memory(pid)
        text = f"[[nothinking]][[rate:{PIECES_A_SECOND}]][[deltas:600]]"
        readers: list[Reader] = []
        tasks = []
        for begin in range(0, size, AT_ONCE):
            group = [create_reader(begin + number, text) for number in range(min(AT_ONCE, size - begin))]
            tasks += [asyncio.create_task(reader.ask()) for reader in group]
            await asyncio.gather(*(reader.opened() for reader in group))
            readers += group
        await asyncio.sleep(SETTLING)
        memory = (world.memory(pid) - before) / size
        threads, connections = site.threads(), world.database_connections(pid)
        errors = sum(not _is_flowing(reader) for reader in readers)
        for reader in readers:
            reader.hang_up()
        await asyncio.gather(*tasks)
    return f"{errors}", f"{memory:.3f}", f"{threads}", f"{connections}"


def _is_flowing(reader: Reader) -> bool:
    """Whether the request was accepted and data arrived recently."""
    return reader.status == 200 and monotonic() - reader.chunks[-1][0] < SETTLING
