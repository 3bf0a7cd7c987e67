"""The site works with plain forms when JavaScript is disabled."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation, Message
from tests.history import begin, create_conversation, finish_answer
from tests.site import eventually

pytestmark = pytest.mark.browser


def send(window, text):
    window.composer.fill(text)
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Send").click()


def open_options(window, conversation):
    """The page that renames and deletes."""
    window.page.goto(f"/conversations/{conversation.pk}/")
    window.page.locator(".heading").get_by_role("link", name="Options: A trip to the coast.").click()


def test_alice_asks_and_reads_the_answer(plain_window):
    send(plain_window, "Good morning [[text]]**Hello** Alice[[/text]]")
    eventually(lambda: Message.objects.filter(state="complete", role="assistant").exists())
    plain_window.page.reload()
    plain_window.expect_shown("article.assistant .prose strong", "Hello")


def test_what_needs_scripts_is_not_offered(plain_window, alice):
    conversation = finish_answer(begin(alice), "```sh\nls\n```").conversation
    plain_window.page.goto(f"/conversations/{conversation.pk}/")
    expect(plain_window.page.get_by_role("button", name="Try again")).to_be_visible()
    expect(plain_window.page.get_by_role("button", name="Copy")).to_have_count(0)


def test_alice_stops_an_answer(plain_window):
    send(plain_window, "Slowly [[rate:10]][[chars:3000]]")
    plain_window.page.get_by_role("button", name="Stop").first.click()
    eventually(lambda: Message.objects.get(role="assistant").state == "stopped")


def test_refreshing_shows_the_text_so_far_where_it_is(plain_window, alice):
    conversation = create_conversation(alice, *["A question."] * 15)
    plain_window.page.goto(f"/conversations/{conversation.pk}/")
    send(plain_window, "Slowly [[rate:20]][[chars:9000]]")
    answer = Message.objects.get(state="writing")
    for length in (20, 300):
        eventually(lambda least=length: len(Message.objects.get(pk=answer.pk).text) > least)
        with plain_window.page.expect_navigation():
            plain_window.page.get_by_role("link", name="Refresh").click()
        plain_window.expect_shown("article.assistant .prose", "Note 1. A small")
        expect(plain_window.page.locator(f"#m-{answer.pk} h2")).to_be_in_viewport()
        plain_window.page.wait_for_timeout(1000)  # the next address is another one
    plain_window.page.get_by_role("button", name="Stop").first.click()


def test_alice_tries_an_answer_again(plain_window, alice):
    conversation = create_conversation(alice, "[[echo:Again.]]")
    plain_window.page.goto(f"/conversations/{conversation.pk}/")
    with plain_window.page.expect_navigation():
        plain_window.page.get_by_role("button", name="Try again").click()
    assert Message.objects.filter(role="assistant").count() == 2


def test_a_refused_question_comes_back_in_the_composer(plain_window):
    send(plain_window, "Slowly [[hang]]")
    send(plain_window, "Too early")
    plain_window.expect_shown("[data-problem]", "still being written")
    expect(plain_window.composer).to_have_value("Too early")


def test_a_refused_title_comes_back_with_a_sentence(plain_window, alice):
    open_options(plain_window, create_conversation(alice, "A trip to the coast."))
    plain_window.page.get_by_label("Title").fill("   ")
    plain_window.page.get_by_role("button", name="Rename").click()
    expect(plain_window.page.get_by_role("alert")).to_have_text("A title needs at least one visible character.")


def test_alice_renames(plain_window, alice):
    open_options(plain_window, create_conversation(alice, "A trip to the coast."))
    plain_window.page.get_by_label("Title").fill("By the sea")
    plain_window.page.get_by_role("button", name="Rename").click()
    plain_window.expect_shown(".heading h1", "By the sea")
    assert Conversation.objects.get().title == "By the sea"


def test_alice_deletes_and_is_shown_the_bin(plain_window, alice):
    open_options(plain_window, create_conversation(alice, "A trip to the coast."))
    plain_window.page.get_by_role("button", name="Delete").click()
    plain_window.page.wait_for_url("**/bin/")
    assert Conversation.objects.get().deleted


def test_alice_restores_from_the_bin(plain_window, alice):
    conversation = create_conversation(alice, "A trip to the coast.")
    conversation.bin()
    plain_window.page.goto("/bin/")
    plain_window.page.get_by_role("button", name="Restore: A trip to the coast.").click()
    plain_window.page.wait_for_url(f"**/conversations/{conversation.pk}/")
    assert Conversation.objects.get().deleted is None


def test_the_chosen_model_is_asked(plain_window):
    plain_window.page.get_by_label("Model").select_option(label="Opus 5.5")
    send(plain_window, "Hi [[rate:0]]")
    eventually(lambda: Message.objects.filter(state="complete", role="assistant", model="claude-opus-5-5").exists())


def test_a_refusal_keeps_the_chosen_model(plain_window):
    plain_window.page.get_by_label("Model").select_option(label="Opus 5.5")
    send(plain_window, "   ")
    plain_window.expect_shown("[data-problem]", "Write a question first.")
    expect(plain_window.page.get_by_label("Model")).to_have_value("claude-opus-5-5")
