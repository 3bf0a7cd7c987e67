"""The styles of steps, which a page has from where it has the first step."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation
from tests.history import ask, finish_answer
from tests.using_tools import create_answer_with_step, finish_with_step

pytestmark = pytest.mark.browser


def test_steps_that_are_loaded_with_older_turns_have_their_styles(open_window, alice):
    create_answer_with_step(alice)
    conversation = Conversation.objects.get()
    for number in range(25):
        finish_answer(ask(conversation, f"Question {number}."))
    window = open_window(alice)
    window.page.goto(f"/conversations/{conversation.pk}/")
    styles = window.page.locator("head link[href*='css/tools']")
    expect(styles).to_have_count(0)
    window.page.locator(".older a").click()
    expect(window.page.locator(".step")).to_have_count(1)
    expect(styles).to_have_count(1)


def test_the_first_step_in_a_page_that_was_opened_without_tools_has_its_styles(window):
    styles = window.page.locator("head link[href*='css/tools']")
    expect(styles).to_have_count(0)
    window.ask("[[rate:0]][[tool:clock:{}]]What time is it?")
    expect(window.page.locator(".step")).to_have_count(1)
    expect(styles).to_have_count(1)


def test_a_page_with_steps_does_not_load_their_styles_again_with_older_turns(open_window, alice):
    create_answer_with_step(alice)
    conversation = Conversation.objects.get()
    for number in range(25):
        finish_answer(ask(conversation, f"Question {number}."))
    finish_with_step(ask(conversation, "And another one?"))
    window = open_window(alice)
    window.page.goto(f"/conversations/{conversation.pk}/")
    window.page.locator(".older a").click()
    expect(window.page.locator(".step")).to_have_count(2)
    expect(window.page.locator("link[href*='css/tools']")).to_have_count(1)
