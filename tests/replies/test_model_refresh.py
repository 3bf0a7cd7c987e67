"""How a process keeps Claude's list of models: it asks again and again, and logs each trouble once."""

import asyncio
import logging

import pytest

from conversations.claude import client
from conversations.claude.errors import Failed
from conversations.claude.models import Model, get_model, update_models
from conversations.replies.model_refresh import REFRESH_SECONDS, RETRY_SECONDS, keep_refreshing

RETIRED = Model("claude-opus-4-20250514", "Claude Opus 4", lifecycle="retired")


@pytest.fixture(autouse=True)
def _unlisted():
    """The API has not said anything yet."""
    update_models([])
    yield
    update_models([])


async def pauses_of(rounds, monkeypatch):
    """Runs the refresh for so many rounds, then cancels it as the engine does; returns its pauses in seconds."""
    pauses = []

    async def sleep(seconds):
        pauses.append(seconds)
        if len(pauses) == rounds:
            raise asyncio.CancelledError

    monkeypatch.setattr(asyncio, "sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        await keep_refreshing()
    return pauses


def test_an_unforeseen_error_is_logged_and_the_list_is_asked_for_again(monkeypatch, caplog):
    async def list_models():
        raise AttributeError("retires_at")

    monkeypatch.setattr(client, "list_models", list_models)

    assert asyncio.run(pauses_of(2, monkeypatch)) == [RETRY_SECONDS] * 2
    assert "Claude's list of models could not be read." in caplog.text


def test_a_failure_keeps_the_former_list_and_is_logged_once(monkeypatch, caplog):
    results = [[RETIRED], Failed("overloaded"), Failed("overloaded"), []]

    async def list_models():
        result = results.pop(0)
        if isinstance(result, Failed):
            assert get_model(RETIRED.id) == RETIRED
            raise result
        return result

    monkeypatch.setattr(client, "list_models", list_models)
    with caplog.at_level(logging.WARNING):
        pauses = asyncio.run(pauses_of(4, monkeypatch))

    assert pauses == [
        REFRESH_SECONDS,
        RETRY_SECONDS,
        RETRY_SECONDS,
        REFRESH_SECONDS,
    ]
    assert [record.getMessage() for record in caplog.records] == [
        "Claude's list of models is unavailable (overloaded)."
    ]
    assert get_model(RETIRED.id).name == RETIRED.id
