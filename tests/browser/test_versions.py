"""The switch between versions of a question and of an answer, and the details of an answer."""

import pytest
from playwright.sync_api import expect

from conversations.models import Message
from tests.browser.test_accessibility import SCREENS, check
from tests.browser.window import checked_screen
from tests.history import create_conversation, finish_answer, retry
from tests.site import eventually

pytestmark = pytest.mark.browser


def two_answers(alice, *after: str):
    """A conversation whose first question has two answers, of which the first was gone on with."""
    conversation = create_conversation(alice, "One.", *after)
    finish_answer(retry(conversation.thread()[1], model="claude-opus-5-5"), "Another one.")
    return conversation


def opened(window_of, alice, conversation, **options):
    window = window_of(alice, **options)
    window.page.goto(f"/conversations/{conversation.pk}/")
    return window


def step(window, name):
    return window.page.get_by_role("button", name=f"{name} version")


def test_alice_switches_between_two_answers(window_of, alice):
    window = opened(window_of, alice, two_answers(alice, "Two.", "Three."))
    window.shows("article.assistant .rail", "Opus 5.5")
    expect(step(window, "Next")).to_be_disabled()
    step(window, "Previous").click()
    expect(window.answers).to_have_count(3)
    window.shows("article.assistant:nth-of-type(2) .rail", "Version 1 of 2")
    expect(window.page.get_by_role("status")).to_have_text("Version 1 of 2")
    step(window, "Next").click()
    expect(window.answers).to_have_count(1)
    window.shows("article.assistant .prose", "Another one.")


def test_the_switch_keeps_the_focus_the_place_and_the_draft(window_of, alice):
    window = opened(window_of, alice, two_answers(alice, *(f"Question {number}." for number in range(12))))
    window.question.fill("Half a thought")
    step(window, "Previous").focus()
    place = step(window, "Previous").bounding_box()["y"]
    window.page.keyboard.press("Enter")
    expect(step(window, "Next")).to_be_focused()
    assert abs(step(window, "Next").bounding_box()["y"] - place) <= 2
    window.page.keyboard.press("Space")
    expect(step(window, "Previous")).to_be_focused()
    assert abs(step(window, "Previous").bounding_box()["y"] - place) <= 2
    expect(window.question).to_have_value("Half a thought")


def test_a_turn_that_is_far_up_is_switched_where_it_stands(window_of, alice):
    conversation = two_answers(alice, *(f"Question {number}." for number in range(25)))
    window = opened(window_of, alice, conversation)
    step(window, "Previous").click()
    expect(window.answers).to_have_count(26)
    expect(step(window, "Next")).to_be_focused()
    expect(window.page.locator("article.user").last).to_contain_text("Question 24.")


def test_an_answer_goes_on_while_alice_looks_at_another_version(window_of, alice):
    window = opened(window_of, alice, create_conversation(alice, "Slowly [[rate:30]][[chars:2500]]"))
    window.button("Try again").click()
    window.shows("article.assistant .prose p")
    step(window, "Previous").click()
    window.shows("article.assistant .prose", "An answer.")
    expect(window.button("Stop")).to_be_visible()
    step(window, "Next").click()
    window.answer_is("writing")
    before = len(window.answer.locator(".prose").inner_text())
    eventually(lambda: len(window.answer.locator(".prose").inner_text()) > before)
    step(window, "Previous").click()
    window.button("Stop").click()
    eventually(lambda: not Message.objects.writing().exists())
    step(window, "Next").click()
    window.answer_is("stopped")


def test_a_new_version_shows_its_place_while_it_is_written_and_afterwards(window):
    window.ask("Once more [[rate:50]][[chars:400]]")
    window.answer_is("complete")
    window.button("Try again").click()
    window.answer_is("writing")
    window.shows("article.assistant .rail", "Version 2 of 2")
    window.answer_is("complete")
    window.shows("article.assistant .rail", "Version 2 of 2")


def test_without_scripts_versions_are_switched_by_a_form(plain, alice):
    plain.page.goto(f"/conversations/{two_answers(alice, 'Two.').pk}/")
    step(plain, "Previous").click()
    expect(plain.answers).to_have_count(2)
    step(plain, "Next").click()
    plain.shows("article.assistant .prose", "Another one.")


def test_details_are_closed_until_alice_opens_them_streamed_and_stored(window):
    window.ask("Good morning [[text]]Hello[[/text]]")
    window.answer_is("complete")
    for _streamed_then_stored in range(2):
        cost = window.answer.get_by_text("Cost", exact=True)
        expect(cost).to_be_hidden()
        window.answer.get_by_text("Details", exact=True).press("Enter")
        expect(cost).to_be_visible()
        expect(window.answer.locator(".details")).to_contain_text("Sonnet 5.5")
        window.page.reload()


def test_what_opens_at_the_end_of_the_page_comes_into_sight(window):
    window.ask("A long one [[chars:3000]][[rate:0]]")
    window.answer_is("complete")
    window.answer.get_by_text("Details", exact=True).click()
    expect(window.answer.locator(".details dd").last).to_be_in_viewport()


def test_on_paper_there_is_the_text_and_no_control(window_of, alice):
    window = opened(window_of, alice, two_answers(alice))
    window.button("Edit").click()
    window.page.emulate_media(media="print")
    expect(window.page.locator(".bubble")).to_be_visible()
    expect(window.page.locator("button:visible, form.edit:visible, .details:visible")).to_have_count(0)


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_open_forms_versions_and_details_are_no_obstacle(window_of, alice, width, scheme):
    conversation = two_answers(alice)
    conversation.reword(conversation.thread()[0].pk, "Uno.")
    screen = checked_screen(width, scheme)
    window = opened(window_of, alice, conversation, **screen)
    window.answer.get_by_text("Details", exact=True).click()
    check(window, None)
    window.button("Edit").click()
    check(window, None)
