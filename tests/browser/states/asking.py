"""Questions that are being asked, cannot be sent or are refused, and answers that are being written."""

import json
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from playwright.sync_api import expect

from conversations.forms import MAX_QUESTION_LENGTH, question_text
from conversations.models import (
    AnswerInBin,
    Busy,
    FileGone,
    HeadMoved,
    KeyReused,
    PriceUnknown,
    Summary,
    TooManyRunning,
    TooManyTurns,
    Unsendable,
)
from conversations.models.content import text_content
from conversations.presentation import wording
from conversations.replies import Draining
from conversations.views.refusals import status_and_sentence
from tests.browser.states import Stage, by_name
from tests.history import MODEL, create_conversation

QUESTION = "Which indexes do these tables need?"
REFUSALS = {
    "busy": Busy(),
    "stale": HeadMoved(),
    "key-reused": KeyReused(),
    "answer-in-bin": AnswerInBin(),
    "price-unknown": PriceUnknown(),
    "too-many-running": TooManyRunning(),
    "too-many-turns": TooManyTurns(),
    "draining": Draining(),
    "file-gone": FileGone(),
}
for reason in wording.UNSENDABLE:
    REFUSALS[f"unsendable-{reason}"] = Unsendable(reason, model="Haiku 4.5", limit=20, count=21)


def dock(stage):
    return stage.window.page.locator(".dock")


def open_conversation(stage: Stage):
    conversation = create_conversation(stage.alice, "What are these tables for?")
    stage.window.page.goto(f"/conversations/{conversation.pk}/")
    return conversation


def ask_slowly(stage, markers):
    stage.window.page.goto("/")
    stage.window.ask(f"{QUESTION} {markers}")
    stage.window.expect_answer("writing")
    return stage.window.answer


def empty(stage):
    stage.window.page.goto("/")
    return stage.window.page.locator("main")


def waiting(stage):
    return ask_slowly(stage, "[[hang]]")


def thinking(stage):
    return ask_slowly(stage, "[[thinking:Let me see.]][[rate:1]][[stall:1]]")


def stalled(stage):
    return ask_slowly(stage, "[[nothinking]][[echo:Start with the two largest tables]][[stall:3]]")


def retrying(stage):
    return ask_slowly(stage, "[[status:529:9:times:1]]")


def reconnecting(stage):
    page = stage.window.page
    page.route("**/messages/*/reply/", lambda route: route.abort())
    page.route("**/conversations/", cut_after_the_first_frame)
    return ask_slowly(stage, "[[echo:Hm.]]")


def cut_after_the_first_frame(route) -> None:
    response = route.fetch()
    route.fulfill(response=response, body=response.body().split(b"\n\n")[0] + b"\n\n")


#: The stream of a question goes on with what the page gets while an end cannot be stored.
STREAM_WITH_SAVING = """
  const { fetch } = window;
  window.fetch = async (...request) => {
    const response = await fetch(...request);
    if (!response.headers.get("Content-Type").startsWith("text/event-stream")) return response;
    const { value } = await response.body.getReader().read();
    const saving = new TextEncoder().encode("event: saving\\ndata: {}\\n\\n");
    const body = new ReadableStream({ start: (stream) => [value, saving].forEach((chunk) => stream.enqueue(chunk)) });
    return new Response(body, { headers: response.headers });
  };
"""


def saving(stage):
    stage.window.page.add_init_script(STREAM_WITH_SAVING)
    return ask_slowly(stage, "[[hang]]")


def queued(stage):
    ask_slowly(stage, "[[hang]]")
    stage.window.ask("And which ones can go?")
    return dock(stage)


def offline(stage):
    open_conversation(stage)
    stage.window.page.context.set_offline(True)
    return dock(stage)


def unsent(stage):
    open_conversation(stage)
    stage.window.page.route("**/messages/", lambda route: route.abort())
    stage.window.ask(QUESTION)
    return dock(stage)


def signed_out(stage):
    open_conversation(stage)
    stage.window.page.context.clear_cookies(name="session")
    stage.window.ask(QUESTION)
    expect(stage.window.page.get_by_label("Password")).to_be_focused()
    return stage.window.page.get_by_role("dialog")


def deleted_elsewhere(stage):
    open_conversation(stage).bin()
    return stage.window.page.locator("[data-deleted-notice]")


def gone(stage):
    open_conversation(stage).delete()
    stage.window.ask(QUESTION)
    return dock(stage)


def undo(stage):
    open_conversation(stage)
    stage.window.page.locator(".heading [data-menu]").click()
    stage.window.page.get_by_role("menuitem", name="Delete").click()
    return stage.window.page.locator("chat-toast")


def nothing_to_summarize(stage):
    """All that is above the last turn is summarised already."""
    conversation = create_conversation(stage.alice, "What are these tables for?", "And the chairs?")
    Summary.store(conversation.thread()[1].pk, model=MODEL, content=text_content("Tables."), text="Tables.")
    stage.window.page.goto(f"/conversations/{conversation.pk}/")
    stage.window.page.locator(".heading [data-menu]").click()
    stage.window.page.get_by_role("menuitem", name="Summarise older turns").click()
    return stage.window.page.locator("chat-toast")


def ask_and_be_refused(stage, *, status, sentence):
    """Have the server refuse a question for a reason that would take much to bring about."""
    open_conversation(stage)
    body = json.dumps({"error": sentence})
    stage.window.page.route("**/messages/", lambda route: route.fulfill(status=status, body=body))
    stage.window.ask(QUESTION)
    return dock(stage)


def too_long(stage):
    with pytest.raises(ValidationError) as refused:
        question_text("x" * (MAX_QUESTION_LENGTH + 1))
    return ask_and_be_refused(stage, status=400, sentence=refused.value.messages[0])


ARRANGEMENTS = by_name(
    empty,
    waiting,
    thinking,
    stalled,
    retrying,
    reconnecting,
    saving,
    queued,
    offline,
    unsent,
    signed_out,
    deleted_elsewhere,
    gone,
    undo,
    nothing_to_summarize,
    too_long,
)
for name, error in REFUSALS.items():
    status, sentence, _headers = status_and_sentence(error)
    ARRANGEMENTS[name] = partial(ask_and_be_refused, status=status, sentence=sentence)
