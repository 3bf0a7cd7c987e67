"""The search of one person with many conversations, among the messages of many people."""

import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx2

from tests.benchmarks import world
from tests.benchmarks.table import show

CONVERSATIONS, MESSAGES_EACH, PEOPLE = 1000, 10, 50
#: In the whole database, by the kind of database.
MESSAGES = {"sqlite": 100_000, "postgresql": 1_000_000}
BRIEF = {"conversations": 5, "messages": 200, "times": 1}
#: Texts of this many words, out of a vocabulary in which the first words are by far the most frequent ones.
WORDS_EACH, VOCABULARY, TEXTS = 120, 20_000, 500
BATCH = 500


def measure(people: world.People, *, conversations: int = CONVERSATIONS, messages: int = 0, times: int = 5) -> None:
    from django.db import connection

    from chatsite.accounts.models import User

    messages = messages or MESSAGES[connection.vendor]
    source = random.Random(1)
    words = ["".join(source.choices("abcdefghijklmnoprstuvwy", k=source.randint(3, 10))) for _ in range(VOCABULARY)]
    texts = [_compose_text(source, words) for _ in range(TEXTS)]
    with world.run_site() as (site, _stand_in), httpx2.Client(base_url=site.url) as http:
        others = User.objects.bulk_create(User(email=f"other{number}@example.com") for number in range(PEOPLE))
        with _without_index():
            _fill(User.objects.get(email="person0@example.com"), texts, conversations)
            for person in others:
                _fill(person, texts, max((messages // MESSAGES_EACH - conversations) // PEOPLE, 1))
        http.cookies.set("session", people.session(0))
        name = f"search among {messages:,} messages, ms: p50; p95"
        questions = _list_questions(source, words, texts) * times
        before = world.cpu_seconds(site.process.pid)
        took = [_measure_search(http, question) for question in questions]
        show(name, "", "", f"{statistics.median(took):.0f}; {statistics.quantiles(took, n=20)[-1]:.0f}", "p95 ≤ 50")
        cpu = (world.cpu_seconds(site.process.pid) - before) / len(questions)
        show("  CPU of the process, ms", "", "", f"{1000 * cpu:.0f}", "")


def _compose_text(source: random.Random, words: list[str]) -> str:
    # The word of rank r occurs about 1/r as often as the first one.
    return " ".join(words[int(VOCABULARY ** source.random()) - 1] for _ in range(WORDS_EACH))


def _list_questions(source: random.Random, words: list[str], texts: list[str]) -> list[str]:
    """The most frequent words, rare ones, beginnings of words as they are typed, several words, phrases."""
    questions = words[:5] + source.sample(words[1000:], 5) + [word[:2] for word in words[:5]]
    questions += [word[:3] for word in source.sample(words, 5)]
    for text in source.sample(texts, 5):
        found = text.split()
        questions += [f"{found[0]} {found[50]}", f'"{found[10]} {found[11]}"']
    return questions


def _measure_search(http: httpx2.Client, question: str) -> float:
    began = time.perf_counter()
    response = http.get("/search/", params={"q": question}, headers={"X-Requested-With": "fetch"})
    assert response.status_code == 200
    return 1000 * (time.perf_counter() - began)


def _fill(person: Any, texts: list[str], conversations: int) -> None:
    """Give a person conversations. Who wrote a message, and after which other one, makes no difference here."""
    from django.db import connection
    from django.utils import timezone

    from conversations.models import Conversation, Message

    now, titles = timezone.now(), [" ".join(text.split()[:5]) for text in texts]
    created = Conversation.objects.bulk_create(
        (
            Conversation(owner=person, title=titles[number % TEXTS], updated=now - timedelta(hours=number))
            for number in range(conversations)
        ),
        batch_size=BATCH,
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for statement in COPY_TEXTS.split(";"):
                # Each in a transaction of its own: a table with checks to come cannot be altered.
                cursor.execute(statement, {"owner": person.pk, "texts": texts, "each": MESSAGES_EACH})
        return
    source = random.Random(person.pk)
    rows = [conversation for conversation in created for _ in range(MESSAGES_EACH)]
    for start in range(0, len(rows), BATCH):
        Message.objects.bulk_create(
            Message(conversation=conversation, role="user", text=source.choice(texts))
            for conversation in rows[start : start + BATCH]
        )


@contextmanager
def _without_index() -> Iterator[None]:
    """On PostgreSQL the index is built at the end: for a million messages that takes a tenth of the time."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_get_indexdef('search_words'::regclass)")
            [create_index] = cursor.fetchone()
            cursor.execute("DROP INDEX search_words")
        yield
        if connection.vendor == "postgresql":
            cursor.execute(f"SET maintenance_work_mem = '512MB'; {create_index}")
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")


#: Without the triggers, which would read the words of each text again.
COPY_TEXTS = """
CREATE TEMPORARY TABLE bench AS
    SELECT place, text, index_document(%(owner)s, text) AS words
    FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS texts(text, place);
ALTER TABLE conversations_message DISABLE TRIGGER search_message_inserted;
ALTER TABLE conversations_searchentry DISABLE TRIGGER search_entry_inserted;
INSERT INTO conversations_message (id, conversation_id, role, text, content, html, thinking_html, html_version, state,
    ending, error_code, error_detail, request_id, model, system, stop_reason, created, runner, stop_requested)
SELECT gen_random_uuid(), numbered.id, 'user', text, '[]', '', '', 0, 'complete', '', '', '', '', '', '', '',
    now() - random() * interval '300 days', '', ''
FROM (
    SELECT id, row_number() OVER () * 7919 %% (SELECT count(*) FROM bench) + 1 AS place
    FROM conversations_conversation, generate_series(1, %(each)s) WHERE owner_id = %(owner)s
) AS numbered JOIN bench USING (place);
INSERT INTO conversations_searchentry (conversation_id, message_id, created, model, has_code, words)
SELECT message.conversation_id, message.id, message.created, '', FALSE, words
FROM conversations_message AS message
JOIN conversations_conversation AS conversation ON conversation_id = conversation.id
JOIN bench USING (text) WHERE owner_id = %(owner)s;
ALTER TABLE conversations_message ENABLE TRIGGER search_message_inserted;
ALTER TABLE conversations_searchentry ENABLE TRIGGER search_entry_inserted;
DROP TABLE bench
"""
