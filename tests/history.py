"""Conversations that already happened, stored through the models' own methods and answered without Claude."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction

from conversations.models import Attachment, Conversation, Message, Question, Retry, StoredFile, TeamSettings, Usage
from conversations.models.content import text_content

MODEL = "claude-sonnet-5-5"
#: The runner of these answers: no process writes them, so they stay as a test leaves them.
TEST_RUNNER = "the-tests"


def start_answer(conversation: Conversation, request: Question | Retry, runner: str) -> Message:
    continued = conversation.find_continued(request)
    with transaction.atomic():
        instructions = TeamSettings.current().instructions
        answer, _is_new = conversation.ask(request, runner=runner, instructions=instructions, continued=continued)
    return answer


def begin(owner, text: str = "The first question.", *, runner: str = TEST_RUNNER, **fields) -> Message:
    """Start a conversation; returns its first answer, which is still being written."""
    question = Question(text=text, **{"model": MODEL} | fields)
    return start_answer(Conversation.draft(owner, question), question, runner)


def ask(conversation: Conversation, text: str, *, runner: str = TEST_RUNNER, **fields) -> Message:
    """Ask at the end of the branch that is shown; returns the answer, which is still being written."""
    return start_answer(conversation, Question(text=text, **{"model": MODEL} | fields), runner)


def edit(conversation: Conversation, parent: UUID | None, text: str, **fields) -> Message:
    """Ask a new version of the question below `parent`; returns the answer, which is still being written."""
    question = Question(text=text, is_edit=True, parent=parent, **{"model": MODEL} | fields)
    return start_answer(conversation, question, TEST_RUNNER)


def retry(answer: Message, **fields) -> Message:
    """Have a question answered again; returns the new answer, which is still being written."""
    return start_answer(answer.conversation, Retry(answer=answer.pk, **{"model": MODEL} | fields), TEST_RUNNER)


def finish_answer(
    answer: Message, text: str = "An answer.", state: str = "complete", ending: str = "finished"
) -> Message:
    """Write an answer to its end."""
    assert answer.finish(state=state, ending=ending, content=text_content(text))
    answer.refresh_from_db()
    return answer


def create_conversation(owner, *questions: str):
    """A conversation in which every question has been answered."""
    first, *others = questions or ["The first question."]
    conversation = finish_answer(begin(owner, first)).conversation
    for question in others:
        finish_answer(ask(conversation, question))
    return conversation


def store_bytes(content: bytes) -> StoredFile:
    with transaction.atomic():
        return StoredFile.store(ContentFile(content), hashlib.sha256(content).hexdigest())


def create_file(owner, name: str = "notes.txt", content: bytes = b"Notes.", **fields) -> Attachment:
    """A file that nobody has read: a text unless told, with itself as thumbnail where it is an image."""
    stored = store_bytes(content)
    kind = fields.setdefault("kind", "text")
    defaults = {"media_type": "text/plain", "sent_media_type": "text/plain", "size": len(content), "original": stored}
    if kind == "image":
        defaults |= {"media_type": "image/png", "sent_media_type": "image/png", "thumbnail": stored}
    return Attachment.objects.create(owner=owner, name=name, **defaults | fields)


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
