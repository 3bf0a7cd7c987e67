"""The site works by plain forms, with scripts switched off."""

import pytest
from playwright.sync_api import expect

from conversations.models import Message
from tests.site import eventually

pytestmark = pytest.mark.browser


def send(window, text):
    window.question.fill(text)
    window.page.get_by_role("button", name="Send").click()


def test_alice_signs_in_asks_and_reads_the_answer(plain):
    send(plain, "Good morning [[text]]**Hello** Alice[[/text]]")
    eventually(lambda: Message.objects.filter(state="complete", role="assistant").exists())
    plain.page.reload()
    plain.shows("article.assistant .prose strong", "Hello")


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
