"""`python -m tests.benchmarks [--database …] [--only PART] [--brief]`: prints one table of figures."""

import argparse
from typing import Any

from tests.benchmarks import faults, load, many, pages, search, table, world

PARTS = ("load", "many", "pages", "search", "faults")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="sqlite", help="sqlite, or the address of a PostgreSQL server")
    parser.add_argument("--only", choices=PARTS, help="one part of the table")
    parser.add_argument("--brief", action="store_true", help="try the measuring itself, with a few streams")
    arguments = parser.parse_args()
    world.allow_descriptors()
    with world.create_database(arguments.database) as url:
        print(f"{table.machine()}, {table.database(url)}\n")
        table.head()
        people = world.People()
        for part in PARTS:
            if arguments.only in {None, part}:
                measure(part, people, brief=arguments.brief)


def measure(part: str, people: world.People, *, brief: bool) -> None:
    few: dict[str, Any] = {"times": 2, "messages": 6}
    match part:
        case "load":
            load.measure(people, **load.BRIEF if brief else load.WHOLE)
        case "many":
            many.measure(people, (3,) if brief else many.SIZES)
        case "pages":
            pages.measure(people, **few if brief else {})
        case "search":
            search.measure(people, **search.BRIEF if brief else {})
        case "faults":
            faults.measure(people, 4 if brief else 200)


if __name__ == "__main__":
    main()
