"""`python -m tests.fuzz [--minutes N] [--seed SEED] [--case NUMBER]`: exits with 1 if anything failed."""

import argparse
import asyncio
import os
import secrets
import sys
from time import monotonic

from tests.benchmarks import world
from tests.fuzz.cases import make_case
from tests.fuzz.run import Run, Totals, start_run
from tests.fuzz.upstream import Upstream

#: Cases that are played at the same time.
BATCH = 8


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--database", default="sqlite", help="sqlite, or the address of a PostgreSQL server")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", default="", help="the same seed makes the same cases; by default a new one")
    parser.add_argument("--case", type=int, help="play only the case with this number")
    options = parser.parse_args()
    with world.create_database(options.database) as url:
        seed = options.seed or secrets.token_hex(4)
        print(
            f"Database: {url.partition(':')[0]}. Seed: {seed}. Play one case: --seed {seed} --case NUMBER.", flush=True
        )
        totals = asyncio.run(run(seed, options.minutes, options.case))
    show(totals)
    return bool(totals.failures)


async def run(seed: str, minutes: float, number: int | None) -> Totals:
    # Nothing else runs in this event loop that a query could hold up.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    async with start_run(Upstream()) as run:
        if number is not None:
            await run.play_batch([make_case(seed, number)])
        else:
            await play_until(run, seed, monotonic() + 60 * minutes)
    return run.totals


async def play_until(run: Run, seed: str, end: float) -> None:
    first, shown_at = 0, monotonic()
    while monotonic() < end:
        await run.play_batch([make_case(seed, number) for number in range(first, first + BATCH)])
        first += BATCH
        if monotonic() - shown_at > 60:
            shown_at = monotonic()
            print(f"{first} cases, {run.totals.failures.total()} failures", flush=True)


def show(totals: Totals) -> None:
    minutes, failures = (monotonic() - totals.began) / 60, totals.failures.total()
    figures = [totals.cases, totals.events, totals.sent, round(minutes, 1), round(1000 * totals.max_gap), failures]
    names = ["cases", "events", "bytes", "minutes", "longest gap, ms", "failures"]
    for row in (names, ["-" * len(name) for name in names], figures):
        print("| " + " | ".join(f"{cell!s:>15}" for cell in row) + " |")
    for kind, count in totals.failures.most_common():
        print(f"{count:6} × {kind}")


if __name__ == "__main__":
    sys.exit(main())
