"""What could grow with what has been said: a long conversation, a long list, a question in each."""

import asyncio
import statistics
import time
from typing import Any
from unittest.mock import patch

import httpx2

from tests.benchmarks import world
from tests.benchmarks.table import show

MESSAGES, CONVERSATIONS = 1000, 10_000
MODEL = "claude-sonnet-5-5"
QUESTION = "[[nothinking]][[rate:0]][[echo:Yes.]]"


def measure(people: world.People, *, times: int = 20, messages: int = MESSAGES) -> None:
    with world.run_site() as (site, stand_in), httpx2.Client(base_url=site.url) as http:
        from chatsite.accounts.models import User

        person = User.objects.get(email="person0@example.com")
        http.cookies.set("session", people.session(0))
        queries = Queries()
        long, short = create_conversation(person, messages), create_conversation(person, 2)
        create_conversations(person, CONVERSATIONS - 2)
        for name, path, goal in (
            (f"conversation of {messages:,} messages", f"/conversations/{long.pk}/", "≤ 80 ms; ≤ 15"),
            ("conversation of 2 messages", f"/conversations/{short.pk}/", ""),
            (f"list of {CONVERSATIONS:,} conversations", "/conversations/", "≤ 80 ms"),
            ("new conversation beside that list", "/", "≤ 80 ms"),
        ):
            show(
                f"{name}: ms; queries",
                "",
                "",
                f"{_measure_time(http, path, times):.0f}; {queries.count_of(person, path)}",
                goal,
            )
        took, cpu = _measure_polls(http, site, f"/sidebar/?open={short.pk}", 10 * times)
        show("whether the list has changed, 304: ms; ms of CPU", "", "", f"{took:.1f}; {cpu:.1f}", "")
        in_short, in_long = asyncio.run(_count_queries_of_asking(queries, stand_in.url, short, long))
        show("asking in the long, in the short one: queries", "", f"{in_long}; {in_short}", "", "the same")


class Queries:
    """Counts what all database connections of this process are asked, in whatever thread they are."""

    def __init__(self) -> None:
        from django.db import connection
        from django.db.backends.signals import connection_created

        self.count = 0
        connection.execute_wrappers.append(self._note)
        connection_created.connect(self._made)

    def _made(self, connection: Any, **_signal: Any) -> None:
        connection.execute_wrappers.append(self._note)

    def _note(self, execute: Any, *query: Any) -> Any:
        self.count += 1
        return execute(*query)

    def count_of(self, person: Any, path: str) -> int:
        """What a page asks when it is not the first one."""
        from django.test import Client

        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(person)
        for _ in range(2):
            before = self.count
            assert client.get(path).status_code == 200
        return self.count - before


def create_conversation(person: Any, messages: int) -> Any:
    """Answers of an ordinary length, as the renderer leaves them."""
    from chatsite.standin import prose
    from conversations import markdown
    from conversations.models.content import text_content
    from tests.history import ask, begin

    text = prose.text_of_length("prose", 1200)
    done: dict[str, Any] = {"state": "complete", "ending": "finished", "content": text_content(text)}
    done |= {"html": markdown.render(text), "html_version": markdown.VERSION}
    answer = begin(person, "How was the morning?")
    answer.finish(**done)
    for number in range(messages // 2 - 1):
        ask(answer.conversation, f"And then, after {number}?").finish(**done)
    return answer.conversation


def create_conversations(person: Any, number: int) -> None:
    from conversations.models import Conversation

    Conversation.objects.bulk_create(Conversation(owner=person, title=f"Morning {index}") for index in range(number))


def _measure_time(http: httpx2.Client, path: str, times: int) -> float:
    """Milliseconds from sending the request to the last byte, median."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        assert http.get(path).status_code == 200
        took.append(time.perf_counter() - began)
    return 1000 * statistics.median(took)


def _measure_polls(http: httpx2.Client, site: Any, path: str, times: int) -> tuple[float, float]:
    """Milliseconds that an open page waits to learn that nothing has changed, median; and of CPU that it costs."""
    headers = {"If-None-Match": http.get(path).headers["ETag"]}
    took, cpu = [], world.cpu_seconds(site.process.pid)
    for _ in range(times):
        began = time.perf_counter()
        assert http.get(path, headers=headers).status_code == 304
        took.append(time.perf_counter() - began)
    return 1000 * statistics.median(took), 1000 * (world.cpu_seconds(site.process.pid) - cpu) / times


async def _count_queries_of_asking(queries: Queries, url: str, *conversations: Any) -> list[int]:
    """From a question to its stored answer, by an engine in this process; its rounds, which replies share, apart."""
    from django.test import override_settings

    from conversations.replies import engine, housekeeping

    with (
        patch.object(housekeeping, "ROUND_SECONDS", 60),
        override_settings(ANTHROPIC_BASE_URL=url, ANTHROPIC_API_KEY="bench"),
    ):
        await engine.startup()
        counts = [
            [await _count_queries(queries, engine, conversation) for _ in range(4)] for conversation in conversations
        ]
        await engine.shutdown()
    # The look for replies that others have lost may come in between.
    return [min(numbers) for numbers in counts]


async def _count_queries(queries: Queries, engine: Any, conversation: Any) -> int:
    from conversations.models import Question

    await asyncio.sleep(0.3)
    before = queries.count
    question = Question(text=QUESTION, model=MODEL)
    _answer, broadcast = await engine.answer(conversation, question, conversation.owner, grace=None)
    await broadcast.until_ended()
    return queries.count - before
