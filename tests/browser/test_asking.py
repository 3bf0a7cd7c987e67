"""Asking, watching the answer, stopping it, coming back to it."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation, Message
from tests.site import eventually

pytestmark = pytest.mark.browser
SLOW = "Tell me a long story [[rate:20]][[chars:4000]]"


def test_alice_asks_and_sees_the_answer(window):
    window.ask_and_wait("Good morning [[text]]**Hello** Alice[[/text]]")
    window.expect_shown("article.assistant .prose strong", "Hello")
    expect(window.composer).to_have_value("")
    expect(window.composer).to_be_focused()
    assert Message.objects.get(role="assistant").text == "**Hello** Alice"


def test_a_new_conversation_gets_its_address_and_a_place_in_the_list(window):
    window.ask_and_wait("Good morning [[text]]Hello[[/text]]")
    conversation = Conversation.objects.get()
    assert window.page.url.endswith(f"/conversations/{conversation.pk}/")
    window.expect_shown("[role=navigation] a[aria-current=page]", conversation.title)


def test_a_second_question_is_asked_in_the_new_conversation(window):
    window.ask_and_wait("One [[echo:First.]]")
    window.ask_and_wait("Two [[echo:Second.]]")
    assert Conversation.objects.get().messages.count() == 4


def test_the_page_shows_that_claude_has_not_begun_to_write(window):
    window.ask("Think about it [[delay:2]]")
    window.expect_shown("[data-waiting]", "Claude is answering")
    window.expect_answer("complete")


def test_screen_readers_hear_of_the_beginning_and_the_end(window):
    window.ask("Think about it [[delay:2]]")
    expect(window.status).to_have_text("Claude is answering")
    window.expect_answer("complete")
    expect(window.status).to_have_text("Answer complete")


def test_alice_stops_with_the_button(window):
    window.ask(SLOW)
    window.expect_shown("article.assistant .prose p")
    window.stop()
    window.expect_shown("article.assistant .note", "You stopped this answer.")
    expect(window.status).to_have_text("Answer stopped")
    expect(window.button("Send")).to_be_visible()
    assert Message.objects.get(role="assistant").state == "stopped"


def test_alice_stops_with_escape(window):
    window.ask(SLOW)
    window.expect_shown("article.assistant .prose p")
    window.page.keyboard.press("Escape")
    window.expect_answer("stopped")


def test_alice_reloads_and_sees_what_was_written_before_and_after(window):
    window.ask(SLOW)
    window.expect_shown("article.assistant .prose p")
    text = window.answer.locator(".prose").inner_text()

    window.page.reload()
    window.expect_answer("writing")
    eventually(lambda: window.answer.locator(".prose").inner_text().startswith(text[:40]))
    window.stop()


def test_alice_tries_an_answer_again(window):
    window.ask_and_wait("One more time [[rate:0]]")
    window.button("Try again").click()
    eventually(lambda: Message.objects.filter(role="assistant", state="complete").count() == 2)
    expect(window.answers).to_have_count(1)
    window.expect_answer("complete")
    window.page.reload()
    window.expect_shown("article.assistant .rail", "Version 2 of 2")


def test_alice_continues_an_answer_that_was_cut(window):
    window.ask_and_wait("As much as fits [[max_tokens]][[rate:0]]")
    window.button("Continue").click()
    expect(window.answers).to_have_count(2)
    window.expect_answer("complete")
    assert Message.objects.filter(role="user").count() == 2


def test_a_finished_answer_looks_the_same_after_a_reload(window):
    window.ask_and_wait("Show me code and a table [[rate:0]]")
    streamed_html = window.answer.locator("[data-committed]").inner_html()
    window.page.reload()
    assert window.answer.locator("[data-committed]").inner_html() == streamed_html


def test_a_hebrew_list_has_its_bullets_on_the_right(window):
    window.ask_and_wait("[[text]]- שלום\n- עולם[[/text]]")
    assert window.answer.locator(".prose ul").evaluate("list => getComputedStyle(list).direction") == "rtl"


def test_an_answer_that_ends_before_its_turn_is_rendered_is_no_error(window):
    window.page.evaluate(
        """async () => {
            const { Progress } = await import("/static/js/progress.js");
            const progress = new Progress(document.createElement("article"));
            progress.show("thinking");
            progress.end();
        }"""
    )
