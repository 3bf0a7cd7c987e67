"""Pasting into a question: images, files, cells of a spreadsheet, long texts."""

import pytest
from playwright.sync_api import expect

from conversations.models import Attachment, Message
from tests.browser.files import attached, hold_uploads, image, paste, rows, text_file

pytestmark = pytest.mark.browser
LONG_TEXT = "A line of a long text.\n" * 500


def test_alice_pastes_a_screenshot_and_asks(window):
    assert not paste(window, image("image.png"))
    expect(attached(window)).to_contain_text("Pasted image.png")
    window.ask_and_wait("What is this? [[rate:0]]")
    expect(window.page.locator("article.user").get_by_role("img", name="Pasted image.png")).to_be_visible()
    assert [block["type"] for block in Message.objects.get(role="user").content] == ["image", "text"]


def test_an_image_can_be_pasted_while_nothing_has_the_focus(window):
    window.composer.blur()
    window.page.evaluate(
        """() => {
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File(["Monday"], "notes.txt", { type: "text/plain" }));
          document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }"""
    )
    expect(attached(window)).to_have_count(1)


def test_cells_of_a_spreadsheet_are_text(window):
    assert paste(window, image("image.png"), plain="Size\tPrice\nSmall\t3", html="<table></table>")
    expect(window.composer).to_have_value("Size\tPrice\nSmall\t3")
    expect(rows(window)).to_have_count(0)


def test_files_that_were_copied_come_with_their_names(window):
    assert not paste(window, text_file("a.txt"), text_file("b.txt"), plain="a.txt\nb.txt")
    expect(attached(window)).to_have_count(2)
    expect(window.composer).to_have_value("")


def test_a_pasted_text_stays_a_text(window):
    assert paste(window, plain="A short text.")
    expect(window.composer).to_have_value("A short text.")
    expect(window.page.get_by_role("group", name="Pasted text")).to_have_count(0)


def test_a_long_text_can_become_a_file(window):
    window.composer.fill("What is this?\n\n")
    paste(window, plain=LONG_TEXT)
    expect(window.composer).to_have_value(f"What is this?\n\n{LONG_TEXT}")
    window.button("Attach as a file").click()
    expect(attached(window)).to_contain_text("Pasted text.txt")
    expect(window.composer).to_have_value("What is this?\n\n")
    expect(window.composer).to_be_focused()
    assert Attachment.objects.get().size == len(LONG_TEXT)


def test_a_long_text_can_stay_a_text(window):
    paste(window, plain=LONG_TEXT)
    expect(window.status).to_contain_text("You have pasted a long text.")
    window.button("Keep as text").click()
    expect(window.page.get_by_role("group", name="Pasted text")).to_have_count(0)
    expect(window.composer).to_have_value(LONG_TEXT)
    expect(window.composer).to_be_focused()


def test_a_long_text_stays_until_its_file_is_stored(window):
    window.page.route("**/files/", lambda route: route.abort())
    paste(window, plain=LONG_TEXT)
    window.button("Attach as a file").click()
    expect(rows(window)).to_contain_text("The connection was lost.")
    expect(window.composer).to_have_value(LONG_TEXT)
    window.page.unroute("**/files/")
    window.button("Upload again: Pasted text.txt").click()
    expect(attached(window)).to_have_count(1)
    expect(window.composer).to_have_value("")


def test_a_long_text_that_is_sent_meanwhile_is_sent_once(window):
    release = hold_uploads(window)
    paste(window, plain=LONG_TEXT)
    window.button("Attach as a file").click()
    window.page.wait_for_timeout(300)
    window.composer.press("Enter")
    release()
    window.expect_answer("complete")
    question = Message.objects.get(role="user")
    assert question.text == ""
    assert [block["type"] for block in question.content] == ["document"]


def test_what_was_typed_around_a_long_text_stays(window):
    release = hold_uploads(window)
    paste(window, plain=LONG_TEXT)
    window.button("Attach as a file").click()
    window.composer.press_sequentially("After it.")
    window.composer.press("Control+Home")
    window.composer.press_sequentially("Before it. ")
    release()
    expect(attached(window)).to_have_count(1)
    expect(window.composer).to_have_value("Before it. After it.")
