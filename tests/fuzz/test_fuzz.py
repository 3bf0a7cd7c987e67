"""The search itself, tried with two cases: it must be able to fail."""

import asyncio
from random import Random

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from tests.benchmarks import world
from tests.claude.streams import BLOCK_STOP, END, START, STOP, block_start, text_delta
from tests.fuzz import faults, shrink
from tests.fuzz.cases import Case
from tests.fuzz.run import start_run
from tests.fuzz.upstream import Upstream

PAYLOADS = (START, block_start(type="text", text=""), text_delta("**tide**, quay"), BLOCK_STOP, END, STOP)


class ForgetfulUpstream(Upstream):
    """Sends one case without a letter."""

    def expect(self, case):
        play = super().expect(case)
        if case.name.startswith("forgotten"):
            play.pieces = [piece.replace(b"quay", b"qua") for piece in play.pieces]
        return play


async def play_cases():
    async with start_run(ForgetfulUpstream()) as run:
        sound = [Case(reader, PAYLOADS, len(PAYLOADS), reader=reader) for reader in ("page", "returning", "chat")]
        await run.play_batch([*sound, Case("forgotten", PAYLOADS, len(PAYLOADS))])
        await sync_to_async(connections.close_all)()
        connections.close_all()
    return run.totals


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_does_not_arrive_is_reported(monkeypatch, capsys):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    monkeypatch.setattr(shrink, "MAX_SECONDS", 0.2)
    # Otherwise the static files would have to be collected.
    monkeypatch.setitem(world.ENVIRONMENT, "DEBUG", "on")

    totals = asyncio.run(play_cases())

    # The first questions of a process may well take their time.
    assert [kind for kind in totals.failures if not kind.startswith("gap")] == ["text is lost"]
    assert "'**tide**, quay' is '**tide**, qua'" in capsys.readouterr().out


def test_an_event_without_fields_is_left_as_it_is():
    assert faults.change_field(Random("seed"), [{}], 0) == [{}]


def test_a_fault_changes_one_event_and_not_others_like_it():
    ping = {"type": "ping"}
    changed = [faults.break_message(Random(seed), [ping] * 9) for seed in range(200)]

    assert all(events[:intact] == [ping] * intact for events, intact in changed)
    assert {"type": "error"} in faults.ERRORS
