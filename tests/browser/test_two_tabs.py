"""A conversation that is open in two tabs of Alice's browser."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation, Message
from tests.browser.window import Window
from tests.history import create_conversation
from tests.site import eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def tabs(window, alice):
    """Two tabs with the same conversation of one turn."""
    second = Window(window.page.context.new_page())
    path = f"/conversations/{create_conversation(alice, 'The first question.').pk}/"
    for tab in (window, second):
        tab.page.goto(path)
    yield window, second
    assert second.errors == []


def look_at(tab):
    """Come back to a tab."""
    tab.page.evaluate("window.dispatchEvent(new Event('focus'))")


def test_what_was_asked_in_the_first_tab_is_shown_and_can_be_stopped_in_the_second(tabs):
    first, second = tabs
    first.ask("Slowly [[rate:10]][[chars:3000]]")
    expect(first.answers).to_have_count(2)
    look_at(second)
    expect(second.answers).to_have_count(2)
    second.stop()
    first.expect_answer("stopped")


def test_a_finished_answer_of_the_first_tab_is_shown_in_the_second_once(tabs):
    first, second = tabs
    first.ask_and_wait("[[echo:The second answer.]]")
    look_at(second)
    look_at(second)
    expect(second.answers).to_have_count(2)
    expect(second.answer.locator(".prose")).to_have_text("The second answer.")
    expect(second.page.get_by_role("button", name="Continue", exact=True)).to_have_count(0)


def test_coming_back_while_a_question_is_being_sent_shows_it_once(tabs):
    first, _second = tabs
    first.ask("Slowly [[delay:1]][[echo:An answer.]]")
    look_at(first)
    first.expect_answer("complete")
    look_at(first)
    expect(first.answers).to_have_count(2)


def test_what_a_process_of_the_version_before_does_not_send_is_not_switched_on_and_off(window, alice):
    conversation = create_conversation(alice, "The first question.")

    def leave_out(route):
        response = route.fetch()
        data = response.json()
        del data["conversation"]["summarizable"]
        route.fulfill(response=response, json=data)

    window.page.goto(f"/conversations/{conversation.pk}/")
    window.page.route("**/sidebar/*", leave_out)
    heading = window.page.locator(".heading")
    for title in ("One", "Two"):
        conversation.rename(title)
        expect(heading).to_have_text(title)
        expect(heading).not_to_have_attribute("data-summarizable", "")
    window.page.unroute("**/sidebar/*")


def test_an_edited_question_of_the_first_tab_takes_the_place_of_the_old_one_in_the_second(tabs):
    first, second = tabs
    first.button("Edit").click()
    first.page.get_by_label("Edit your question").fill("[[echo:Other words.]]")
    first.page.locator("form.edit").get_by_role("button", name="Send").click()
    eventually(lambda: Message.objects.filter(text="Other words.").exists())
    look_at(second)
    expect(second.answer.locator(".prose")).to_have_text("Other words.")
    expect(second.answers).to_have_count(1)


def test_what_is_being_edited_stays_when_another_tab_has_asked(tabs):
    first, second = tabs
    second.button("Edit").click()
    second.page.get_by_label("Edit your question").fill("Half a thought")
    first.ask_and_wait("[[echo:An answer.]]")
    look_at(second)
    second.page.wait_for_timeout(500)
    expect(second.page.get_by_label("Edit your question")).to_have_value("Half a thought")


def test_a_page_that_shows_everything_is_sent_nothing(tabs):
    first, _second = tabs
    with first.page.expect_response("**/conversations/*/?head=*") as response:
        look_at(first)
    assert response.value.status == 204


# Without coming back: both are visible, as on two devices


WITHIN_MS = 2500


def test_a_question_asked_elsewhere_appears_by_itself(tabs):
    first, second = tabs
    first.ask_and_wait("[[echo:The second answer.]]")
    expect(second.answers).to_have_count(2, timeout=WITHIN_MS)
    expect(second.answer.locator(".prose")).to_have_text("The second answer.")


def test_a_title_given_elsewhere_appears_by_itself(tabs):
    first, second = tabs
    conversation = Conversation.objects.get()
    conversation.rename("By the sea")
    for tab in (first, second):
        expect(tab.page.locator(".heading h1")).to_have_text("By the sea", timeout=WITHIN_MS)
        expect(tab.page.locator("chat-sidebar [data-label]")).to_have_text("By the sea")


def test_a_deletion_elsewhere_is_said_and_can_be_undone(tabs):
    _first, second = tabs
    Conversation.objects.get().bin()
    notice = second.page.get_by_text("This conversation was deleted elsewhere.").first
    expect(notice).to_be_visible(timeout=WITHIN_MS)
    expect(second.status).to_have_text("This conversation was deleted elsewhere.")
    expect(second.page.locator("chat-sidebar li")).to_have_count(0)
    second.button("Restore").click()
    expect(notice).to_be_hidden()
    assert Conversation.objects.get().deleted is None


def test_of_an_archived_conversation_that_is_deleted_elsewhere_only_the_deletion_is_said(tabs):
    _first, second = tabs
    conversation = Conversation.objects.get()
    conversation.set_archived(is_archived=True)
    archived = second.page.get_by_text("This conversation is archived.")
    expect(archived).to_be_visible(timeout=WITHIN_MS)
    conversation.bin()
    second.expect_shown("[data-deleted-notice]", "This conversation was deleted elsewhere.")
    expect(archived).to_be_hidden()
    second.button("Restore").click()
    expect(archived).to_be_visible(timeout=WITHIN_MS)


def test_a_question_from_a_tab_that_is_behind_first_shows_what_is_new(tabs):
    first, second = tabs
    second.page.route("**/sidebar/*", lambda route: route.abort())
    first.ask_and_wait("[[echo:The second answer.]]")
    second.ask("What I typed. [[echo:The third answer.]]")
    second.expect_shown("[data-problem]", "This conversation has gone on elsewhere.")
    expect(second.answer.locator(".prose")).to_have_text("The second answer.")
    expect(second.composer).to_have_value("What I typed. [[echo:The third answer.]]")

    second.composer.press("Enter")
    expect(second.answers).to_have_count(3)
    expect(second.answer.locator(".prose")).to_have_text("The third answer.")
