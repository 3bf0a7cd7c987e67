"""Where things stand in a wide window."""

import pytest
from django.utils import timezone

from conversations.models import Conversation
from tests.history import create_conversation

pytestmark = pytest.mark.browser


def test_the_first_group_begins_at_the_top_of_the_list(open_window, alice):
    conversation = create_conversation(alice)
    page = open_window(alice).page
    page.goto("/")
    top = page.get_by_role("heading", name="Today").bounding_box()["y"]
    Conversation.objects.filter(pk=conversation.pk).update(pinned=timezone.now())
    page.reload()
    assert page.get_by_role("heading", name="Pinned").bounding_box()["y"] == top


def test_the_menu_of_the_open_conversation_is_beside_the_sidebar(open_window, alice):
    window = open_window(alice, viewport={"width": 1280, "height": 800})
    window.page.goto(f"/conversations/{create_conversation(alice, 'Hi').pk}/")
    window.page.locator(".heading [data-menu]").click()
    sidebar, menu = window.page.locator("#sidebar").bounding_box(), window.page.get_by_role("menu").bounding_box()
    assert menu["x"] >= sidebar["x"] + sidebar["width"]
