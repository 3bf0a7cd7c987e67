"""The generated title of a new conversation, as Alice sees it arrive."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation

pytestmark = pytest.mark.browser


def test_the_generated_title_replaces_the_first_one_everywhere(open_window, titling_site, alice):
    window = open_window(alice)
    window.page.goto(titling_site.url)
    window.ask("What is compound interest? [[rate:20]][[chars:4000]][[title:delay:1]]")
    window.expect_shown(".heading h1", "What is compound interest?")

    window.expect_shown(".heading h1", "Compound interest")
    window.expect_shown("[role=navigation] a[aria-current=page]", "Compound interest")
    expect(window.page).to_have_title("Compound interest")
    assert Conversation.objects.get().title == "Compound interest"
    window.stop()


def test_a_title_that_comes_after_a_short_answer_is_shown_without_a_reload(open_window, titling_site, alice):
    window = open_window(alice)
    window.page.goto(titling_site.url)
    window.ask_and_wait("Explain compound interest[[echo:Yes.]][[title:delay:2]]")
    expect(window.page).not_to_have_title("Compound interest")

    window.expect_shown(".heading h1", "Compound interest")
    window.expect_shown("[role=navigation] a[aria-current=page]", "Compound interest")
    expect(window.page).to_have_title("Compound interest")


def test_a_late_title_does_not_keep_alice_from_asking_on(open_window, titling_site, alice):
    window = open_window(alice)
    window.page.goto(titling_site.url)
    window.ask_and_wait("Explain compound interest[[echo:Yes.]][[title:delay:3]]")
    window.ask_and_wait("And then? [[echo:More.]]")
    expect(window.page).not_to_have_title("Compound interest")
    window.expect_shown(".heading h1", "Compound interest")
    assert Conversation.objects.get().messages.count() == 4
