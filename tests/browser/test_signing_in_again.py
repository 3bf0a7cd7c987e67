"""A session that ends while a page is open: people sign in without leaving the page, and nothing is lost."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.sync_api import expect

from conversations.models import Conversation, Message
from tests.browser.accessibility import check_accessibility, screen_options
from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def alices_password(alice, server_passwords):
    alice.set_password(PASSWORD)
    alice.save()
    return PASSWORD


@pytest.fixture
def signed_out_window(alices_password, window):
    """Alice's open page, after her session has ended."""
    window.page.context.clear_cookies(name="session")
    return window


def dialog(window):
    return window.page.get_by_role("dialog", name="Your session has ended")


def sign_in(window, password=PASSWORD):
    expect(dialog(window).get_by_label("E-mail")).to_have_value("alice@example.com")
    expect(dialog(window).get_by_label("Password")).to_be_focused()
    window.page.keyboard.type(password)
    window.page.keyboard.press("Enter")


def sign_in_elsewhere(window, user):
    """Sign in in another tab."""
    client = Client()
    client.force_login(user)
    url = window.page.evaluate("location.origin")
    window.page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": url}])


def test_alice_signs_in_in_the_page_and_her_question_is_sent(signed_out_window):
    window = signed_out_window
    window.ask("Do you know me? [[echo:I do.]]")
    forgotten = dialog(window).get_by_role("link", name="Forgot your password?")
    expect(forgotten).to_have_attribute("target", "_blank")
    sign_in(window)
    window.expect_answer("complete")
    expect(dialog(window)).to_be_hidden()
    expect(window.composer).to_be_focused()
    assert Message.objects.get(role="user").text.startswith("Do you know me?")


def test_after_signing_in_the_next_question_and_plain_forms_have_the_new_token(signed_out_window):
    window = signed_out_window
    window.ask("One. [[rate:0]]")
    sign_in(window)
    window.expect_answer("complete")
    window.ask_and_wait("Two. [[rate:0]]")
    assert Conversation.objects.get().messages.count() == 4
    window.button("Sign out").click()
    expect(window.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_wrong_password_is_said_in_the_dialog(signed_out_window):
    window = signed_out_window
    window.ask("Do you know me? [[rate:0]]")
    sign_in(window, "wrong")
    expect(dialog(window).get_by_role("alert").first).to_contain_text("is not correct")
    sign_in(window)
    window.expect_answer("complete")


def test_without_signing_in_the_question_stays(signed_out_window):
    window = signed_out_window
    window.ask("Do you know me?")
    dialog(window).get_by_role("button", name="Not now").click()
    window.expect_shown("[data-problem]", "Your session has ended")
    expect(window.composer).to_have_value("Do you know me?")
    assert not Message.objects.exists()


PROMISE = "It is sent as soon as you have signed in."


def pin(window):
    window.page.locator(".heading [data-menu]").click()
    window.page.get_by_role("menuitem", name="Pin").click()


def test_only_what_was_sent_is_said_to_be_sent(alices_password, window):
    window.ask_and_wait("Do you know me? [[echo:I do.]]")
    window.composer.fill("Half a thought")
    window.page.context.clear_cookies()
    pin(window)
    expect(dialog(window)).to_contain_text("What you wrote is still here.")
    expect(dialog(window).get_by_text(PROMISE)).to_be_hidden()
    dialog(window).get_by_role("button", name="Not now").click()
    window.expect_shown("chat-toast", "Your session has ended. Sign in, then try again.")

    window.composer.press("Enter")
    expect(dialog(window).get_by_text(PROMISE)).to_be_visible()
    dialog(window).get_by_role("button", name="Not now").click()
    window.button("Edit").click()
    window.button("Send").click()
    expect(dialog(window).get_by_text(PROMISE)).to_be_visible()


def test_alice_signs_in_in_another_tab_and_comes_back(signed_out_window, alice):
    window = signed_out_window
    window.ask("Do you know me? [[rate:0]]")
    expect(dialog(window).get_by_label("Password")).to_be_focused()
    sign_in_elsewhere(window, alice)
    window.page.evaluate("window.dispatchEvent(new Event('focus'))")
    window.expect_answer("complete")


def test_a_sign_in_of_several_steps_goes_on_in_another_tab(signed_out_window):
    def add_step(route):
        if route.request.method == "POST":
            route.fulfill(content_type="text/html", body="<h1>Enter the code from your phone</h1>")
        else:
            route.continue_()

    window = signed_out_window
    window.page.route("**/accounts/login/", add_step)
    window.ask("Do you know me?")
    sign_in(window)
    link = dialog(window).get_by_role("link", name="Go on in a new tab, then come back.")
    expect(link).to_have_attribute("target", "_blank")
    expect(window.composer).to_have_value("Do you know me?")


def test_an_old_csrf_token_is_replaced_without_a_word(window, alice):
    sign_in_elsewhere(window, alice)
    window.page.context.clear_cookies(name="csrf")
    window.ask_and_wait("Do you know me? [[rate:0]]")


def test_a_question_of_alice_is_never_asked_by_bob(window, bob):
    window.page.context.clear_cookies()
    sign_in_elsewhere(window, bob)
    window.ask("For Alice alone.")
    window.expect_shown("[data-problem]", "Another person is signed in here now.")
    expect(window.composer).to_have_value("For Alice alone.")
    assert not Message.objects.exists()


def test_an_answer_goes_on_after_signing_in_again(alices_password, window):
    window.ask("Slowly [[rate:20]][[chars:600]]")
    window.expect_shown("article.assistant .prose p")
    Session.objects.all().delete()
    expect(dialog(window)).to_be_visible(timeout=20_000)
    sign_in(window)
    window.expect_answer("complete")


def test_the_dialog_can_be_used_by_everybody(open_window, alice):
    window = open_window(alice, **screen_options())
    window.page.goto("/")
    window.page.context.clear_cookies(name="session")
    window.ask("Do you know me?")
    expect(dialog(window).get_by_label("Password")).to_be_focused()
    check_accessibility(window)
