"""Editing a question in its place: asking it again, or storing other words for it."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation, Message
from conversations.presentation.wording import CONTINUE
from tests.history import begin, create_conversation, texts
from tests.site import eventually

pytestmark = pytest.mark.browser
QUESTION = "Wy? [[text]]Because.[[/text]]"


@pytest.fixture
def answered_window(window):
    """Alice's window with one answered question."""
    window.ask_and_wait(QUESTION)
    return window


@pytest.fixture
def writing_window(answered_window):
    """The same, with an answer to a second question that is being written."""
    answered_window.ask("Slowly [[rate:20]][[chars:3000]]")
    answered_window.expect_answer("writing")
    yield answered_window
    answered_window.stop()


def edit_field(window):
    return window.page.get_by_label("Edit your question")


def open_first_question(window):
    window.page.get_by_role("button", name="Edit").first.click()


def press(window, name):
    window.page.locator("[data-ask=edit]").get_by_role("button", name=name).click()


def texts_of_thread() -> list[str]:
    return texts(Conversation.objects.get().thread())


# Asking again, and other words


def test_alice_edits_a_question_and_asks_it_again(answered_window):
    answered_window.ask_and_wait("And then? [[text]]Then this.[[/text]]")
    open_first_question(answered_window)
    expect(edit_field(answered_window)).to_have_value(QUESTION)
    edit_field(answered_window).fill("Why? [[text]]A new answer.[[/text]]")
    press(answered_window, "Send")

    answered_window.expect_shown("article.assistant .prose", "A new answer.")
    answered_window.expect_answer("complete")
    expect(answered_window.answers).to_have_count(1)
    answered_window.expect_shown("article.user .rail", "Version 2 of 2")
    assert texts_of_thread() == ["Why? [[text]]A new answer.[[/text]]", "A new answer."]
    assert Message.objects.count() == 6


def test_alice_rewords_a_question_and_keeps_the_answer(answered_window):
    answered_window.button("Edit").click()
    edit_field(answered_window).fill("Why?")
    answered_window.button("Save only").click()

    answered_window.expect_shown("article.user .bubble", "Why?")
    answered_window.expect_shown("article.user .rail", "Version 2 of 2")
    answered_window.expect_shown("article.assistant .prose", "Because.")
    answered_window.expect_shown("article.assistant .note", "Written for an earlier version of this question.")
    expect(edit_field(answered_window)).to_have_count(0)
    expect(answered_window.button("Edit")).to_be_focused()
    assert texts_of_thread() == ["Why?", "Because."]


def test_after_asking_again_alice_writes_on_in_the_composer(answered_window):
    answered_window.button("Edit").click()
    press(answered_window, "Send")
    answered_window.expect_shown("article.user .rail", "Version 2 of 2")
    answered_window.expect_answer("complete")
    expect(answered_window.composer).to_be_focused()


def test_on_a_telephone_asking_again_does_not_open_the_keyboard(touch_window):
    touch_window.page.goto("/")
    touch_window.composer.fill(QUESTION)
    touch_window.button("Send").tap()
    touch_window.expect_answer("complete")
    touch_window.button("Edit").tap()
    press(touch_window, "Send")
    touch_window.expect_shown("article.user .rail", "Version 2 of 2")
    expect(touch_window.answer).to_be_focused()
    expect(touch_window.answer).to_have_css("outline-style", "none")


# Keys


def test_alice_edits_by_keyboard_alone(answered_window):
    answered_window.page.keyboard.press("ArrowUp")
    expect(edit_field(answered_window)).to_be_focused()
    expect(edit_field(answered_window)).to_have_value(QUESTION)
    answered_window.page.keyboard.press("Shift+Enter")
    answered_window.page.keyboard.type("[[text]]Once more.[[/text]]")
    answered_window.page.keyboard.press("Enter")

    answered_window.expect_shown("article.user .rail", "Version 2 of 2")
    answered_window.expect_answer("complete")
    assert Message.objects.filter(role="user", text__startswith=f"{QUESTION}\n[[text]]Once").count() == 1


def test_escape_cancels_the_edit_and_does_not_stop_the_answer(writing_window):
    open_first_question(writing_window)
    edit_field(writing_window).fill("Other words")
    writing_window.page.keyboard.press("Escape")

    expect(edit_field(writing_window)).to_have_count(0)
    expect(writing_window.page.locator("article.user .bubble").first).to_have_text(QUESTION)
    expect(writing_window.page.get_by_role("button", name="Edit").first).to_be_focused()
    writing_window.expect_answer("writing")


def test_arrow_up_opens_no_edit_while_the_composer_has_text(answered_window):
    answered_window.composer.fill("One")
    answered_window.composer.press("ArrowUp")
    expect(edit_field(answered_window)).to_have_count(0)


@pytest.mark.parametrize("composing", [{"isComposing": True}, {"keyCode": 229}])
def test_enter_that_ends_a_composition_does_not_send_the_edit(answered_window, composing):
    answered_window.button("Edit").click()
    enter = {"key": "Enter", "bubbles": True, "cancelable": True, **composing}
    edit_field(answered_window).dispatch_event("keydown", enter)
    expect(edit_field(answered_window)).to_be_visible()
    assert Message.objects.count() == 2


# What was typed


