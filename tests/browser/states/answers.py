"""Answers that ended in another way than by being complete."""

from functools import partial

from conversations.models import Message
from conversations.presentation import wording
from tests.browser.states import Arrangement
from tests.history import create_conversation

ANSWER = "Start with the two largest tables, and measure before you add an"
#: Before the first word of an answer, most failures leave no text.
WITHOUT_TEXT = {"content": [], "text": ""}
CUT_FAILURES = {"upstream_truncated", "reply_too_long"}
STATES = {"shutdown": "interrupted", "lost": "interrupted"}


def show_end(stage, **fields):
    """Show an answer whose row has these values."""
    conversation = create_conversation(stage.alice, "Which indexes do these tables need?")
    content = [{"type": "text", "text": ANSWER}]
    fields = {"content": content, "text": ANSWER, "html_version": 0} | fields
    Message.objects.filter(pk=conversation.head_id).update(**fields)
    stage.window.page.goto(f"/conversations/{conversation.pk}/")
    return stage.window.answer


ARRANGEMENTS: dict[str, Arrangement] = {"no-text": partial(show_end, **WITHOUT_TEXT)}
for ending in wording.ENDINGS:
    ARRANGEMENTS[ending] = partial(show_end, state=STATES.get(ending, "stopped"), ending=ending)
# `access_ended` is told to readers whose access has ended, and never stored.
for code in wording.ERRORS.keys() - {"access_ended"}:
    failure = {"state": "failed", "ending": "failed", "error_code": code}
    ARRANGEMENTS[code] = partial(show_end, **failure, **({} if code in CUT_FAILURES else WITHOUT_TEXT))
for reason in wording.STOP_REASONS:
    ARRANGEMENTS[reason] = partial(show_end, stop_reason=reason, **(WITHOUT_TEXT if reason == "refusal" else {}))
