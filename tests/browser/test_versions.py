"""Switching between the versions of a question or an answer, and the details of an answer."""

import pytest
from playwright.sync_api import expect

from conversations.models import Message
from tests.history import create_conversation, finish_answer, retry
from tests.site import eventually

pytestmark = pytest.mark.browser


def create_two_answers(alice, *more_questions: str):
    """A conversation whose first question has two answers. The second one is shown; below the first is the rest."""
    conversation = create_conversation(alice, "One.", *more_questions)
    finish_answer(retry(conversation.thread()[1], model="claude-opus-5-5"), "Another one.")
    return conversation


def open_conversation(window, conversation):
    window.page.goto(f"/conversations/{conversation.pk}/")


def version_button(window, name):
    return window.page.get_by_role("button", name=f"{name} version")


def test_the_switch_shows_the_branch_of_the_other_answer(window, alice):
    open_conversation(window, create_two_answers(alice, "Two.", "Three."))
    window.expect_shown("article.assistant .rail", "Opus 5.5")
    expect(version_button(window, "Next")).to_be_disabled()

    version_button(window, "Previous").click()
    expect(window.answers).to_have_count(3)
    window.expect_shown("article.assistant:nth-of-type(2) .rail", "Version 1 of 2")

    version_button(window, "Next").click()
    expect(window.answers).to_have_count(1)
    window.expect_shown("article.assistant .prose", "Another one.")


def test_screen_readers_hear_which_version_is_shown(window, alice):
    open_conversation(window, create_two_answers(alice))
    version_button(window, "Previous").click()
    expect(window.status).to_have_text("Version 1 of 2")


def test_the_switch_keeps_the_focus_and_its_place(window, alice):
    open_conversation(window, create_two_answers(alice, *(f"Question {number}." for number in range(12))))
    version_button(window, "Previous").focus()
    top = version_button(window, "Previous").bounding_box()["y"]

    window.page.keyboard.press("Enter")
    expect(version_button(window, "Next")).to_be_focused()
    assert abs(version_button(window, "Next").bounding_box()["y"] - top) <= 2

    window.page.keyboard.press("Space")
    expect(version_button(window, "Previous")).to_be_focused()
    assert abs(version_button(window, "Previous").bounding_box()["y"] - top) <= 2


def test_the_switch_leaves_the_draft_in_the_composer_alone(window, alice):
    open_conversation(window, create_two_answers(alice))
    window.composer.fill("Half a thought")
    version_button(window, "Previous").click()
    window.expect_shown("article.assistant .prose", "An answer.")
    expect(window.composer).to_have_value("Half a thought")


def test_a_turn_further_up_than_one_page_is_switched_in_its_place(window, alice):
    open_conversation(window, create_two_answers(alice, *(f"Question {number}." for number in range(25))))
    version_button(window, "Previous").click()
    expect(window.answers).to_have_count(26)
    expect(version_button(window, "Next")).to_be_focused()
    expect(window.page.locator("article.user").last).to_contain_text("Question 24.")


def test_an_answer_grows_while_another_version_is_shown(window, alice):
    open_conversation(window, create_conversation(alice, "Slowly [[rate:30]][[chars:2500]]"))
    window.button("Try again").click()
    window.expect_shown("article.assistant .prose p")
    version_button(window, "Previous").click()
    window.expect_shown("article.assistant .prose", "An answer.")

    version_button(window, "Next").click()
    window.expect_answer("writing")
    length = len(window.answer.locator(".prose").inner_text())
    eventually(lambda: len(window.answer.locator(".prose").inner_text()) > length)
    window.stop()


def test_an_answer_can_be_stopped_while_another_version_is_shown(window, alice):
    open_conversation(window, create_conversation(alice, "Slowly [[rate:30]][[chars:2500]]"))
    window.button("Try again").click()
    window.expect_shown("article.assistant .prose p")
    version_button(window, "Previous").click()
    window.expect_shown("article.assistant .prose", "An answer.")

    window.button("Stop").click()
    eventually(lambda: not Message.objects.writing().exists())
    version_button(window, "Next").click()
    window.expect_answer("stopped")


def test_a_new_version_shows_its_number_while_it_is_written_and_afterwards(window):
    window.ask_and_wait("Once more [[rate:50]][[chars:400]]")
    window.button("Try again").click()
    window.expect_answer("writing")
    window.expect_shown("article.assistant .rail", "Version 2 of 2")
    window.expect_answer("complete")
    window.expect_shown("article.assistant .rail", "Version 2 of 2")


def test_without_scripts_a_form_switches_versions(plain_window, alice):
    open_conversation(plain_window, create_two_answers(alice, "Two."))
    version_button(plain_window, "Previous").click()
    expect(plain_window.answers).to_have_count(2)
    version_button(plain_window, "Next").click()
    plain_window.expect_shown("article.assistant .prose", "Another one.")


@pytest.mark.parametrize("is_reloaded", [False, True])
def test_details_are_closed_until_alice_opens_them(window, is_reloaded):
    window.ask_and_wait("Good morning [[text]]Hello[[/text]]")
    if is_reloaded:
        window.page.reload()
    cost = window.answer.get_by_text("Cost", exact=True)
    expect(cost).to_be_hidden()
    window.answer.get_by_text("Details", exact=True).press("Enter")
    expect(cost).to_be_visible()
    expect(window.answer.locator(".details")).to_contain_text("Sonnet 5.5")


def test_details_at_the_end_of_the_page_are_scrolled_into_view(window):
    window.ask_and_wait("A long one [[chars:3000]][[rate:0]]")
    window.answer.get_by_text("Details", exact=True).click()
    expect(window.answer.locator(".details dd").last).to_be_in_viewport()


def test_on_paper_there_is_the_text_without_controls(window, alice):
    open_conversation(window, create_two_answers(alice))
    window.button("Edit").click()
    window.page.emulate_media(media="print")
    expect(window.page.locator(".bubble")).to_be_visible()
    expect(window.page.locator("button:visible, form.edit:visible, .details:visible")).to_have_count(0)
