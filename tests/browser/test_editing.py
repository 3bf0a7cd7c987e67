"""Editing a question: with the mouse, by keyboard, without scripts, with and without asking again."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation, Message
from tests.history import texts
from tests.site import eventually

pytestmark = pytest.mark.browser
ASKED = "Wy? [[text]]Because.[[/text]]"


@pytest.fixture
def asked(window):
    """Alice's window with one answered question."""
    window.ask(ASKED)
    window.answer_is("complete")
    return window


def field(window):
    return window.page.get_by_label("Edit your question")


def press(window, name):
    window.page.locator("[data-ask=edit]").get_by_role("button", name=name).click()


def thread():
    return texts(Conversation.objects.get().thread())


def test_alice_edits_a_question_and_asks_again(asked):
    asked.ask("And then? [[text]]Then this.[[/text]]")
    expect(asked.answers).to_have_count(2)
    asked.answer_is("complete")
    asked.page.get_by_role("button", name="Edit").first.click()
    expect(field(asked)).to_have_value(ASKED)
    field(asked).fill("Why? [[text]]A new answer.[[/text]]")
    press(asked, "Send")
    asked.shows("article.assistant .prose", "A new answer.")
    asked.answer_is("complete")
    expect(asked.answers).to_have_count(1)
    asked.shows("article.user .rail", "Version 2 of 2")
    assert thread() == ["Why? [[text]]A new answer.[[/text]]", "A new answer."]
    assert Message.objects.count() == 6


def test_alice_corrects_a_word_and_keeps_the_answers(asked):
    asked.button("Edit").click()
    field(asked).fill("Why?")
    asked.button("Save only").click()
    asked.shows("article.user .bubble", "Why?")
    asked.shows("article.user .rail", "Version 2 of 2")
    asked.shows("article.assistant .prose", "Because.")
    asked.shows("article.assistant .note", "Written for an earlier version of this question.")
    expect(field(asked)).to_have_count(0)
    expect(asked.button("Edit")).to_be_focused()
    assert thread() == ["Why?", "Because."]


def test_alice_edits_by_keyboard_alone(asked):
    asked.page.keyboard.press("ArrowUp")
    expect(field(asked)).to_be_focused()
    expect(field(asked)).to_have_value(ASKED)
    asked.page.keyboard.press("Shift+Enter")
    asked.page.keyboard.type("[[text]]Once more.[[/text]]")
    asked.page.keyboard.press("Enter")
    asked.shows("article.user .rail", "Version 2 of 2")
    asked.answer_is("complete")
    assert Message.objects.filter(role="user", text__startswith=f"{ASKED}\n[[text]]Once").count() == 1


def test_escape_brings_the_question_back_and_does_not_stop_the_answer(asked):
    asked.ask("Slowly [[rate:20]][[chars:3000]]")
    asked.answer_is("writing")
    asked.page.get_by_role("button", name="Edit").first.click()
    field(asked).fill("Other words")
    asked.page.keyboard.press("Escape")
    expect(field(asked)).to_have_count(0)
    expect(asked.page.locator("article.user .bubble").first).to_have_text(ASKED)
    expect(asked.page.get_by_role("button", name="Edit").first).to_be_focused()
    expect(asked.answer).to_have_attribute("data-state", "writing")
    asked.button("Stop").click()
    asked.answer_is("stopped")


def test_arrow_up_leaves_what_is_being_written_alone(asked):
    asked.question.fill("One")
    asked.question.press("ArrowUp")
    expect(field(asked)).to_have_count(0)


def test_enter_that_ends_a_composition_does_not_send_the_edit(asked):
    asked.button("Edit").click()
    for init in ({"isComposing": True}, {"keyCode": 229}):
        field(asked).dispatch_event("keydown", {"key": "Enter", "bubbles": True, "cancelable": True, **init})
    expect(field(asked)).to_be_visible()
    assert Message.objects.count() == 2


