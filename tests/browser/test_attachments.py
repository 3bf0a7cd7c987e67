"""Files of a question that is being written: chosen, dropped, uploaded, cancelled, removed."""

import pytest
from playwright.sync_api import expect

from conversations.models import Attachment, Message
from tests.browser.files import (
    JAPANESE_NAME,
    attach,
    attach_and_wait,
    attached,
    drop,
    hold_uploads,
    image,
    rows,
    text_file,
)
from tests.site import eventually

pytestmark = pytest.mark.browser


def names_of_question() -> list[str]:
    """The files of the last question, in their order."""
    content = Message.objects.filter(role="user").latest("created").content
    ids = [block["source"]["file_id"] for block in content if block["type"] != "text"]
    return [Attachment.objects.get(pk=pk).name for pk in ids]


def test_alice_asks_about_two_files(window):
    attach_and_wait(window, image("plan.png"), text_file("notes.txt"))
    expect(window.status).to_have_text("Files attached: 2.")
    window.ask_and_wait("What is this? [[rate:0]]")
    assert names_of_question() == ["plan.png", "notes.txt"]
    expect(window.page.locator("article.user").get_by_role("img", name="plan.png")).to_be_visible()
    expect(window.page.locator("article.user").get_by_role("link", name="notes.txt")).to_be_visible()
    expect(rows(window)).to_have_count(0)


def test_a_file_is_a_question_without_a_text(window):
    attach_and_wait(window, text_file())
    window.button("Send").click()
    window.expect_answer("complete")
    assert names_of_question() == ["notes.txt"]


def test_a_file_can_be_dropped_anywhere_while_a_text_is_being_typed(window):
    window.composer.press_sequentially("Please read")
    drop(window, text_file(), on="#sidebar")
    window.composer.press_sequentially(" this.")
    expect(attached(window)).to_have_count(1)
    expect(window.composer).to_have_value("Please read this.")
    expect(window.composer).to_be_focused()
    expect(window.page.locator("[data-drop-zone]")).to_be_hidden()


def test_the_page_says_where_files_can_be_dropped(window):
    transfer = window.page.evaluate_handle(
        "() => { const transfer = new DataTransfer(); transfer.items.add(new File([], 'a.txt')); return transfer; }"
    )
    window.page.dispatch_event("body", "dragover", {"dataTransfer": transfer})
    expect(window.page.get_by_text("Drop files to attach them")).to_be_visible()
    window.page.dispatch_event("body", "dragleave", {"dataTransfer": transfer})
    expect(window.page.get_by_text("Drop files to attach them")).to_be_hidden()


def test_text_that_is_dragged_is_left_to_the_browser(window):
    transfer = window.page.evaluate_handle(
        "() => { const transfer = new DataTransfer(); transfer.setData('text/plain', 'a'); return transfer; }"
    )
    window.page.dispatch_event("body", "dragover", {"dataTransfer": transfer})
    expect(window.page.get_by_text("Drop files to attach them")).to_be_hidden()


def test_the_progress_is_shown(window):
    network = window.page.context.new_cdp_session(window.page)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 400_000}
    network.send("Network.emulateNetworkConditions", slow)
    attach(window, text_file(content="word " * 200_000))
    progress = rows(window).get_by_role("progressbar", name="Upload")
    eventually(lambda: 20 < progress.evaluate("progress => progress.value") < 100)
    expect(rows(window)).to_contain_text("% · 976.6 KB")
    network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    expect(attached(window)).to_have_count(1)


def test_an_upload_can_be_cancelled(window):
    hold_uploads(window)
    window.composer.fill("Stays.")
    attach(window, text_file("first.txt"), text_file("second.txt"))
    rows(window).first.get_by_role("button", name="Remove: first.txt").click()
    expect(rows(window)).to_have_count(1)
    expect(rows(window).get_by_role("button", name="Remove: second.txt")).to_be_focused()
    window.page.keyboard.press("Enter")
    expect(rows(window)).to_have_count(0)
    expect(window.page.locator("#composer [data-attach]")).to_be_focused()
    expect(window.composer).to_have_value("Stays.")
    assert not Attachment.objects.exists()


def test_a_file_that_is_removed_is_deleted(window):
    attach_and_wait(window, text_file())
    window.button("Remove: notes.txt").click()
    expect(rows(window)).to_have_count(0)
    eventually(lambda: not Attachment.objects.exists())
    expect(window.button("Send")).to_be_disabled()


def test_two_identical_files_are_two(window):
    attach_and_wait(window, text_file())
    attach_and_wait(window, text_file())
    window.button("Remove: notes.txt").click()
    expect(attached(window)).to_have_count(1)
    window.ask_and_wait("What is this? [[rate:0]]")
    assert names_of_question() == ["notes.txt"]


