"""The choice of a model in the composer."""

import pytest
from playwright.sync_api import expect

from conversations.models import Message
from tests.site import eventually

pytestmark = pytest.mark.browser
SONNET, HAIKU, OPUS = "claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5-5"


def picker(window):
    return window.page.get_by_label("Model", exact=True)


def answers() -> list[str]:
    return list(Message.objects.filter(role="assistant").order_by("created").values_list("model", flat=True))


def test_alice_chooses_who_answers_and_the_choice_holds_for_what_follows(window):
    expect(picker(window)).to_have_value(SONNET)
    picker(window).select_option(label="Opus 5.5")
    window.ask("One. [[rate:0]]")
    window.answer_is("complete")
    expect(picker(window)).to_have_value(OPUS)
    window.ask("Two. [[rate:0]]")
    expect(window.answers).to_have_count(2)
    window.answer_is("complete")
    window.page.reload()
    expect(picker(window)).to_have_value(OPUS)
    assert answers() == [OPUS, OPUS]


def test_alice_chooses_by_keyboard(window):
    expect(window.question).to_be_focused()
    window.page.keyboard.type("By keyboard. [[rate:0]]")
    window.page.keyboard.press("Tab")
    expect(window.button("Send")).to_be_focused()
    window.page.keyboard.press("Tab")
    expect(picker(window)).to_be_focused()
    window.page.keyboard.press("ArrowDown")
    window.page.keyboard.press("Shift+Tab")
    window.page.keyboard.press("Enter")
    window.answer_is("complete")
    assert answers() == [HAIKU]


def test_an_answer_is_tried_again_and_continued_by_the_chosen_model(window):
    window.ask("As much as fits [[max_tokens]][[rate:0]]")
    window.answer_is("complete")
    picker(window).select_option(label="Haiku 5.5")
    window.button("Try again").click()
    eventually(lambda: answers() == [SONNET, HAIKU])
    window.answer_is("complete")
    picker(window).select_option(label="Opus 5.5")
    window.button("Continue").click()
    eventually(lambda: answers() == [SONNET, HAIKU, OPUS])
    window.answer_is("complete")


def test_a_model_that_has_gone_meanwhile_is_refused_and_the_choice_falls_back(window):
    picker(window).evaluate(
        "(select) => { select.append(new Option('Opus 4', 'claude-opus-4')); select.value = 'claude-opus-4'; }"
    )
    window.ask("Still there? [[rate:0]]")
    window.shows("[data-problem]", "This model is not offered here.")
    expect(window.question).to_have_value("Still there? [[rate:0]]")
    expect(picker(window)).to_have_value(SONNET)
    window.question.press("Enter")
    window.answer_is("complete")
    assert answers() == [SONNET]
