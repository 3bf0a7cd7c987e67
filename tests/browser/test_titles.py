"""The title of a new conversation, as Alice sees it change."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation

pytestmark = pytest.mark.browser


def test_the_better_title_takes_its_place_above_and_beside_the_conversation(window_of, titling_site, alice):
    window = window_of(alice)
    window.page.goto(titling_site.url)
    window.ask("What is compound interest? [[rate:20]][[chars:4000]][[title:delay:1]]")
    window.shows(".heading h1", "What is compound interest?")
    window.shows(".heading h1", "Compound interest")
    window.shows("nav a[aria-current=page], [role=navigation] a[aria-current=page]", "Compound interest")
    expect(window.page).to_have_title("Compound interest")
    assert Conversation.objects.get().title == "Compound interest"
    window.button("Stop").click()
    window.answer_is("stopped")
