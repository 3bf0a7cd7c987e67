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
