"""Many streams at a steady pace, and many short questions: what the site costs beside the floor of the same run.

Every target is measured in each round, in turn, so that a machine with other things to do is unjust to all alike.
"""

import asyncio
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from tests.benchmarks import client, world
from tests.benchmarks.client import Reader
from tests.benchmarks.table import show

STREAMS, RATE = 50, 50
#: Rounds, and the seconds and questions of each.
WHOLE: dict[str, Any] = {"rounds": 5, "seconds": 6.0, "streams": STREAMS, "questions": 100}
BRIEF: dict[str, Any] = {"rounds": 1, "seconds": 1.0, "streams": 2, "questions": 3}
#: One piece in so many says when it was sent; more would change what is rendered.
STAMPED = 10
TITLE_MODEL = "claude-haiku-5-5"
#: Seconds from the last head to the window in which CPU is counted.
SETTLING = 1.0


@dataclass
class Target:
    """A server process and how it is asked; the figures of each round."""

    name: str
    port: int
    pid: int | None
    request: Callable[[str, int], bytes]
    per_delta: list[float] = field(default_factory=list)
    per_question: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    failed: int = 0

    def reader(self, text: str, number: int) -> Reader:
        return Reader(self.port, self.request(text, number))

    def cpu(self) -> float:
        return world.cpu_seconds(self.pid) if self.pid else 0.0


@contextmanager
def start_targets(people: world.People) -> Iterator[dict[str, Target]]:
    """Straight from the stand-in (which measures the client), the floor, the plain API with titles, the page."""
    with ExitStack() as stack:
        site, stand_in = stack.enter_context(world.run_site())
        titling = stack.enter_context(world.run_server(stand_in, CHAT_TITLE_MODEL=TITLE_MODEL))
        floor = stack.enter_context(world.run_server(stand_in, application="tests.benchmarks.floor:relay"))
        upstream = int(stand_in.url.rpartition(":")[2])
        started = [
            Target("direct", upstream, None, lambda text, _: client.claude(text)),
            Target("floor", floor.port, floor.process.pid, lambda text, _: client.chat(text)),
            Target("chat", site.port, site.process.pid, lambda text, number: client.chat(text, people.token(number))),
            Target(
                "titled",
                titling.port,
                titling.process.pid,
                lambda text, number: client.chat(text, people.token(number)),
            ),
            Target("page", site.port, site.process.pid, lambda text, number: client.page(text, people.session(number))),
        ]
        yield {target.name: target for target in started}


def measure(people: world.People, *, rounds: int, seconds: float, streams: int, questions: int) -> None:
    with start_targets(people) as targets:
        asyncio.run(_run_rounds(list(targets.values()), rounds, seconds, streams, questions))
    direct, floor, chat, titled, page = targets.values()
    _show_cost(
        f"CPU per delta, {streams} streams × {RATE}/s, µs", "per_delta", 1e6, (floor, chat, page), "≤ 1.8 ×; ≤ 3 ×"
    )
    cost = [f"{1000 * statistics.median(target.per_question):.2f}" for target in (floor, chat, page)]
    show("CPU per question, all of it stored, ms", *cost, "≤ 12")
    show("  with a title, which is a second call", "", f"{1000 * statistics.median(titled.per_question):.2f}", "", "")
    _show_latency(direct, floor, chat, page)
    first = [f"{1000 * statistics.median(target.first):.1f}" for target in (floor, chat, page)]
    show(f"time to first text, {streams} asked at once, ms", *first, "")
    show("streams cut or refused", floor.failed, chat.failed + titled.failed, page.failed, "0")


async def _run_rounds(targets: list[Target], rounds: int, seconds: float, streams: int, questions: int) -> None:
    for target in targets:
        await _ask_questions(target, 20)
        target.per_question.clear()
    for _ in range(rounds):
        for target in targets:
            if target.name != "titled":
                await _measure_streams(target, streams, seconds)
        for target in targets:
            await _ask_questions(target, questions)


async def _measure_streams(target: Target, streams: int, seconds: float) -> None:
    deltas = int(RATE * (seconds + SETTLING + 1))
    text = f"[[nothinking]][[rate:{RATE}]][[deltas:{deltas}]][[clock:{STAMPED}]]"
    readers = [target.reader(text, number) for number in range(streams)]
    tasks = [asyncio.create_task(reader.ask()) for reader in readers]
    await asyncio.gather(*(reader.opened() for reader in readers))
    await asyncio.sleep(SETTLING)
    began, before = monotonic(), target.cpu()
    await asyncio.sleep(seconds)
    ended, spent = monotonic(), target.cpu() - before
    await asyncio.gather(*tasks)
    target.failed += sum(not reader.complete for reader in readers)
    stamps = [stamps for reader in readers if (stamps := reader.stamps())]
    seen = [arrived - sent for pairs in stamps for sent, arrived in pairs if began < arrived <= ended]
    target.per_delta.append(spent / (len(seen) * STAMPED or 1))
    target.waits += seen
    target.first += [reader.stamps()[0][1] - reader.asked for reader in readers if reader.stamps()]


async def _ask_questions(target: Target, number: int) -> None:
    """One after the other, with the shortest of answers."""
    before = target.cpu()
    for index in range(number):
        reader = target.reader(f"[[nothinking]][[rate:0]][[echo:Yes.]] Question {index}?", index)
        await reader.ask()
        target.failed += not reader.complete
    target.per_question.append((target.cpu() - before) / number)


def _show_cost(name: str, figure: str, factor: float, targets: tuple[Target, ...], goal: str) -> None:
    floor, *others = (factor * statistics.median(getattr(target, figure)) for target in targets)
    show(name, f"{floor:.0f}", *(f"{cost:.0f} ({cost / floor:.2f} ×)" for cost in others), goal)


def _show_latency(direct: Target, *targets: Target) -> None:
    """What a server adds to the way from the stand-in to the reader."""
    for name, place, goal in (("p50", 50, "≤ 2 ×"), ("p99", 99, "")):
        base = statistics.quantiles(direct.waits, n=100)[place - 1]
        added = [1000 * (statistics.quantiles(target.waits, n=100)[place - 1] - base) for target in targets]
        show(f"added latency {name}, ms", *(f"{latency:.2f}" for latency in added), goal)
