"""A run: cases in batches against one site, what fails counted by kind, the first of each kind made small."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

import aiohttp

from tests.benchmarks import world
from tests.fuzz import shrink
from tests.fuzz.cases import Case
from tests.fuzz.checks import Failure, check
from tests.fuzz.readers import Person
from tests.fuzz.upstream import Upstream

#: Seconds until the monitor must have answered: an event loop that is blocked for longer counts as hung.
MAX_BLOCKED = 120
#: Failures of one kind that are shown: they may have several causes.
MAX_EXAMPLES = 3
#: Attempts to have a case fail again: some failures depend on the moment.
MAX_REPLAYS = 3


@asynccontextmanager
async def start_run(upstream: Upstream) -> AsyncIterator["Run"]:
    """A run on Django's database, with a site that asks this upstream."""
    from tests.site import Site

    await upstream.start()
    site = Site(upstream.url, application="tests.fuzz.monitor:application", **world.ENVIRONMENT)
    try:
        await asyncio.to_thread(site.start)
        yield Run(site, upstream, world.People())
    finally:
        await asyncio.to_thread(site.stop)
        await upstream.stop()


@dataclass
class Totals:
    cases: int = 0
    events: int = 0
    sent: int = 0
    max_gap: float = 0
    failures: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=monotonic)


class Run:
    """Plays cases; `totals` are those of the cases, without the attempts to make one small."""

    def __init__(self, site: Any, upstream: Upstream, people: Any) -> None:
        self.totals = Totals()
        self._site, self._upstream, self._people = site, upstream, people
        self._attempts = 0

    async def play_batch(self, cases: list[Case]) -> None:
        """Play the cases at the same time and show what fails for the first time."""
        found = await asyncio.gather(*map(self._play, cases))
        of_site = await self._read_monitor()
        self.totals.cases += len(cases)
        self.totals.events += sum(len(case.payloads) for case in cases)
        self.totals.sent += sum(self._upstream.plays.pop(case.name).sent for case in cases)
        for case, failures in zip(cases, found, strict=True):
            for failure in without_delays(failures, of_site):
                await self._show([case], failure)
        for failure in of_site:
            await self._show(cases, failure)

    async def _show(self, cases: list[Case], failure: Failure) -> None:
        """Count a failure of one of the cases; the first of a kind are printed, as small as it can be made."""
        kind = failure.kind
        if kind.endswith("in the HTML") and (text := await self._find_text(cases[0])):
            kind = f"{kind}: {shrink.shape(text)!r}"
        self.totals.failures[kind] += 1
        if self.totals.failures[kind] > MAX_EXAMPLES:
            return
        names = ", ".join(case.name for case in cases)
        print(f"\nFAILED: {kind}\n  {failure.details}\n  in case {names}", flush=True)
        if kind != failure.kind:
            print(f"  smallest text: {text!r}", flush=True)
        elif case := await self._find_failing(cases, kind):
            smallest = await shrink.shrink(case, lambda smaller: self._fails(smaller, kind))
            print(f"  case {case.name} alone fails too, and so does\n    {shrink.describe(smallest)}", flush=True)
        else:
            print("  no such case alone fails again", flush=True)

    async def _find_text(self, case: Case) -> str:
        """The shortest text in which rendering loses words; none if it does not become short in time."""
        text = await shrink.shrink_text(case.text) if len(case.text) < 5_000 else ""
        return text if len(text) < 60 else ""

    async def _find_failing(self, cases: list[Case], kind: str) -> Case | None:
        for case in cases:
            for _ in range(MAX_REPLAYS):
                if await self._fails(case, kind):
                    return case
        return None

    async def _fails(self, case: Case, kind: str) -> bool:
        """Whether a case alone fails in this way."""
        self._attempts += 1
        attempt = replace(case, name=f"{case.name}+{self._attempts}")
        failures = await self._play(attempt)
        self._upstream.plays.pop(attempt.name)
        of_site = await self._read_monitor()
        return any(failure.kind == kind for failure in [*without_delays(failures, of_site), *of_site])

    async def _play(self, case: Case) -> list[Failure]:
        play = self._upstream.expect(case)
        number = case.random.randrange(1000)
        visit = await Person(self._site.url, self._people.token(number), self._people.session(number), case).ask()
        return await check(play, visit)

    async def _read_monitor(self) -> list[Failure]:
        """What the process itself has seen since the last time. One that does not answer is replaced."""
        try:
            timeout = aiohttp.ClientTimeout(total=MAX_BLOCKED)
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.get(f"{self._site.url}/fuzz/report") as response,
            ):
                report = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError) as error:
            await asyncio.to_thread(self._site.kill)
            await asyncio.to_thread(self._site.start)
            return [Failure("the process does not answer", repr(error))]
        self.totals.max_gap = max([self.totals.max_gap, *(gap["seconds"] for gap in report["gaps"])])
        gaps = [
            Failure(
                f"gap in {gap['place']}", "{seconds:.2f} s, CPU {cpu:.2f} s, {loop:.2f} s in the loop".format(**gap)
            )
            for gap in report["gaps"]
        ]
        return gaps + [Failure(f"an error is logged: {error['error']}", error["text"]) for error in report["errors"]]


def without_delays(failures: list[Failure], of_site: list[Failure]) -> list[Failure]:
    """The failures but for those that a gap explains, which delays everything in the process."""
    if not any(failure.kind.startswith(("gap", "the process")) for failure in of_site):
        return failures
    return [failure for failure in failures if failure.kind != "the reply ends late"]
