"""`python -m tests.benchmarks [--database sqlite|postgres://…] [--only NAME]`: prints a table of figures."""

import argparse
import asyncio
import inspect

from tests.benchmarks import figures, world


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="sqlite", help="sqlite, or the address of a PostgreSQL server")
    parser.add_argument("--only", default="", help="measure just the figures whose name contains this")
    parser.add_argument("--streams", type=int, default=500)
    arguments = parser.parse_args()
    with world.database(arguments.database):
        bench = figures.Bench(arguments.streams)
        print(f"{'figure':<44} {'measured':<60} goal")
        for name, measure in inspect.getmembers(bench, inspect.iscoroutinefunction):
            if not name.startswith("_") and arguments.only in name:
                asyncio.run(measure())


if __name__ == "__main__":
    main()
