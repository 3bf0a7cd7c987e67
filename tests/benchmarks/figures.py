"""The figures: each method measures one thing in server processes of its own and prints a line or two."""

import asyncio
import os
import statistics
import time
from contextlib import contextmanager

from asgiref.sync import sync_to_async

from tests.benchmarks import world
from tests.benchmarks.client import Reader

#: Twenty deltas a second for about ten seconds.
STEADY = "[[rate:20]] [[deltas:200]]"


class Bench:
    """One database, one stand-in; methods run in the order of their names."""

    def __init__(self, streams: int) -> None:
        self.streams = streams
        self.tokens = world.tokens()
        self.cookies = world.cookies()

    async def a_many_streams_at_once(self) -> None:
        """All begin at the same instant; what the process needs while they are open."""
        for page in (False, True):
            with self._running() as (site, _stand_in):
                before, _threads, cpu_before = world.process_figures(site.process.pid)
                readers, tasks = self._ask(site, self.streams, STEADY, page=page)
                await asyncio.gather(*(reader.opened.wait() for reader in readers))
                await asyncio.sleep(3)
                memory, threads, _cpu = world.process_figures(site.process.pid)
                connections = await sync_to_async(world.database_connections)()
                await asyncio.gather(*tasks)
                cpu = world.process_figures(site.process.pid)[2] - cpu_before
                whole = sum(reader.complete for reader in readers)
                stored = await _count(state="complete")
            kind = "page" if page else "/api/chat"
            show(f"{len(readers)} streams at once, {kind}", f"{whole} whole, {stored} rows complete", "all")
            show("  memory per open stream", f"{(memory - before) / len(readers):.3f} MB", "≤ 0.3 MB")
            show("  threads; connections", f"{threads}; {connections}", "< 40; ≤ 20")
            show("  CPU per delta", f"{cpu / len(readers) / 200 * 1e6:.0f} µs", "")

    async def b_stop_to_upstream_closed(self) -> None:
        """A reader hangs up; the stand-in says when its connection closed."""
        for label, text in (("while it answers", "[[rate:20]] [[deltas:2000]]"), ("while it is silent", "[[stall:2]]")):
            with self._running() as (site, stand_in):
                delays = []
                for _ in range(40):
                    reader = Reader(site.port, self.tokens[0])
                    task = asyncio.create_task(reader.ask(text))
                    await reader.opened.wait()
                    await asyncio.sleep(0.15)
                    left = time.monotonic()
                    reader.hang_up()
                    await task
                    await asyncio.sleep(0.1)
                    delays.append((stand_in.recorded(last=True)[0]["gone_at"]["monotonic"] - left) * 1000)
            show(f"abort → upstream closed, {label}", f"median {statistics.median(delays):.1f} ms", "≤ 5 ms")

    async def c_terminated(self) -> None:
        """SIGTERM with 200 open streams."""
        with self._running(DRAIN_SECONDS="3") as (site, _stand_in):
            readers, tasks = await self._open(site, 200, "[[rate:20]] [[deltas:2000]]")
            began = time.monotonic()
            site.terminate()
            await asyncio.gather(*tasks)
            await asyncio.to_thread(site.process.wait, 30)
            took = time.monotonic() - began
        final, kept = await sync_to_async(_kept)(readers, missing=0)
        show(
            "SIGTERM with 200 streams (drain 3 s)",
            f"exit after {took:.1f} s, {final} final, {kept} whole",
            "8 s; 200; 200",
        )

    async def d_killed(self) -> None:
        """SIGKILL with 200 open streams, restarted at once."""
        with self._running() as (site, _stand_in):
            readers, tasks = await self._open(site, 200, "[[rate:20]] [[deltas:2000]]")
            site.kill()
            began = time.monotonic()
            await asyncio.gather(*tasks)
            await asyncio.to_thread(site.start)
            while await _count(state="writing") and time.monotonic() - began < 30:  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.2)
            took = time.monotonic() - began
            final, kept = await sync_to_async(_kept)(readers, missing=2 * 20 * 8)
        show(
            "SIGKILL with 200 streams, restarted",
            f"all final after {took:.1f} s: {final}; {kept} miss ≤ 2 s",
            "≤ 15 s; 200; 200",
        )

    async def e_vanished(self) -> None:
        """200 readers of the page vanish at the same instant."""
        with self._running(REPLY_GRACE_SECONDS="2") as (site, stand_in):
            readers, tasks = await self._open(site, 200, "[[rate:20]] [[deltas:2000]]", page=True)
            began = time.monotonic()
            for reader in readers:
                reader.hang_up()
            await asyncio.gather(*tasks)
            while await self._busy(stand_in) and time.monotonic() - began < 30:  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.1)
            took = time.monotonic() - began
            stopped = await _count(ending="abandoned")
        show("200 readers vanish (grace 2 s)", f"{stopped} abandoned, nothing open after {took:.1f} s", "200")

    async def f_database_away(self) -> None:
        """Nothing can be stored for 20 s when 50 replies end."""
        with self._running() as (site, _stand_in):
            readers, tasks = self._ask(site, 50, "[[rate:20]] [[deltas:80]]")
            await asyncio.gather(*(reader.opened.wait() for reader in readers))
            await asyncio.sleep(3)
            with world.database_away():
                await asyncio.sleep(20)
            back = time.monotonic()
            await asyncio.gather(*tasks)
            took = time.monotonic() - back
        complete = await _count(state="complete")
        _final, kept = await sync_to_async(_kept)(readers, missing=0)
        show("database away 20 s at 50 ends", f"{complete} complete, {kept} whole, {took:.1f} s after", "50; 50")

    async def _busy(self, stand_in) -> bool:
        return bool(await _count(state="writing") or stand_in.open())

    def _ask(self, site, count: int, text: str, *, page: bool = False):
        secrets = self.cookies if page else self.tokens
        readers = [Reader(site.port, secrets[number % len(secrets)], page) for number in range(count)]
        return readers, [asyncio.create_task(reader.ask(text)) for reader in readers]

    async def _open(self, site, count: int, text: str, *, page: bool = False):
        """Streams that have been open for some seconds."""
        readers, tasks = self._ask(site, count, text, page=page)
        await asyncio.gather(*(reader.opened.wait() for reader in readers))
        await asyncio.sleep(4)
        return readers, tasks

    @contextmanager
    def _running(self, **environment: str):
        from conversations.models import Conversation, Usage
        from tests.site import Site
        from tests.stand_in.process import StandIn

        # Nothing else runs in this event loop between two figures.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        Conversation.objects.all().delete()
        Usage.objects.all().delete()
        with StandIn() as stand_in, Site(stand_in.url, **{**world.ENVIRONMENT, **environment}) as site:
            yield site, stand_in


def _kept(readers: list[Reader], missing: int) -> tuple[int, int]:
    """How many replies are final, and how many have all that their reader got but for `missing` characters."""
    from conversations.models import Message

    rows = {str(row.pk): row for row in Message.objects.filter(role="assistant")}
    final = sum(row.state != "writing" for row in rows.values())
    kept = sum(
        reader.text[: max(0, len(reader.text) - missing)]
        == rows[reader.reply].text[: max(0, len(reader.text) - missing)]
        for reader in readers
    )
    return final, kept


async def _count(**fields: str) -> int:
    from conversations.models import Message

    return await Message.objects.filter(role="assistant", **fields).acount()


def show(figure: str, measured: str, goal: str) -> None:
    print(f"{figure:<44} {measured:<60} {goal}", flush=True)
