"""Crashes, stops and readers that leave: each function measures one of them in its own server processes."""

import asyncio
import statistics
from time import monotonic
from typing import Any

from asgiref.sync import sync_to_async

from tests.benchmarks import client, world
from tests.benchmarks.client import Reader
from tests.benchmarks.table import show

#: Pieces a second, and a question that is answered for longer than anything here takes.
RATE = 20
STEADY = f"[[nothinking]][[rate:{RATE}]][[deltas:2000]]"


def measure(people: world.People, streams: int = 200) -> None:
    asyncio.run(measure_abort(people, "while it answers", STEADY))
    asyncio.run(measure_abort(people, "while it is silent", "[[nothinking]][[stall:2]]"))
    asyncio.run(measure_terminate(people, streams))
    asyncio.run(measure_kill(people, streams))
    asyncio.run(measure_vanish(people, streams))
    asyncio.run(measure_database_outage(people, streams // 4))


async def measure_abort(people: world.People, label: str, text: str, times: int = 40) -> None:
    """A reader hangs up; the stand-in says when its connection closed."""
    with world.run_site() as (site, stand_in):
        delays = []
        for _ in range(times):
            [reader], [task] = _ask(site, people, 1, text)
            await reader.opened()
            await asyncio.sleep(0.15)
            left = monotonic()
            reader.hang_up()
            await task
            await asyncio.sleep(0.1)
            while stand_in.count_open():  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.1)
            [record] = stand_in.recorded(last=True)
            delays.append(1000 * (record["gone_at"]["monotonic"] - left))
    show(f"abort → upstream closed, {label}, ms", "", f"{statistics.median(delays):.1f}", "", "≤ 5")


async def measure_terminate(people: world.People, streams: int) -> None:
    """SIGTERM with many open streams."""
    with world.run_site(DRAIN_SECONDS="3") as (site, _stand_in):
        readers, tasks = await _open(site, people, streams, STEADY)
        began = monotonic()
        site.terminate()
        await asyncio.gather(*tasks)
        await asyncio.to_thread(site.process.wait, 30)
        took = monotonic() - began
    final, kept = await sync_to_async(_count_kept)(readers, missing=0)
    show(
        f"SIGTERM, {streams} streams, drain 3 s: final; whole; s", "", f"{final}; {kept}; {took:.1f}", "", "all; all; 8"
    )


async def measure_kill(people: world.People, streams: int) -> None:
    """SIGKILL with many open streams, restarted at once."""
    with world.run_site() as (site, _stand_in):
        readers, tasks = await _open(site, people, streams, STEADY)
        site.kill()
        began = monotonic()
        await asyncio.gather(*tasks)
        await asyncio.to_thread(site.start)
        while await _count(state="writing") and monotonic() - began < 30:  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.2)
        took = monotonic() - began
        # Two seconds of about eight characters a piece may be missing.
        final, kept = await sync_to_async(_count_kept)(readers, missing=2 * RATE * 8)
    show(f"SIGKILL, {streams} streams: final; but for 2 s; s", "", f"{final}; {kept}; {took:.1f}", "", "all; all; 15")


async def measure_vanish(people: world.People, streams: int) -> None:
    """All readers of the page vanish at the same instant."""
    with world.run_site(REPLY_GRACE_SECONDS="2") as (site, stand_in):
        readers, tasks = await _open(site, people, streams, STEADY, page=True)
        began = monotonic()
        for reader in readers:
            reader.hang_up()
        await asyncio.gather(*tasks)
        while (stand_in.count_open() or await _count(state="writing")) and monotonic() - began < 30:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        took = monotonic() - began
        abandoned = await _count(ending="abandoned")
    show(f"{streams} readers vanish, grace 2 s: abandoned; s", "", "", f"{abandoned}; {took:.1f}", "all; 4")


async def measure_database_outage(people: world.People, streams: int, seconds: float = 20) -> None:
    """Nothing can be stored for a while when replies end."""
    with world.run_site() as (site, _stand_in):
        readers, tasks = _ask(site, people, streams, f"[[nothinking]][[rate:{RATE}]][[deltas:{4 * RATE}]]")
        await asyncio.gather(*(reader.opened() for reader in readers))
        await asyncio.sleep(3)
        with world.block_database():
            await asyncio.sleep(seconds)
        back = monotonic()
        await asyncio.gather(*tasks)
        took = monotonic() - back
    complete = await _count(state="complete")
    _final, kept = await sync_to_async(_count_kept)(readers, missing=0)
    name = f"database away {seconds:.0f} s at {streams} ends: complete; whole; s"
    show(name, "", f"{complete}; {kept}; {took:.1f}", "", "all; all; 5")


def _ask(site: Any, people: world.People, count: int, text: str, *, page: bool = False) -> Any:
    def build_request(number: int) -> bytes:
        return client.page(text, people.session(number)) if page else client.chat(text, people.token(number))

    readers = [Reader(site.port, build_request(number)) for number in range(count)]
    return readers, [asyncio.create_task(reader.ask()) for reader in readers]


async def _open(site: Any, people: world.People, count: int, text: str, *, page: bool = False) -> Any:
    """Streams that have been open for some seconds."""
    readers, tasks = _ask(site, people, count, text, page=page)
    await asyncio.gather(*(reader.opened() for reader in readers))
    await asyncio.sleep(4)
    return readers, tasks


def _count_kept(readers: list[Reader], missing: int) -> tuple[int, int]:
    """How many replies are final, and how many have all that their reader got but for `missing` characters."""
    from conversations.models import Message

    rows = {str(row.pk): row for row in Message.objects.filter(role="assistant")}
    final = sum(row.state != "writing" for row in rows.values())
    kept = 0
    for reader in readers:
        sure = reader.text[: max(0, len(reader.text) - missing)]
        kept += reader.reply in rows and rows[reader.reply].text.startswith(sure)
    return final, kept


async def _count(**fields: str) -> int:
    from conversations.models import Message

    return await Message.objects.filter(role="assistant", **fields).acount()
