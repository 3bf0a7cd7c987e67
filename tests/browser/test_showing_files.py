"""The files of a question in its turn, an image that is shown large, and the form that edits them."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation, Message
from tests.browser.accessibility import SCREENS, check_accessibility, screen_options
from tests.browser.files import attach, attach_and_wait, attached, hold_uploads, image, paste, rows, text_file
from tests.browser.test_phone import small_targets

pytestmark = pytest.mark.browser


@pytest.fixture
def asked_window(window):
    """Alice's window with a question about two images and a text."""
    attach_and_wait(window, image("first.png"), image("second.png", width=40, height=30), text_file())
    window.ask_and_wait("What is this? [[rate:0]]")
    return window


def viewer(window):
    return window.page.locator("dialog[data-viewer]")


def edit_form(window):
    return window.page.locator("[data-ask=edit]")


def thread_files() -> list[list[str]]:
    """The names of the files of each question that is shown."""
    questions = [message for message in Conversation.objects.get().thread() if message.role == Message.Role.USER]
    return [sorted(file.name for file in question.attachments.all()) for question in questions]


# Images


def test_an_image_is_shown_large(asked_window):
    link = asked_window.page.get_by_role("link", name="first.png")
    link.click()
    expect(viewer(asked_window).get_by_role("img", name="first.png")).to_be_visible()
    asked_window.page.keyboard.press("ArrowRight")
    expect(viewer(asked_window).get_by_role("img", name="second.png")).to_be_visible()
    expect(viewer(asked_window)).to_contain_text("2 / 2")
    asked_window.button("Next image").click()
    expect(viewer(asked_window).get_by_role("img", name="first.png")).to_be_visible()
    asked_window.page.keyboard.press("Escape")
    expect(viewer(asked_window)).to_be_hidden()
    expect(link).to_be_focused()


def test_an_image_is_shown_large_by_keyboard_alone(asked_window):
    asked_window.page.get_by_role("link", name="second.png").focus()
    asked_window.page.keyboard.press("Enter")
    expect(viewer(asked_window)).to_be_visible()
    asked_window.page.keyboard.press("ArrowLeft")
    expect(viewer(asked_window).get_by_role("img", name="first.png")).to_be_visible()
    asked_window.button("Close").press("Enter")
    expect(asked_window.page.get_by_role("link", name="first.png")).to_be_focused()


def test_what_was_sent_of_a_document_is_shown(asked_window):
    with asked_window.page.expect_popup() as opened:
        asked_window.page.get_by_role("link", name="What Claude reads").click()
    expect(opened.value.locator("body")).to_contain_text("The meeting is on Monday.")


# Editing


def test_an_edited_question_keeps_its_files(asked_window):
    asked_window.button("Edit").click()
    expect(edit_form(asked_window).get_by_role("listitem")).to_have_count(3)
    asked_window.page.get_by_label("Edit your question").fill("And now? [[rate:0]]")
    edit_form(asked_window).get_by_role("button", name="Send").click()
    asked_window.expect_shown("article.user .rail", "Version 2 of 2")
    asked_window.expect_answer("complete")
    assert thread_files() == [["first.png", "notes.txt", "second.png"]]


def test_files_are_removed_and_added_while_a_question_is_edited(asked_window):
    asked_window.button("Edit").click()
    form = edit_form(asked_window)
    form.get_by_role("button", name="Remove: second.png").click()
    form.get_by_label("Attach files").set_input_files([text_file("more.txt")])
    expect(form.get_by_role("link", name="more.txt")).to_be_visible()
    form.get_by_role("button", name="Send").click()
    asked_window.expect_shown("article.user .rail", "Version 2 of 2")
    asked_window.expect_answer("complete")
    assert thread_files() == [["first.png", "more.txt", "notes.txt"]]
    assert Message.objects.filter(role="user").earliest("created").attachments.count() == 3


def test_the_files_of_an_edited_question_survive_a_reload(asked_window):
    asked_window.button("Edit").click()
    edit_form(asked_window).get_by_role("button", name="Remove: second.png").click()
    asked_window.page.reload()
    asked_window.button("Edit").click()
    expect(edit_form(asked_window).get_by_role("listitem")).to_have_count(2)
    asked_window.page.keyboard.press("Escape")
    asked_window.button("Edit").click()
    expect(edit_form(asked_window).get_by_role("listitem")).to_have_count(3)


def test_another_attempt_has_the_same_files(asked_window):
    asked_window.button("Try again").click()
    asked_window.expect_shown("article.assistant .rail", "Version 2 of 2")
    asked_window.expect_answer("complete")
    assert thread_files() == [["first.png", "notes.txt", "second.png"]]


# For everybody


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_accessibility(open_window, alice, width, scheme):
    window = open_window(alice, **screen_options(width, scheme))
    window.page.goto("/")
    paste(window, plain="A line of a long text.\n" * 500)
    attach_and_wait(window, image(), text_file("A rather long name of the notes of a meeting on Monday.txt"))
    attach(window, {"name": "a.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\0\1" * 99})
    expect(rows(window).last).to_have_attribute("data-state", "failed")
    hold_uploads(window)
    attach(window, text_file("waits.txt"))
    check_accessibility(window)

    window.button("Remove: waits.txt").click()
    window.button("Remove: a.exe").click()
    window.composer.fill("")
    window.ask_and_wait("What is this? [[rate:0]]")
    check_accessibility(window)
    window.page.get_by_role("link", name="plan.png").click()
    expect(viewer(window)).to_be_visible()
    check_accessibility(window)
    window.page.keyboard.press("Escape")
    window.button("Edit").click()
    expect(edit_form(window).get_by_role("listitem")).to_have_count(2)
    check_accessibility(window)


def test_what_is_tapped_is_large_enough(touch_window):
    touch_window.page.goto("/")
    attach_and_wait(touch_window, image(), text_file())
    assert small_targets(touch_window.page) == []
    touch_window.composer.fill("What is this? [[rate:0]]")
    touch_window.button("Send").tap()
    touch_window.expect_answer("complete")
    assert small_targets(touch_window.page) == []
    touch_window.page.get_by_role("link", name="plan.png").tap()
    expect(viewer(touch_window)).to_be_visible()
    assert small_targets(touch_window.page) == []


def test_alice_attaches_and_asks_by_keyboard_alone(window):
    attach_and_wait(window, text_file("first.txt"), text_file("second.txt"))
    window.composer.focus()
    window.page.keyboard.press("Shift+Tab")
    expect(window.page.locator("#composer [data-attach]")).to_be_focused()
    window.page.keyboard.press("Shift+Tab")
    expect(window.button("Remove: second.txt")).to_be_focused()
    window.page.keyboard.press("Enter")
    expect(attached(window)).to_have_count(1)
    expect(window.button("Remove: first.txt")).to_be_focused()
