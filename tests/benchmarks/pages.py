"""What grows with what has been said: a long conversation, a long list, and a question in each."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import httpx2

from tests.benchmarks import world
from tests.benchmarks.table import show

MESSAGES, CONVERSATIONS = 1000, 500
ASKED = {"model": "claude-sonnet-5-5", "runner": "the-bench"}


def measure(people: world.People, *, times: int = 20) -> None:
    with world.running() as (site, _stand_in):
        from chatsite.accounts.models import User

        person = User.objects.get(email="person0@example.com")
        long, short = _conversation(person, MESSAGES), _conversation(person, 2)
        _conversations(person, CONVERSATIONS - 2)
        with httpx2.Client(base_url=site.url, cookies={"session": people.session(0)}) as http:
            for name, path, goal in (
                (f"conversation of {MESSAGES:,} messages", f"/conversations/{long.pk}/", "≤ 80 ms; ≤ 15"),
                (f"list of {CONVERSATIONS} conversations", "/conversations/", ""),
                ("conversation of 2 messages", f"/conversations/{short.pk}/", ""),
            ):
                milliseconds = _milliseconds(http, path, times)
                show(f"{name}: time; queries", "", "", f"{milliseconds:.0f} ms; {_queries_of_page(person, path)}", goal)
        show("asking in the long, the short one: queries", "", f"{_asking(long)}; {_asking(short)}", "", "the same")


def _conversation(person: Any, messages: int) -> Any:
    """Answers of an ordinary length, as the renderer leaves them."""
    from conversations import markdown
    from conversations.models import Conversation
    from tests.stand_in import prose

    text = prose.of_length("prose", 1200)
    done = {"state": "complete", "ending": "finished", "text": text}
    done |= {"html": markdown.render(text), "html_version": markdown.VERSION}
    answer = Conversation.begin(person, "How was the morning?", **ASKED)
    answer.finish(**done)
    conversation = answer.conversation
    for number in range(messages // 2 - 1):
        conversation.ask(f"And then, after {number}?", **ASKED).finish(**done)
    return conversation


def _conversations(person: Any, number: int) -> None:
    from conversations.models import Conversation

    Conversation.objects.bulk_create(Conversation(owner=person, title=f"Morning {each}") for each in range(number))


def _milliseconds(http: httpx2.Client, path: str, times: int) -> float:
    """From sending the request to the last byte, median."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        assert http.get(path).status_code == 200
        took.append(time.perf_counter() - began)
    return 1000 * statistics.median(took)


def _queries_of_page(person: Any, path: str) -> int:
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(person)
    assert client.get(path).status_code == 200
    return _queries(lambda: client.get(path))


def _asking(conversation: Any) -> int:
    """All queries of a question: storing it, making the request for Claude, storing the answer."""
    from conversations.replies import ending, reply

    def ask() -> None:
        answer = conversation.ask("And now?", **ASKED)
        reply.request_for(answer)
        result = ending.Result("complete", "finished", "Now.", [], "", "end_turn", None)
        ending.store(answer, result, shown=True)

    return _queries(ask)


def _queries(work: Callable[[], object]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)
