"""Failures are shown where they happen, and nothing that was typed or read is lost."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation, Message

pytestmark = pytest.mark.browser


def test_an_error_in_mid_stream_is_shown_below_the_text(window):
    window.ask("Break off [[error:overloaded_error:5]]")
    window.expect_answer("failed")
    window.expect_shown("article.assistant .prose")
    window.expect_shown("article.assistant .note.danger")
    expect(window.button("Try again")).to_be_visible()
    expect(window.button("Continue")).to_be_visible()


def test_retries_before_the_first_word_are_shown(window):
    window.ask("Busy at first [[status:529:1:times:1]][[rate:0]]")
    window.expect_shown("[data-waiting]", "Trying again")
    window.expect_answer("complete")


def test_after_a_lost_connection_the_answer_goes_on(window):
    def cut_after_the_first_frame(route):
        response = route.fetch()
        route.fulfill(response=response, body=response.body().split(b"\n\n")[0] + b"\n\n")

    window.page.route("**/conversations/", cut_after_the_first_frame)
    window.ask("Hold the line [[text]]All of it[[/text]]")
    window.expect_answer("complete")
    window.expect_shown("article.assistant .prose", "All of it")


def test_a_page_asks_less_and_less_often_for_an_answer_whose_end_does_not_come(window):
    asked = []

    def cut_after_the_first_frame(route):
        response = route.fetch()
        route.fulfill(response=response, body=response.body().split(b"\n\n")[0] + b"\n\n")

    def send_only_what_is_there(route):
        asked.append(route)
        snapshot = 'event: snapshot\ndata: {"html": "<p>All of it</p>", "tail": ""}\n\n'
        route.fulfill(content_type="text/event-stream", body=snapshot)

    window.page.route("**/conversations/", cut_after_the_first_frame)
    window.page.route("**/messages/*/reply/", send_only_what_is_there)
    window.ask("Hold the line [[text]]All of it[[/text]]")
    window.expect_shown("article.assistant .prose", "All of it")
    window.page.wait_for_timeout(6_000)
    # After half a second, one, two, four …, or half of each.
    assert len(asked) <= 6
    window.page.unroute("**/messages/*/reply/")
    window.expect_answer("complete")


def test_a_fault_of_the_scripts_in_an_answer_is_reported_and_not_tried_again(window):
    asked = []

    def cut_after_the_first_frame(route):
        response = route.fetch()
        route.fulfill(response=response, body=response.body().split(b"\n\n")[0] + b"\n\n")

    def send_what_no_script_expects(route):
        asked.append(route)
        route.fulfill(content_type="text/event-stream", body="event: snapshot\ndata: null\n\n")

    window.page.route("**/conversations/", cut_after_the_first_frame)
    window.page.route("**/messages/*/reply/", send_what_no_script_expects)
    window.ask("Hold the line [[text]]All of it[[/text]]")
    expect(window.answer).not_to_have_attribute("aria-busy", "true")
    expect(window.button("Send")).to_be_visible()
    window.page.wait_for_timeout(1_500)
    expect(window.page.get_by_text("The connection was lost")).to_have_count(0)
    assert len(asked) == 1
    assert "null" in window.take_error()


def test_a_fault_of_the_scripts_is_reported_and_the_list_is_not_asked_for_again(window):
    asked = []

    def send_what_no_script_expects(route):
        asked.append(route)
        route.fulfill(content_type="application/json", body="null")

    window.page.route("**/sidebar/?*", send_what_no_script_expects)
    window.page.wait_for_event("pageerror")
    window.page.wait_for_timeout(4_000)
    assert len(asked) == 1
    assert "null" in window.take_error()


def test_a_response_that_breaks_off_is_a_lost_connection(window):
    window.page.get_by_role("searchbox").focus()
    window.page.wait_for_function("() => Boolean(customElements.get('chat-search'))")
    window.page.evaluate(
        """() => {
          const start = (controller) => controller.error(new TypeError("network error"));
          window.fetch = async () => new Response(new ReadableStream({ start }));
        }"""
    )
    window.page.get_by_role("searchbox").fill("morning")
    window.expect_shown("[data-results]", "The connection was lost")


def test_an_answer_ends_when_the_rows_of_its_conversation_are_deleted(window):
    window.ask("Slowly [[rate:20]][[chars:3000]]")
    window.expect_shown("article.assistant .prose p")
    Conversation.objects.all().delete()
    window.expect_answer("stopped")
    expect(window.button("Send")).to_be_visible()
    expect(window.page.locator("[data-waiting]")).to_be_hidden()


def test_without_a_connection_the_question_stays_until_it_can_be_sent(window):
    window.page.context.set_offline(True)
    window.ask("Are you there?")
    window.expect_shown("[data-problem]", "The connection was lost")
    expect(window.composer).to_have_value("Are you there?")

    window.page.context.set_offline(False)
    window.expect_answer("complete")
    assert Message.objects.filter(role="user").count() == 1
    expect(window.page.locator("[data-problem]").last).to_be_empty()


def test_a_question_whose_response_ends_before_it_begins_stays_until_it_is_sent_again(window):
    window.page.route("**/conversations/", lambda route: route.fulfill(content_type="text/event-stream", body=""))
    window.ask("Are you there?")
    window.expect_shown("[data-problem]", "The connection was lost")
    expect(window.composer).to_have_value("Are you there?")
    window.page.unroute("**/conversations/")
    window.composer.press("Enter")
    window.expect_answer("complete")


def test_a_question_that_was_changed_offline_is_sent_by_alice_herself(window):
    window.page.context.set_offline(True)
    window.ask("Are you there?")
    window.expect_shown("[data-problem]", "The connection was lost")
    window.composer.fill("Are you back?")
    window.page.context.set_offline(False)
    expect(window.page.locator("[data-connection]")).to_be_hidden()
    assert not Message.objects.exists()
    window.composer.press("Enter")
    window.expect_answer("complete")
    assert Message.objects.get(role="user").text == "Are you back?"


def test_a_notice_says_that_the_browser_is_offline(window):
    window.page.context.set_offline(True)
    window.expect_shown("[data-connection]", "You are offline.")
    expect(window.status).to_contain_text("You are offline.")
    window.page.context.set_offline(False)
    expect(window.page.locator("[data-connection]")).to_be_hidden()


def test_the_error_of_a_retry_is_said_once_and_goes_when_it_succeeds(window):
    window.ask_and_wait("Hello [[rate:0]]")
    window.page.context.set_offline(True)
    for _ in range(2):
        window.button("Try again").click()
        expect(window.page.locator(".note[role=alert]")).to_have_count(1)
    window.page.context.set_offline(False)
    window.button("Try again").click()
    expect(window.page.locator(".note[role=alert]")).to_have_count(0)
    window.expect_answer("complete")


def test_a_question_that_is_refused_stays_in_the_composer(window):
    for _ in range(3):
        window.page.goto("/")
        window.ask("Wait for me [[hang]]")
        window.expect_answer("writing")
    window.page.goto("/")
    window.ask("A fourth one")
    window.expect_shown("[data-problem]", "as many running answers")
    expect(window.composer).to_have_value("A fourth one")


def test_a_draft_survives_a_reload(window):
    window.composer.fill("Half a thought")
    window.page.reload()
    expect(window.composer).to_have_value("Half a thought")


def stored_drafts(page):
    return [key for key in page.evaluate("Object.keys(localStorage)") if key.startswith("draft:")]


@pytest.mark.parametrize("place", ["/", "/settings/tokens/", "/accounts/logout/"])
def test_signing_out_anywhere_deletes_the_drafts(window, place):
    window.composer.fill("Half a thought")
    window.page.goto(place)
    assert stored_drafts(window.page)
    window.button("Sign out").click()
    expect(window.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert stored_drafts(window.page) == []


def test_a_page_that_was_open_at_the_sign_out_does_not_store_its_draft_again(window):
    other_tab = window.page.context.new_page()
    other_tab.goto("/")
    other_tab.get_by_label("Write to Claude").fill("Half a thought in the other tab")
    window.button("Sign out").click()
    expect(window.page.get_by_role("heading", name="Sign in")).to_be_visible()
    other_tab.goto("/accounts/login/")
    assert stored_drafts(other_tab) == []


def test_a_draft_is_deleted_when_its_question_was_sent(window):
    window.ask_and_wait("A whole thought")
    window.page.goto("/")
    expect(window.composer).to_have_value("")
