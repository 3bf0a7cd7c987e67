"""How many queries a question takes from the request to its stored answer."""

import asyncio

import pytest
from django.db import connections
from django.db.backends.signals import connection_created

from conversations.models import Message, Question
from conversations.replies import Engine, housekeeping
from tests.history import create_conversation
from tests.replies.scripted import Script, answer_question, create_tool, text, use
from tests.replies.threads import storage_threads

MAX_QUERIES = 18
#: Of a first question, which creates its conversation.
MAX_QUERIES_OF_A_FIRST_QUESTION = 16
#: Those about tools, beside those that reserve and settle the call to Claude.
MAX_QUERIES_OF_A_STEP = 10
QUESTION = Question(text="[[nothinking]][[rate:0]][[echo:Yes.]]", model="claude-sonnet-5-5")


@pytest.fixture
def queries():
    """The SQL of all connections of this process, in whatever thread they are."""
    statements: list[str] = []

    def record(execute, sql, *arguments):
        statements.append(sql)
        return execute(sql, *arguments)

    def watch(connection, **_signal):
        connection.execute_wrappers.append(record)

    connection_created.connect(watch)
    yield statements
    connection_created.disconnect(watch)
    for connection in connections.all(initialized_only=True):
        connection.execute_wrappers.clear()


@pytest.mark.parametrize(
    ("length", "max_queries"), [(0, MAX_QUERIES_OF_A_FIRST_QUESTION), (1, MAX_QUERIES), (20, MAX_QUERIES)]
)
def test_a_question_takes_few_queries_however_long_its_conversation_is(
    transactional_db, alice, stand_in, settings, monkeypatch, queries, length, max_queries
):
    settings.ANTHROPIC_BASE_URL, settings.ANTHROPIC_API_KEY = stand_in.url, "test-key"
    # A title is a call of its own.
    settings.CHAT_TITLE_MODEL = ""
    # The rounds that running replies share are not part of the question.
    monkeypatch.setattr(housekeeping, "ROUND_SECONDS", 60)
    monkeypatch.setattr(housekeeping, "RECOVERY_SECONDS", 60)
    monkeypatch.setattr(housekeeping, "GATHERING_SECONDS", 60)
    earlier = [f"Question {number}." for number in range(length)]
    conversation = create_conversation(alice, *earlier) if earlier else None

    async def ask_twice():
        engine = Engine()
        await engine.startup()
        try:
            # The first question of a month inserts its row.
            await ask(engine)
            await asyncio.sleep(0.3)
            queries.clear()
            await ask(engine)
            await asyncio.sleep(0.3)
        finally:
            await engine.shutdown()

    async def ask(engine):
        _answer, broadcast = await engine.answer(conversation, QUESTION, alice, grace=None)
        await broadcast.until_ended()

    with storage_threads():
        asyncio.run(ask_twice())
    assert Message.objects.filter(text="Yes.", state="complete").count() == 2
    assert 10 < len(queries) <= max_queries, "\n".join(queries)


def test_a_step_with_a_tool_takes_few_queries(transactional_db, alice, settings, monkeypatch, queries):
    monkeypatch.setattr(housekeeping, "ROUND_SECONDS", 60)
    monkeypatch.setattr(housekeeping, "RECOVERY_SECONDS", 60)
    monkeypatch.setattr(housekeeping, "GATHERING_SECONDS", 60)
    create_tool("clock")
    steps = [[use("clock", f"toolu_{number}")] for number in range(19)]
    Script(monkeypatch, settings, *steps, [text("Noon.")])

    assert answer_question(alice, ["clock"]).state == "complete"
    of_money = ("reservation", "monthlyspending", "teamsettings", '"conversations_usage" ("', "BEGIN")
    of_tools = [sql for sql in queries if not any(name in sql for name in of_money)]
    assert len(of_tools) / len(steps) <= MAX_QUERIES_OF_A_STEP
