"""Choosing the model in the composer."""

import re

import pytest
from playwright.sync_api import expect

from conversations.models import Message, Preferences
from tests.site import eventually

pytestmark = pytest.mark.browser
SONNET, HAIKU, OPUS = "claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5-5"


def picker(window):
    return window.page.get_by_label("Model", exact=True)


def models_of_answers() -> list[str]:
    return list(Message.objects.filter(role="assistant").order_by("created").values_list("model", flat=True))


def test_the_chosen_model_is_asked_and_stays_chosen(window):
    expect(picker(window)).to_have_value(SONNET)
    picker(window).select_option(label="Opus 5.5")
    window.ask_and_wait("One. [[rate:0]]")
    expect(picker(window)).to_have_value(OPUS)
    window.ask_and_wait("Two. [[rate:0]]")
    window.page.reload()
    expect(picker(window)).to_have_value(OPUS)
    assert models_of_answers() == [OPUS, OPUS]


def test_alice_chooses_by_keyboard(window):
    expect(window.composer).to_be_focused()
    window.page.keyboard.type("By keyboard. [[rate:0]]")
    window.page.keyboard.press("Tab")
    expect(window.button("Send")).to_be_focused()
    window.page.keyboard.press("Tab")
    expect(picker(window)).to_be_focused()
    window.page.keyboard.press("ArrowDown")
    window.page.keyboard.press("Shift+Tab")
    window.page.keyboard.press("Enter")
    window.expect_answer("complete")
    assert models_of_answers() == [HAIKU]


def test_a_retry_asks_the_chosen_model(window):
    window.ask_and_wait("Hello [[rate:0]]")
    picker(window).select_option(label="Haiku 5.5")
    window.button("Try again").click()
    eventually(lambda: models_of_answers() == [SONNET, HAIKU])
    window.expect_answer("complete")


def test_continuing_asks_the_chosen_model(window):
    window.ask_and_wait("As much as fits [[max_tokens]][[rate:0]]")
    picker(window).select_option(label="Opus 5.5")
    window.button("Continue").click()
    eventually(lambda: models_of_answers() == [SONNET, OPUS])
    window.expect_answer("complete")


def test_a_model_that_is_no_longer_offered_is_removed_and_the_question_stays(window):
    picker(window).evaluate(
        "(select) => { select.append(new Option('Opus 4', 'claude-opus-4')); select.value = 'claude-opus-4'; }"
    )
    window.ask("Still there? [[rate:0]]")
    window.expect_shown("[data-problem]", "This model is not offered here.")
    expect(window.composer).to_have_value("Still there? [[rate:0]]")
    expect(picker(window)).to_have_value(SONNET)

    window.composer.press("Enter")
    window.expect_answer("complete")
    assert models_of_answers() == [SONNET]


def test_where_the_only_model_is_withdrawn_alice_reads_that_it_is_not_offered(window):
    window.page.route("**/", leave_one_model)
    window.page.reload()
    expect(picker(window)).to_have_count(0)
    refusal = {"error": "This model is not offered here.", "code": "model"}
    window.page.route("**/conversations/", lambda route: route.fulfill(status=400, json=refusal))
    window.ask("Still there?")
    window.expect_shown("[data-problem]", "This model is not offered here.")
    expect(window.composer).to_have_value("Still there?")
    assert window.errors == []


def leave_one_model(route):
    """The page as it is where there is no model to choose."""
    response = route.fetch()
    page = re.sub(r'(?s)<select id="model".*?</select>', "", response.text())
    route.fulfill(response=response, body=page)


# Effort


def effort(window):
    return window.page.get_by_label("Effort", exact=True)


def test_the_chosen_effort_and_model_are_remembered_for_new_conversations(window, alice):
    effort(window).select_option(label="High effort")
    picker(window).select_option(label="Opus 5.5")
    eventually(lambda: Preferences.objects.filter(user=alice, model=OPUS, effort="high").exists())
    window.page.goto("/")
    expect(effort(window)).to_have_value("high")
    expect(picker(window)).to_have_value(OPUS)


def test_the_chosen_effort_is_sent_with_questions_and_retries(window, stand_in):
    effort(window).select_option(label="Low effort")
    window.ask_and_wait("Hello [[rate:0]]")
    effort(window).select_option(label="High effort")
    window.button("Try again").click()
    eventually(lambda: len(stand_in.recorded()) == 2)
    window.expect_answer("complete")
    assert [record["body"]["output_config"]["effort"] for record in stand_in.recorded()] == ["low", "high"]


def test_there_is_no_effort_to_choose_for_a_model_that_takes_none(window):
    picker(window).evaluate(
        "(select) => { select.options[1].dataset.efforts = ''; select.selectedIndex = 1;"
        " select.dispatchEvent(new Event('change', { bubbles: true })); }"
    )
    expect(effort(window)).to_be_hidden()
    picker(window).select_option(label="Opus 5.5")
    expect(effort(window)).to_be_visible()


def test_only_what_the_model_takes_can_be_chosen_and_the_nearest_is_chosen_instead(window):
    picker(window).select_option(label="Haiku 5.5")
    effort(window).select_option(label="No thinking")
    picker(window).select_option(label="Opus 5.5")
    expect(effort(window)).to_have_value("low")
    expect(effort(window).locator("option[value=off]")).to_be_disabled()
