"""Conversations that already happened, stored through the models' own methods and answered without Claude."""

from datetime import UTC, datetime
from uuid import UUID

from conversations.models import Conversation, Message, Usage

MODEL = "claude-sonnet-5-5"
#: The runner of these answers: no process writes them, so they stay as a test leaves them.
NOBODY = "the-tests"


def begin(owner, text: str = "The first question.", *, model: str = MODEL, runner: str = NOBODY, **fields) -> Message:
    """Start a conversation; returns its first answer, which is still being written."""
    return Conversation.begin(owner, text, model=model, runner=runner, **fields)


def ask(conversation: Conversation, text: str, *, model: str = MODEL, runner: str = NOBODY, **fields) -> Message:
    """Ask at the end of the branch that is shown; returns the answer, which is still being written."""
    return conversation.ask(text, model=model, runner=runner, **fields)


def edit(conversation: Conversation, parent: UUID | None, text: str, *, model: str = MODEL, **fields) -> Message:
    """Ask a new version of the question below `parent`; returns the answer, which is still being written."""
    return conversation.revise(parent, text, model=model, runner=NOBODY, **fields)


def retry(answer: Message, *, model: str = MODEL, **fields) -> Message:
    """Have a question answered again; returns the new answer, which is still being written."""
    return answer.conversation.retry(answer, model=model, runner=NOBODY, **fields)


def finish_answer(
    answer: Message, text: str = "An answer.", state: str = "complete", ending: str = "finished"
) -> Message:
    """Write an answer to its end."""
    assert answer.finish(state=state, ending=ending, text=text)
    answer.refresh_from_db()
    return answer


def create_conversation(owner, *questions: str):
    """A conversation in which every question has been answered."""
    first, *others = questions or ["The first question."]
    conversation = finish_answer(begin(owner, first)).conversation
    for question in others:
        finish_answer(ask(conversation, question))
    return conversation


def texts(messages) -> list[str]:
    return [message.text for message in messages]


def create_usage(person, when: str = "", **fields) -> Usage:
    """A finished call to Claude, at a moment in UTC ("2024-03-01 12:00") or now; it cost a dollar unless told."""
    defaults = {"model": MODEL, "state": "complete", "cost": 1_000_000, "input_tokens": 10, "output_tokens": 20}
    usage = Usage.objects.create(user=person, **defaults | fields)
    if when:
        usage.created = datetime.fromisoformat(when).replace(tzinfo=UTC)
        usage.save()
    return usage
