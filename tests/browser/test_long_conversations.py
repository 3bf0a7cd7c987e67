"""A conversation that outgrows the window of its model, as Alice sees it."""

import pytest
from playwright.sync_api import expect

from chatsite.standin.models import POCKET
from conversations.models import Conversation, Summary
from tests.browser.accessibility import check_accessibility
from tests.history import create_conversation, create_usage

pytestmark = pytest.mark.browser
LONG = "[[nothinking]][[rate:0]][[chars:2600]]"


@pytest.fixture
def window(open_window, pocket_site, alice):
    """Alice's window, in which she asks the model with the small window."""
    window = open_window(alice)
    window.page.goto(pocket_site.url)
    window.page.get_by_label("Model", exact=True).select_option(POCKET)
    return window


def summaries(window):
    return window.page.locator("details.summary")


def test_older_turns_are_summarised_where_they_stand_and_the_conversation_goes_on(window):
    for number in range(4):
        window.ask_and_wait(f"Question {number} about harbours. {LONG}")
    expect(summaries(window)).to_have_count(0)
    window.ask("And then? [[echo:It goes on.]]")
    window.expect_answer("complete")

    expect(window.answer).to_contain_text("It goes on.")
    expect(summaries(window)).to_have_count(1)
    expect(summaries(window)).to_contain_text("Summary of the 8 turns above")
    summaries(window).locator("summary").click()
    expect(summaries(window)).to_contain_text("Question 0 about harbours.")
    check_accessibility(window)
    place = summaries(window).locator("xpath=ancestor::article").get_attribute("data-turn")
    window.page.reload()
    expect(window.page.locator(f'[data-turn="{place}"] details.summary')).to_have_count(1)
    expect(window.page.locator(".left-out")).to_have_count(0)
    window.ask_and_wait("And now? [[echo:Still.]]")
    expect(summaries(window)).to_have_count(1)


def test_the_page_says_that_it_summarises_while_it_waits(window):
    window.ask_and_wait(f"Question 0. [[summary:delay:3]] {LONG}")
    for number in range(1, 4):
        window.ask_and_wait(f"Question {number}. {LONG}")
    window.ask("And then? [[echo:It goes on.]]")
    expect(window.answer.locator("[data-waiting-text]")).to_have_text("Summarising earlier turns …")
    window.expect_answer("complete")


def test_alice_summarises_older_turns_from_the_menu(window):
    window.ask_and_wait("The harbour. [[echo:It is calm.]]")
    window.ask_and_wait("The boats. [[echo:They are red.]]")
    window.page.locator(".heading [data-menu]").click()
    window.page.get_by_role("menuitem", name="Summarise older turns").click()
    expect(summaries(window)).to_contain_text("Summary of the 2 turns above")
    assert Summary.objects.get().conversation == Conversation.objects.get()


def test_the_meter_goes_when_claude_counts_less_than_was_estimated(open_window, alice, site):
    conversation = create_conversation(alice)
    create_usage(alice, conversation=conversation, message=conversation.head, input_tokens=850_000)
    window = open_window(alice)
    window.page.goto(f"/conversations/{conversation.pk}/")
    expect(window.answer).to_be_visible()
    expect(window.page.locator("context-meter")).to_have_count(0)
