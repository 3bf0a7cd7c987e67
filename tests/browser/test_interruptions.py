"""What goes wrong is said in its place, and nothing typed or read is lost."""

import pytest
from playwright.sync_api import expect

from conversations.models import Message

pytestmark = pytest.mark.browser


def test_an_error_in_mid_stream_is_shown_below_the_text(window):
    window.ask("Break off [[error:overloaded_error:5]]")
    window.answer_is("failed")
    window.shows("article.assistant .prose")
    window.shows("article.assistant .note.danger")
    expect(window.button("Try again")).to_be_visible()
    expect(window.button("Continue")).to_be_visible()


def test_retries_before_the_first_word_are_shown(window):
    window.ask("Busy at first [[status:529:1:times:1]][[rate:0]]")
    window.shows("[data-waiting]", "Trying again")
    window.answer_is("complete")


def test_a_dropped_connection_is_picked_up_again(window):
    window.page.route("**/conversations/", _cut_after_the_start)
    window.ask("Hold the line [[text]]All of it[[/text]]")
    window.answer_is("complete")
    window.shows("article.assistant .prose", "All of it")


def _cut_after_the_start(route):
    """The connection breaks right after the first frame."""
    response = route.fetch()
    route.fulfill(response=response, body=response.body().split(b"\n\n")[0] + b"\n\n")


def test_without_a_connection_the_question_stays(window):
    window.page.context.set_offline(True)
    window.ask("Are you there?")
    window.shows("[data-problem]", "The connection was lost")
    expect(window.question).to_have_value("Are you there?")
    window.page.context.set_offline(False)
    window.question.press("Enter")
    window.answer_is("complete")
    assert Message.objects.filter(role="user").count() == 1


def test_a_session_that_has_ended_keeps_the_question(window):
    window.page.context.clear_cookies(name="session")
    window.ask("Do you know me?")
    window.shows("[data-problem]", "Your session has ended")
    expect(window.question).to_have_value("Do you know me?")


def test_a_question_that_is_refused_stays_in_the_composer(window_of, alice):
    window = window_of(alice)
    window.page.goto("/")
    for _ in range(3):
        window.page.goto("/")
        window.ask("Wait for me [[hang]]")
        window.answer_is("writing")
    window.page.goto("/")
    window.ask("A fourth one")
    window.shows("[data-problem]", "as many running answers")
    expect(window.question).to_have_value("A fourth one")


def test_a_draft_survives_a_reload_and_goes_once_it_is_sent(window):
    window.question.fill("Half a thought")
    window.page.reload()
    expect(window.question).to_have_value("Half a thought")
    window.question.press("Enter")
    window.answer_is("complete")
    window.page.goto("/")
    expect(window.question).to_have_value("")
