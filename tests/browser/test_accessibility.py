"""Accessibility checks of every page of the site, in light and dark, wide and narrow."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import Conversation, TeamSettings
from tests.browser.accessibility import check_accessibility, screen_options
from tests.history import begin, create_conversation, create_usage, finish_answer, retry

pytestmark = pytest.mark.browser


def test_the_pages_of_guests(open_window):
    window = open_window(**screen_options())
    check_accessibility(window, "/accounts/login/")
    check_accessibility(window, "/accounts/password/reset/")


def test_the_pages_of_a_person(open_window, alice):
    conversation = create_conversation(alice)
    archived = create_conversation(alice, "Put aside.")
    archived.set_archived(True)
    window = open_window(alice, **screen_options())
    for path in (
        "/",
        "/conversations/",
        "/archive/",
        "/bin/",
        "/settings/tokens/",
        "/settings/connections/",
        "/settings/readers/",
        "/settings/changes/",
    ):
        check_accessibility(window, path)
    check_accessibility(window, f"/conversations/{conversation.pk}/edit/")
    check_accessibility(window, f"/conversations/{archived.pk}/")


def test_the_search(open_window, alice):
    conversation = create_conversation(alice, "Where is the canary?", *(f"Question {number}?" for number in range(30)))
    first = conversation.thread()[0].pk
    window = open_window(alice, **screen_options())
    for path in ("/search/", "/search/?q=canary", "/search/?q=parrot&code=on", "/search/?q=canary&since=never"):
        check_accessibility(window, path)
    check_accessibility(window, f"/conversations/{conversation.pk}/?message={first}&q=canary#m-{first}")
    window.page.goto("/bin/#sidebar")
    window.page.locator("chat-search [data-search]").fill("can")
    window.expect_shown(".found-short mark")
    check_accessibility(window)


def test_an_answer_with_code_and_a_table(open_window, alice):
    window = open_window(alice, **screen_options())
    window.page.goto("/")
    window.ask_and_wait("Show me code and a table [[rate:0]]")
    check_accessibility(window)


def test_a_failed_answer(open_window, alice):
    window = open_window(alice, **screen_options())
    window.page.goto("/")
    window.ask("Not today [[error:overloaded_error:3]]")
    window.expect_answer("failed")
    check_accessibility(window)


def test_the_menu_and_the_form_that_renames(open_window, alice):
    window = open_window(alice, **screen_options())
    window.page.goto(f"/conversations/{create_conversation(alice).pk}/")
    window.page.locator(".heading [data-menu]").click()
    check_accessibility(window)

    window.page.get_by_role("menuitem", name="Rename").click()
    window.page.get_by_label("Title", exact=True).fill("")
    window.page.keyboard.press("Enter")
    window.expect_shown(".rename [role=alert]", "A title needs")
    check_accessibility(window)


def test_the_offer_to_undo_and_the_bin(open_window, alice):
    window = open_window(alice, **screen_options())
    window.page.goto(f"/conversations/{create_conversation(alice).pk}/")
    window.page.locator(".heading [data-menu]").click()
    window.page.get_by_role("menuitem", name="Delete").click()
    window.expect_shown("chat-toast", "Deleted.")
    check_accessibility(window)
    check_accessibility(window, "/bin/")


def test_versions_details_and_the_form_that_edits(open_window, alice):
    conversation = create_conversation(alice, "One.")
    finish_answer(retry(conversation.head), "Another answer.")
    conversation.reword(conversation.thread()[0].pk, "Uno.")
    window = open_window(alice, **screen_options())
    window.page.goto(f"/conversations/{conversation.pk}/")
    window.answer.get_by_text("Details", exact=True).click()
    check_accessibility(window)

    window.button("Edit").click()
    check_accessibility(window)


def test_the_list_with_what_happens_in_it(open_window, alice):
    new = create_conversation(alice, "A new answer.")
    Conversation.objects.filter(pk=new.pk).mark_read(timezone.now() - timedelta(minutes=1))
    create_conversation(alice, "Pinned.").set_pinned(True)
    begin(alice, "Being answered.")
    window = open_window(alice, **screen_options())
    check_accessibility(window, "/#sidebar")
    check_accessibility(window, "/conversations/")
    window.page.get_by_label("Select all").check()
    check_accessibility(window)


def test_a_conversation_that_was_deleted_elsewhere(open_window, alice):
    conversation = create_conversation(alice)
    window = open_window(alice, **screen_options())
    window.page.goto(f"/conversations/{conversation.pk}/")
    conversation.bin()
    window.expect_shown("chat-state", "This conversation was deleted elsewhere.")
    check_accessibility(window)


def test_the_cost_page(open_window, alice, carol):
    TeamSettings(monthly_limit=2).save()
    create_usage(alice)
    create_usage(alice, cost=None, model="claude-unheard-of", estimated=True)
    check_accessibility(open_window(carol, **screen_options()), "/admin/conversations/usage/costs/")


def test_the_start_page_of_the_admin(open_window, carol):
    check_accessibility(open_window(carol, **screen_options()), "/admin/")