@pytest.mark.parametrize("button", ["Send", "Save only"])
def test_a_refused_edit_keeps_what_was_typed_and_says_why(asked, button):
    asked.ask("Slowly [[rate:20]][[chars:3000]]")
    asked.answer_is("writing")
    asked.page.get_by_role("button", name="Edit").first.click()
    field(asked).fill("Too early")
    press(asked, button)
    asked.shows("[data-ask=edit] [data-problem]", "still being written")
    expect(field(asked)).to_have_value("Too early")
    expect(field(asked)).to_be_focused()
    assert Message.objects.count() == 4
    asked.button("Stop").click()
    asked.answer_is("stopped")


def test_an_edit_leaves_the_draft_in_the_composer(asked):
    asked.question.fill("Half a thought")
    asked.button("Edit").click()
    field(asked).fill("Why? [[text]]A new answer.[[/text]]")
    field(asked).press("Enter")
    asked.shows("article.assistant .prose", "A new answer.")
    asked.answer_is("complete")
    expect(asked.question).to_have_value("Half a thought")


def test_a_half_done_edit_is_there_again_after_a_reload_until_it_is_cancelled(asked):
    asked.button("Edit").click()
    field(asked).fill("Half an edit")
    asked.page.reload()
    asked.button("Edit").click()
    expect(field(asked)).to_have_value("Half an edit")
    asked.page.get_by_role("link", name="Cancel").click()
    asked.button("Edit").click()
    expect(field(asked)).to_have_value(ASKED)


@pytest.mark.parametrize("button", ["Send", "Save only"])
def test_an_edit_that_was_accepted_is_forgotten_as_a_draft(asked, button):
    asked.button("Edit").click()
    field(asked).fill("Why? [[echo:Again.]]")
    press(asked, button)
    asked.shows("article.user .rail", "Version 2 of 2")
    asked.answer_is("complete")
    asked.page.get_by_role("button", name="Previous version").first.click()
    asked.shows("article.user .rail", "Version 1 of 2")
    asked.button("Edit").click()
    expect(field(asked)).to_have_value(ASKED)


def test_the_focus_stays_with_the_turns_when_a_question_is_asked_again(asked):
    asked.button("Edit").click()
    press(asked, "Send")
    asked.shows("article.user .rail", "Version 2 of 2")
    asked.answer_is("complete")
    expect(asked.answer).to_be_focused()


def test_without_scripts_a_question_is_edited_in_its_place(plain):
    plain.question.fill(ASKED)
    with plain.page.expect_navigation():
        plain.page.get_by_role("button", name="Send").click()
    eventually(lambda: Message.objects.filter(state="complete", role="assistant").exists())
    plain.page.reload()
    plain.page.get_by_role("button", name="Edit").click()
    expect(field(plain)).to_have_value(ASKED)
    expect(field(plain)).to_be_focused()
    field(plain).fill("Why?")
    plain.page.get_by_role("button", name="Save only").click()
    plain.shows("article.user .bubble", "Why?")
    plain.shows("article.assistant .prose", "Because.")
    plain.page.get_by_role("button", name="Edit").click()
    field(plain).fill("Why? [[text]]Asked again.[[/text]]")
    press(plain, "Send")
    eventually(lambda: Message.objects.filter(text="Asked again.", state="complete").exists())
    plain.page.reload()
    plain.shows("article.user .rail", "Version 3 of 3")


def test_without_scripts_a_refused_edit_comes_back_in_its_place(plain):
    plain.question.fill("Slowly [[hang]]")
    plain.page.get_by_role("button", name="Send").click()
    plain.page.get_by_role("button", name="Edit").click()
    field(plain).fill("Too early")
    press(plain, "Send")
    plain.shows("[data-ask=edit] [data-problem]", "still being written")
    expect(field(plain)).to_have_value("Too early")
    expect(plain.question).to_have_value("")
    plain.page.get_by_role("link", name="Cancel").click()
    plain.shows("article.user .bubble", "Slowly")
