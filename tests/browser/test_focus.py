"""Where the focus is while answers come and go: never lost, never taken from somebody who has put it elsewhere."""

import pytest
from playwright.sync_api import expect

from tests.history import create_conversation

pytestmark = pytest.mark.browser
SLOWLY = "Slowly [[rate:20]][[chars:400]]"
BRIEFLY = "Hello [[text]]Hi.[[/text]]"


def focus_is_somewhere(window):
    return window.page.evaluate("document.activeElement !== document.body")


def test_the_picker_keeps_the_focus_when_the_answer_ends(window):
    window.ask("Slowly [[rate:40]][[chars:300]]")
    window.answer_is("writing")
    window.page.get_by_label("Model").focus()
    window.answer_is("complete")
    expect(window.button("Send")).to_be_visible()
    expect(window.page.get_by_label("Model")).to_be_focused()


@pytest.mark.parametrize("how", ["Enter", "click"])
def test_who_presses_send_can_write_on(window, how):
    window.question.fill(BRIEFLY)
    if how == "click":
        window.button("Send").click()
    else:
        window.button("Send").press("Enter")
    window.answer_is("complete")
    expect(window.question).to_be_focused()


def test_continue_does_not_lose_the_focus(window):
    window.ask("Hello [[max_tokens]]")
    window.answer_is("complete")
    window.button("Continue").press("Enter")
    expect(window.answers).to_have_count(2)
    window.answer_is("complete")
    assert focus_is_somewhere(window)


def test_a_refused_retry_gives_the_focus_back(window):
    window.ask(BRIEFLY)
    window.answer_is("complete")
    window.page.route("**/reply/", lambda route: route.abort())
    window.button("Try again").press("Enter")
    window.shows("article.assistant .note", "The connection was lost.")
    expect(window.button("Try again")).to_be_focused()


def test_escape_that_ends_a_composition_does_not_stop_the_answer(window):
    window.ask(SLOWLY)
    window.answer_is("writing")
    window.question.evaluate("""(field) => field.dispatchEvent(new KeyboardEvent("keydown",
      {key: "Escape", isComposing: true, bubbles: true, cancelable: true}))""")
    window.answer_is("complete")


def test_a_title_that_comes_while_the_field_is_open_is_not_undone_by_leaving_it(window):
    window.ask(BRIEFLY)
    window.answer_is("complete")
    window.page.locator(".heading [data-menu]").click()
    window.page.get_by_role("menuitem", name="Rename").click()
    window.page.evaluate("document.dispatchEvent(new CustomEvent('chat:title', {detail: {title: 'Arrived'}}))")
    window.question.focus()
    expect(window.page.locator(".rename")).to_have_count(0)
    expect(window.page.locator("h1")).to_have_text("Arrived")


def test_words_in_the_box_stay_while_another_form_asks(window):
    window.ask(BRIEFLY)
    window.answer_is("complete")
    held = []
    window.page.route("**/messages/", lambda route: held.append(route))
    window.ask("My words")
    window.button("Try again").click()
    window.shows("article.assistant .rail", "Version 2 of 2")
    held[0].fulfill(status=409, content_type="application/json", body='{"error": "Busy."}')
    window.shows("#problem", "Busy.")
    expect(window.question).to_have_value("My words")


@pytest.fixture
def long(window, alice):
    """Alice's window with a conversation of which the last turns are shown."""
    conversation = create_conversation(alice, *[f"Question {n}." for n in range(30)])
    window.page.goto(f"/conversations/{conversation.pk}/")
    return window


def test_earlier_turns_come_above_without_losing_the_focus_or_the_place(long):
    first = long.page.locator("article").first.get_attribute("data-turn")
    long.page.get_by_role("link", name="Show earlier turns").press("Enter")
    expect(long.page.get_by_text("Question 0.").first).to_be_attached()
    expect(long.page.locator(f'[data-turn="{first}"]')).to_be_focused()
    expect(long.page.locator(f'[data-turn="{first}"]')).to_be_in_viewport()


def test_earlier_turns_that_cannot_be_had_are_asked_for_in_vain_with_a_sentence(long):
    long.page.route("**/?before=*", lambda route: route.abort())
    long.page.get_by_role("link", name="Show earlier turns").press("Enter")
    long.shows("chat-toast", "The connection was lost.")
    expect(long.page.get_by_role("link", name="Show earlier turns")).to_be_focused()
