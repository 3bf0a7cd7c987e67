"""Ask, watch, stop, come back: what Alice sees in her window."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation, Message
from tests.site import eventually

pytestmark = pytest.mark.browser
SLOW = "Tell me a long story [[rate:20]][[chars:4000]]"


def test_alice_asks_and_sees_the_reply_appear(window):
    window.ask("Good morning [[text]]**Hello** Alice[[/text]]")
    window.answer_is("complete")
    window.shows("article.assistant .prose strong", "Hello")
    expect(window.question).to_have_value("")
    expect(window.question).to_be_focused()
    conversation = Conversation.objects.get()
    assert window.page.url.endswith(f"/conversations/{conversation.pk}/")
    window.shows("nav a[aria-current=page], [role=navigation] a[aria-current=page]", conversation.title)
    assert conversation.messages.get(role="assistant").text == "**Hello** Alice"


def test_the_wait_for_the_first_word_is_visible(window):
    window.ask("Think about it [[delay:2]]")
    window.shows("[data-waiting]", "Claude is answering")
    expect(window.page.get_by_role("status")).to_have_text("Claude is answering")
    window.answer_is("complete")
    expect(window.page.get_by_role("status")).to_have_text("Answer complete")


def test_alice_stops_with_the_button(window):
    window.ask(SLOW)
    window.shows("article.assistant .prose p")
    window.button("Stop").click()
    window.answer_is("stopped")
    window.shows("article.assistant .note", "You stopped this answer.")
    expect(window.button("Send")).to_be_visible()
    assert Message.objects.get(role="assistant").state == "stopped"


def test_alice_stops_with_escape(window):
    window.ask(SLOW)
    window.shows("article.assistant .prose p")
    window.page.keyboard.press("Escape")
    window.answer_is("stopped")


def test_alice_reloads_in_the_middle_and_sees_everything(window):
    window.ask(SLOW)
    window.shows("article.assistant .prose p")
    seen = window.answer.locator(".prose").inner_text()
    window.page.reload()
    window.answer_is("writing")
    window.shows("article.assistant .prose p")
    eventually(lambda: window.answer.locator(".prose").inner_text().startswith(seen[:40]))
    window.button("Stop").click()
    window.answer_is("stopped")


def test_alice_has_an_answer_tried_again(window):
    window.ask("One more time [[rate:0]]")
    window.answer_is("complete")
    window.button("Try again").click()
    window.answer_is("complete")
    eventually(lambda: Message.objects.filter(role="assistant", state="complete").count() == 2)
    expect(window.answers).to_have_count(1)
    window.page.reload()
    window.shows("article.assistant .rail", "Version 2 of 2")


def test_alice_continues_an_answer_that_was_cut(window):
    window.ask("As much as fits [[max_tokens]][[rate:0]]")
    window.answer_is("complete")
    window.button("Continue").click()
    expect(window.answers).to_have_count(2)
    window.answer_is("complete")
    assert Message.objects.filter(role="user").count() == 2


def test_a_finished_answer_looks_the_same_after_a_reload(window):
    window.ask("Show me code and a table [[rate:0]]")
    window.answer_is("complete")
    streamed = window.answer.locator("[data-committed]").inner_html()
    window.page.reload()
    assert window.answer.locator("[data-committed]").inner_html() == streamed


def test_a_hebrew_list_has_its_bullets_on_its_own_side(window):
    window.ask("[[text]]- שלום\n- עולם[[/text]]")
    window.answer_is("complete")
    assert window.answer.locator(".prose ul").evaluate("list => getComputedStyle(list).direction") == "rtl"
