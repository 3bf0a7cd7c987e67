"""The pictures of the README: a conversation beside others, in light and dark."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from conversations.models import Conversation
from tests.history import create_conversation

pytestmark = pytest.mark.browser
QUESTION = "Add up expenses.csv by category in Python"
#: Titles of other conversations, with their age in days.
OTHERS = {
    "Nightly backup script": 0,
    "Interest on a loan over four years": 0,
    "Customers without recent orders": 1,
    "Agenda for Thursday’s team meeting": 1,
    "Review before the merge": 3,
    "A long weekend in Porto": 4,
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_conversation_for_the_readme(open_window, alice, pictures, scheme):
    for title, days in OTHERS.items():
        conversation = create_conversation(alice, title)
        updated = timezone.now() - timedelta(days=days, minutes=5)
        Conversation.objects.filter(pk=conversation.pk).update(title=title, updated=updated)
    Conversation.objects.get(title="Nightly backup script").set_pinned(True)
    size = {"width": 1280, "height": 860}
    window = open_window(alice, viewport=size, color_scheme=scheme, reduced_motion="reduce")
    window.page.goto("/")
    window.ask_and_wait(QUESTION)
    window.page.locator("chat-thread").evaluate("thread => thread.scrollTo(0, 0)")
    expect(window.page.locator(".bubble").first).to_be_in_viewport()
    expect(window.page.get_by_role("link", name="A long weekend in Porto")).to_be_visible()
    window.page.screenshot(path=pictures / f"images/chat-{scheme}.png")
