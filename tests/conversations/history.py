"""Conversations that already happened, stored through the models' own verbs and answered without Claude."""

from datetime import UTC, datetime

from conversations.models import Conversation, Message, Usage

MODEL = "claude-sonnet-5-5"
#: Who writes the answers of these conversations: no process does, so they stay as a test leaves them.
NOBODY = "the-tests"
ASKED = {"model": MODEL, "runner": NOBODY}


def answer_with(
    answer: Message, text: str = "An answer.", state: str = "complete", ending: str = "finished"
) -> Message:
    """Write an answer to its end."""
    assert answer.finish(state=state, ending=ending, text=text)
    answer.refresh_from_db()
    return answer


def begun(owner, text: str = "The first question.", **asked) -> Message:
    """A new conversation whose first answer is being written; returns that answer."""
    return Conversation.begin(owner, text, **ASKED | asked)


def answered(owner, *questions: str):
    """A conversation in which every question has been answered."""
    first, *others = questions or ["The first question."]
    conversation = answer_with(begun(owner, first)).conversation
    for question in others:
        answer_with(conversation.ask(question, **ASKED))
    return conversation


def texts(messages) -> list[str]:
    return [message.text for message in messages]


def called(person, when: str = "", **used) -> Usage:
    """A call to Claude that is over, at a moment in UTC ("2024-03-01 12:00") or now; it cost a dollar unless told."""
    fields = {"model": MODEL, "state": "complete", "cost": 1_000_000, "input_tokens": 10, "output_tokens": 20}
    usage = Usage.objects.create(user=person, **fields | used)
    if when:
        usage.created = datetime.fromisoformat(when).replace(tzinfo=UTC)
        usage.save()
    return usage
