"""The tool `search_conversations`."""

import pytest

from conversations.models import Conversation
from tests.history import ask, begin, create_conversation, finish_answer
from tests.tools.calling import call_tool, context_of, fail_to_call

pytestmark = [pytest.mark.usefixtures("example_tools"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def context(alice):
    """Alice asks in a conversation of her own."""
    return context_of(alice, begin(alice, "What was it about the <b>harbour</b>?"))


def test_alice_finds_what_was_said_with_title_date_and_passage(alice, context):
    earlier = create_conversation(alice, "When does the harbour open & close?")
    finish_answer(ask(earlier, "And on Sundays?"), "The harbour <opens> at nine.")
    Conversation.objects.filter(pk=earlier.pk).update(title="Opening hours")

    text = call_tool("search_conversations", context, words="harbour")

    day = f"{earlier.created:%Y-%m-%d}"
    first, *passages = text.splitlines()
    assert first == f"Opening hours (last used {day})"
    assert set(passages) == {
        f"- question of {day}: When does the harbour open & close?",
        f"- answer of {day}: The harbour <opens> at nine.",
    }


def test_nobody_finds_what_others_said(bob, context):
    create_conversation(bob, "The harbour is a secret.")
    assert call_tool("search_conversations", context, words="harbour") == "No conversation was found."


def test_deleted_conversations_are_not_found(alice, context):
    create_conversation(alice, "The harbour.").delete()
    assert call_tool("search_conversations", context, words="harbour") == "No conversation was found."


def test_days_limit_what_is_found(alice, context):
    create_conversation(alice, "The harbour.")
    assert "harbour" in call_tool("search_conversations", context, words="harbour", since="2020-01-01")
    assert call_tool("search_conversations", context, words="harbour", until="2020-01-01").startswith("No conv")


def test_at_most_ten_conversations_are_returned(alice, context):
    for number in range(12):
        create_conversation(alice, f"Harbour number {number}.")
    assert call_tool("search_conversations", context, words="harbour").count("last used") == 10


@pytest.mark.parametrize("words", ["", " ", "a", "\0", "%", '"" '])
def test_too_little_to_search_for_is_an_error(context, words):
    assert fail_to_call("search_conversations", context, words=words).startswith("Search for at least one word")


@pytest.mark.parametrize("words", ["x" * 100_000, "' OR 1=1 --", '"harbour', "har* NEAR/2 bour", "\ufffdharbour"])
def test_any_words_are_answered(context, words):
    assert call_tool("search_conversations", context, words=words) == "No conversation was found."


@pytest.mark.parametrize("day", ["yesterday", "0001-01-01", "9999-12-31", 10**30])
def test_a_day_that_is_none_is_an_error(context, day):
    assert fail_to_call("search_conversations", context, words="harbour", until=day).startswith("The input is not")
