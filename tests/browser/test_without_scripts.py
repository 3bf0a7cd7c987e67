"""The site works by plain forms, with scripts switched off."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation, Message
from tests.history import begin, create_conversation, finish_answer
from tests.site import eventually

pytestmark = pytest.mark.browser


def send(window, text):
    window.question.fill(text)
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Send").click()


def test_alice_signs_in_asks_and_reads_the_answer(plain):
    send(plain, "Good morning [[text]]**Hello** Alice[[/text]]")
    eventually(lambda: Message.objects.filter(state="complete", role="assistant").exists())
    plain.page.reload()
    plain.shows("article.assistant .prose strong", "Hello")


def test_what_only_scripts_can_do_is_not_offered(plain, alice):
    conversation = finish_answer(begin(alice), "```sh\nls\n```").conversation
    plain.page.goto(f"/conversations/{conversation.pk}/")
    expect(plain.page.get_by_role("button", name="Try again")).to_be_visible()
    expect(plain.page.get_by_role("button", name="Copy")).to_have_count(0)


def test_alice_stops_and_tries_again(plain):
    send(plain, "Slowly [[rate:10]][[chars:3000]]")
    plain.page.get_by_role("button", name="Stop").first.click()
    eventually(lambda: Message.objects.get(role="assistant").state == "stopped")
    plain.page.reload()
    plain.page.get_by_role("button", name="Try again").click()
    assert Message.objects.filter(role="assistant").count() == 2


def test_a_refused_question_comes_back_in_the_composer(plain):
    send(plain, "Slowly [[hang]]")
    send(plain, "Too early")
    plain.shows("[data-problem]", "still being written")
    expect(plain.question).to_have_value("Too early")


def test_alice_renames_and_is_told_what_is_wrong_with_a_title(plain, alice):
    create_conversation(alice, "A trip to the coast.")
    plain.page.goto("/conversations/")
    plain.page.locator("main").get_by_role("link", name="Options: A trip to the coast.").click()
    plain.page.get_by_label("Title").fill("   ")
    plain.page.get_by_role("button", name="Rename").click()
    expect(plain.page.get_by_role("alert")).to_have_text("A title needs at least one letter.")
    plain.page.get_by_label("Title").fill("By the sea")
    plain.page.get_by_role("button", name="Rename").click()
    plain.shows(".heading h1", "By the sea")
    assert Conversation.objects.get().title == "By the sea"


def test_alice_deletes_and_puts_back(plain, alice):
    conversation = create_conversation(alice, "A trip to the coast.")
    plain.page.goto(f"/conversations/{conversation.pk}/")
    plain.page.locator(".heading").get_by_role("link", name="Options: A trip to the coast.").click()
    plain.page.get_by_role("button", name="Delete").click()
    plain.page.wait_for_url("**/bin/")
    assert Conversation.objects.get().deleted
    plain.page.get_by_role("button", name="Put back: A trip to the coast.").click()
    plain.page.wait_for_url(f"**/conversations/{conversation.pk}/")
    assert Conversation.objects.get().deleted is None


def test_alice_chooses_the_model_and_a_refusal_keeps_the_choice(plain):
    plain.page.get_by_label("Model").select_option(label="Opus 5.5")
    send(plain, "   ")
    plain.shows("[data-problem]", "Write a question first.")
    expect(plain.page.get_by_label("Model")).to_have_value("claude-opus-5-5")
    send(plain, "Hi [[rate:0]]")
    eventually(lambda: Message.objects.filter(state="complete", role="assistant", model="claude-opus-5-5").exists())
