"""Who waits when many files are read at once."""

import asyncio
import time
from threading import Barrier

from conversations.files.reading import run_in_thread


def run_all(*calls) -> None:
    async def gather():
        await asyncio.gather(*(run_in_thread(person, function) for person, function in calls))

    asyncio.run(gather())


def test_one_person_has_one_file_read_at_a_time():
    running, counts = [], []

    def read():
        running.append(1)
        counts.append(len(running))
        time.sleep(0.02)
        running.pop()

    run_all(*[(1, read)] * 4)
    assert counts == [1, 1, 1, 1]


def test_the_file_of_another_person_is_read_meanwhile():
    both = Barrier(2, timeout=5)
    run_all((1, both.wait), (2, both.wait))