def test_a_long_japanese_name_with_quotation_marks(open_window, alice):
    window = open_window(alice, viewport={"width": 320, "height": 780})
    window.page.goto("/")
    assert len(JAPANESE_NAME) == 200
    name = JAPANESE_NAME.replace(".pdf", ".txt")
    attach_and_wait(window, text_file(name))
    assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    window.ask_and_wait("What is this? [[rate:0]]")
    assert names_of_question() == [name]
    link = window.page.locator("article.user").get_by_role("link", name=name)
    expect(link).to_be_visible()
    assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    link.focus()
    expect(link.locator(".file-full")).to_be_visible()


# What does not work


def test_a_file_that_is_refused_says_why_and_is_not_forgotten(window):
    window.composer.fill("What is this?")
    attach(window, {"name": "a.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\0\1" * 99})
    expect(rows(window)).to_have_attribute("data-state", "failed")
    expect(window.status).to_contain_text("Files not attached: 1.")
    expect(rows(window).get_by_role("button", name="Upload again")).to_be_hidden()
    window.composer.press("Enter")
    window.expect_shown("#composer [data-problem]", "A file could not be attached. Remove it.")
    assert not Message.objects.exists()

    window.button("Remove: a.exe").click()
    expect(window.page.locator("#composer [data-problem]")).to_be_empty()
    window.composer.press("Enter")
    window.expect_answer("complete")


def test_on_a_phone_the_file_below_a_refused_one_does_not_cover_it(touch_window):
    touch_window.page.goto("/")
    refused = {"name": "a.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\0\1" * 99}
    attach(touch_window, refused, text_file())
    expect(attached(touch_window)).to_have_count(1)
    upper, lower = (rows(touch_window).nth(index).bounding_box() for index in (0, 1))
    assert upper["y"] + upper["height"] <= lower["y"]


def test_a_refusal_by_a_server_in_front_of_the_site_is_explained(window):
    window.composer.fill("What is this?")
    page = "<html><title>413 Request Entity Too Large</title></html>"
    window.page.route("**/files/", lambda route: route.fulfill(status=413, content_type="text/html", body=page))
    attach(window, text_file())
    expect(rows(window)).to_contain_text("The file is too large. A file may have 20")
    expect(rows(window).get_by_role("button", name="Upload again")).to_be_hidden()
    expect(window.composer).to_have_value("What is this?")


def test_what_the_site_cannot_take_at_the_moment_can_be_tried_again(window):
    window.composer.fill("What is this?")
    body = '{"error": "Files cannot be stored at the moment."}'
    window.page.route("**/files/", lambda route: route.fulfill(status=503, content_type="application/json", body=body))
    attach(window, text_file())
    expect(rows(window)).to_contain_text("Files cannot be stored at the moment.")
    window.composer.press("Enter")
    window.expect_shown("#composer [data-problem]", "Try it again or remove it.")
    window.page.unroute("**/files/")
    window.button("Upload again: notes.txt").click()
    expect(attached(window)).to_have_count(1)


@pytest.mark.parametrize(("limit", "sentence"), [("maxMb", "The file is too large."), ("maxFiles", "may have")])
def test_what_is_too_much_is_not_even_sent(window, limit, sentence):
    window.page.evaluate("limit => (document.querySelector('[data-files]').dataset[limit] = 0.00001)", limit)
    attach(window, text_file(), text_file())
    expect(window.page.get_by_text(sentence).first).to_be_visible()
    assert Attachment.objects.count() <= 1


def test_a_folder_is_explained(window):
    transfer = window.page.evaluate_handle(
        "() => { const transfer = new DataTransfer(); transfer.items.add(new File([], 'a')); return transfer; }"
    )
    window.page.evaluate("DataTransferItem.prototype.webkitGetAsEntry = () => ({ isDirectory: true })")
    window.page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    window.expect_shown("chat-toast", "A folder cannot be attached.")
    expect(rows(window)).to_have_count(0)


def test_an_upload_without_a_connection_can_be_tried_again(window):
    window.composer.fill("What is this?")
    window.page.route("**/files/", lambda route: route.abort())
    attach(window, text_file())
    expect(rows(window)).to_contain_text("The connection was lost.")
    window.page.unroute("**/files/")
    window.button("Upload again: notes.txt").click()
    expect(attached(window)).to_have_count(1)
    expect(window.composer).to_have_value("What is this?")


def test_a_fault_of_the_scripts_in_an_upload_is_reported_and_the_question_is_not_held_back_for_ever(window):
    window.page.route("**/files/", lambda route: route.fulfill(content_type="application/json", body="null"))
    attach(window, text_file())
    expect(window.button("Upload again: notes.txt")).to_be_visible()
    expect(rows(window)).not_to_contain_text("The connection was lost.")
    assert "null" in window.take_error()


def test_an_upload_goes_on_when_the_connection_is_back(window):
    attach_and_wait(window, text_file("first.txt"))
    window.page.context.set_offline(True)
    attach(window, text_file("second.txt"))
    expect(rows(window).nth(1)).to_contain_text("The connection was lost.")
    window.page.context.set_offline(False)
    expect(attached(window)).to_have_count(2)
