"""Programs that send thousands of earlier turns in a loop have to wait."""

import pytest

from conversations.models import Conversation, TooManyTurns
from conversations.views.turn_limit import TurnLimit
from tests.site import Site, Visitor


def test_alice_may_send_twelve_thousand_turns_a_minute_and_bob_as_many(monkeypatch):
    alice, bob, now, limit = 1, 2, 1_000.0, TurnLimit()
    monkeypatch.setattr("chatsite.minute_limit.time.monotonic", lambda: now)
    limit.add(alice, 9_998)
    with pytest.raises(TooManyTurns):
        limit.add(alice, 9_998)
    limit.add(alice, 2_002)
    limit.add(bob, 9_998)
    now = 1_060.0
    limit.add(alice, 9_998)


def test_each_request_with_earlier_turns_counts_as_a_hundred():
    limit = TurnLimit()
    for _ in range(120):
        limit.add(1, 3)
    limit.add(1, 1)
    with pytest.raises(TooManyTurns):
        limit.add(1, 3)


def test_a_program_that_sends_thousands_of_turns_in_a_loop_is_told_to_wait(site, stand_in, alice):
    turns = [{"role": "assistant" if index % 2 else "user", "content": f"Turn {index}"} for index in range(9_999)]
    turns[-1]["content"] = "[[echo:Gladly.]][[rate:0]]"
    with Site(stand_in.url) as own_site:
        visitor = Visitor(own_site, alice)
        with visitor.streaming("POST", "/api/chat", json={"messages": turns}) as first:
            first.read_to_end()
        response = visitor.http.post("/api/chat", json={"messages": turns})
        assert visitor.ask("[[echo:Gladly.]]").end["state"] == "complete"

    assert first.text == "Gladly."
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert "too many messages" in response.json()["error"]
    assert Conversation.objects.count() == 2