@pytest.mark.parametrize("button", ["Send", "Save only"])
def test_a_refused_edit_keeps_its_text_and_says_why(writing_window, button):
    open_first_question(writing_window)
    edit_field(writing_window).fill("Too early")
    press(writing_window, button)

    writing_window.expect_shown("[data-ask=edit] [data-problem]", "still being written")
    expect(edit_field(writing_window)).to_have_value("Too early")
    expect(edit_field(writing_window)).to_be_focused()
    assert Message.objects.count() == 4


def test_an_edit_leaves_the_draft_in_the_composer_alone(answered_window):
    answered_window.composer.fill("Half a thought")
    answered_window.button("Edit").click()
    edit_field(answered_window).fill("Why? [[text]]A new answer.[[/text]]")
    edit_field(answered_window).press("Enter")
    answered_window.expect_shown("article.assistant .prose", "A new answer.")
    answered_window.expect_answer("complete")
    expect(answered_window.composer).to_have_value("Half a thought")


def test_the_draft_of_an_edit_survives_a_reload(answered_window):
    answered_window.button("Edit").click()
    edit_field(answered_window).fill("Half an edit")
    answered_window.page.reload()
    answered_window.button("Edit").click()
    expect(edit_field(answered_window)).to_have_value("Half an edit")


def test_cancelling_deletes_the_draft_of_an_edit(answered_window):
    answered_window.button("Edit").click()
    edit_field(answered_window).fill("Half an edit")
    answered_window.page.get_by_role("link", name="Cancel").click()
    answered_window.button("Edit").click()
    expect(edit_field(answered_window)).to_have_value(QUESTION)


@pytest.mark.parametrize("button", ["Send", "Save only"])
def test_an_accepted_edit_leaves_no_draft(answered_window, button):
    answered_window.button("Edit").click()
    edit_field(answered_window).fill("Why? [[echo:Again.]]")
    press(answered_window, button)
    answered_window.expect_shown("article.user .rail", "Version 2 of 2")
    answered_window.expect_answer("complete")

    answered_window.page.get_by_role("button", name="Previous version").first.click()
    answered_window.expect_shown("article.user .rail", "Version 1 of 2")
    answered_window.button("Edit").click()
    expect(edit_field(answered_window)).to_have_value(QUESTION)


# Without JavaScript


def test_without_scripts_a_question_is_reworded_in_its_place(plain_window, alice):
    conversation = create_conversation(alice, "Wy?")
    plain_window.page.goto(f"/conversations/{conversation.pk}/")
    plain_window.page.get_by_role("button", name="Edit").click()
    expect(edit_field(plain_window)).to_have_value("Wy?")
    expect(edit_field(plain_window)).to_be_focused()
    edit_field(plain_window).fill("Why?")
    plain_window.page.get_by_role("button", name="Save only").click()

    plain_window.expect_shown("article.user .bubble", "Why?")
    plain_window.expect_shown("article.assistant .prose", "An answer.")


def test_without_scripts_an_edited_question_is_asked_again(plain_window, alice):
    conversation = create_conversation(alice, "Wy?")
    plain_window.page.goto(f"/conversations/{conversation.pk}/")
    plain_window.page.get_by_role("button", name="Edit").click()
    edit_field(plain_window).fill("Why? [[text]]Asked again.[[/text]]")
    press(plain_window, "Send")

    eventually(lambda: Message.objects.filter(text="Asked again.", state="complete").exists())
    plain_window.page.reload()
    plain_window.expect_shown("article.user .rail", "Version 2 of 2")


def test_without_scripts_a_refused_edit_comes_back_in_its_place(plain_window, alice):
    conversation = begin(alice, "Slowly").conversation
    plain_window.page.goto(f"/conversations/{conversation.pk}/")
    plain_window.page.get_by_role("button", name="Edit").click()
    edit_field(plain_window).fill("Too early")
    press(plain_window, "Send")

    plain_window.expect_shown("[data-ask=edit] [data-problem]", "still being written")
    expect(edit_field(plain_window)).to_have_value("Too early")
    expect(plain_window.composer).to_have_value("")


def test_what_continue_asks_is_not_offered_for_editing(window, alice):
    conversation = create_conversation(alice, "The harbour.", CONTINUE)
    window.page.goto(f"/conversations/{conversation.pk}/")
    continued = window.page.locator("article.user").last
    expect(continued).to_contain_text("Continued")
    expect(continued.get_by_role("button")).to_have_count(0)
    window.composer.press("ArrowUp")
    expect(edit_field(window)).to_have_value("The harbour.")
    # Without scripts a form is opened by its address.
    window.page.goto(f"/conversations/{conversation.pk}/?edit={continued.get_attribute('data-turn')}")
    expect(edit_field(window)).to_have_count(0)


def test_alice_may_write_what_continue_asks(window, alice):
    window.page.goto(f"/conversations/{create_conversation(alice, 'The harbour.', 'Go on.').pk}/")
    window.composer.press("ArrowUp")
    edit_field(window).fill(CONTINUE)
    press(window, "Save only")
    expect(window.page.locator("article.user").last).to_contain_text("Continued")


def test_without_scripts_a_link_cancels_the_edit(plain_window, alice):
    conversation = create_conversation(alice, "Wy?")
    plain_window.page.goto(f"/conversations/{conversation.pk}/?edit={conversation.thread()[0].pk}")
    plain_window.page.get_by_role("link", name="Cancel").click()
    plain_window.expect_shown("article.user .bubble", "Wy?")
    expect(edit_field(plain_window)).to_have_count(0)
