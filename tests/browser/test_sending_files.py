"""Questions with files: they wait for uploads, survive what goes wrong, and take their files along."""

import pytest
from playwright.sync_api import expect

from conversations.models import Attachment, Conversation, Message
from tests.browser.files import attach, attach_and_wait, attached, hold_uploads, image, rows, text_file
from tests.conftest import PASSWORD
from tests.history import create_conversation
from tests.site import eventually

pytestmark = pytest.mark.browser
ENDLESS = "Slowly [[rate:20]][[chars:9000]]"


def files_of(question: Message) -> list[str]:
    return sorted(file.name for file in question.attachments.all())


def last_question() -> Message:
    return Message.objects.filter(role="user").latest("created")


def test_a_question_waits_for_its_files(window):
    release = hold_uploads(window)
    attach(window, text_file())
    window.ask("What is this? [[rate:0]]")
    expect(window.button("Uploading …")).to_be_visible()
    assert not Message.objects.exists()
    release()
    window.expect_answer("complete")
    assert files_of(last_question()) == ["notes.txt"]
    expect(window.button("Send")).to_be_visible()


def test_a_question_does_not_wait_while_it_is_being_typed(window):
    release = hold_uploads(window)
    attach(window, text_file())
    window.ask("What is this?")
    window.composer.press_sequentially(" And")
    expect(window.button("Send")).to_be_visible()
    release()
    expect(attached(window)).to_have_count(1)
    expect(window.composer).to_have_value("What is this? And")
    assert not Message.objects.exists()


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
@pytest.mark.parametrize("size", [1, 25, 1500, 2_000_000])
def test_the_size_of_a_file_is_written_in_one_way_before_and_after_its_upload(open_window, alice, locale, size):
    window = open_window(alice, locale=locale)
    window.page.goto("/")
    release = hold_uploads(window)
    file = text_file(content="Words. " * (size // 7) + "x" * (size % 7))
    window.page.locator("#composer [data-attach]").set_input_files(file)
    shown = rows(window).locator("[data-part=size]")
    expect(shown).to_contain_text(" · ")
    uploading = shown.text_content().partition(" · ")[2]
    release()
    expect(attached(window)).to_have_count(1, timeout=30_000)
    assert rows(window).locator(".meta").text_content().strip() == uploading


def test_files_survive_a_reload(window):
    attach_and_wait(window, image(), text_file())
    window.composer.fill("What is this? [[rate:0]]")
    window.page.wait_for_timeout(400)
    window.page.reload()
    expect(attached(window)).to_have_count(2)
    expect(attached(window).first).to_contain_text("KB")
    window.composer.press("Enter")
    window.expect_answer("complete")
    assert files_of(last_question()) == ["notes.txt", "plan.png"]
    window.page.reload()
    expect(rows(window)).to_have_count(0)


def test_a_file_that_is_no_longer_there_says_so(window):
    attach_and_wait(window, text_file())
    window.page.wait_for_timeout(400)
    Attachment.objects.all().delete()
    window.page.reload()
    expect(rows(window)).to_contain_text("This file is no longer there. Attach it again.")
    window.button("Remove: notes.txt").click()
    window.page.reload()
    expect(rows(window)).to_have_count(0)


def test_a_refused_question_keeps_its_files(window):
    attach_and_wait(window, text_file())
    window.page.route("**/conversations/", lambda route: route.fulfill(status=503, json={"error": "Being restarted."}))
    window.ask("What is this? [[rate:0]]")
    window.expect_shown("#composer [data-problem]", "Being restarted.")
    expect(attached(window)).to_have_count(1)
    window.page.unroute("**/conversations/")
    window.composer.press("Enter")
    window.expect_answer("complete")
    assert files_of(last_question()) == ["notes.txt"]


def test_the_next_question_takes_its_files_along(window):
    window.ask(ENDLESS)
    window.expect_shown("article.assistant .prose p")
    attach_and_wait(window, text_file())
    window.ask("And this? [[rate:0]]")
    waiting = window.page.get_by_role("form", name="Next question")
    expect(waiting).to_contain_text("notes.txt")
    expect(rows(window)).to_have_count(0)
    window.stop()
    window.page.reload()
    expect(waiting).to_contain_text("notes.txt")
    window.button("Send now").click()
    eventually(lambda: Message.objects.filter(role="user").count() == 2)
    assert files_of(last_question()) == ["notes.txt"]
    window.expect_answer("complete")


def test_a_question_that_is_taken_back_has_its_files(window):
    window.ask(ENDLESS)
    window.expect_shown("article.assistant .prose p")
    attach_and_wait(window, text_file())
    window.button("Send next").click()
    window.composer.press("ArrowUp")
    expect(attached(window)).to_have_count(1)
    expect(window.composer).to_have_value("")
    window.stop()


def test_the_files_of_a_conversation_that_was_deleted_go_with_the_text(window, alice):
    conversation = create_conversation(alice)
    window.page.goto(f"/conversations/{conversation.pk}/")
    release = hold_uploads(window)
    attach(window, text_file())
    window.composer.fill("What is this? [[rate:0]]")
    conversation.bin()
    release()
    expect(attached(window)).to_have_count(1)
    window.composer.press("Enter")
    window.page.get_by_role("link", name="Ask in a new conversation").click()
    expect(attached(window)).to_have_count(1)
    expect(window.composer).to_have_value("What is this? [[rate:0]]")
    window.composer.press("Enter")
    window.expect_answer("complete")
    assert files_of(last_question()) == ["notes.txt"]
    assert last_question().conversation != conversation
    assert Conversation.objects.count() == 2


def test_an_upload_goes_on_when_alice_has_signed_in_again(open_window, alice, server_passwords):
    # Before she signs in: a new password ends all sessions.
    alice.set_password(PASSWORD)
    alice.save()
    window = open_window(alice)
    window.page.goto("/")
    attach_and_wait(window, text_file("first.txt"))
    window.page.context.clear_cookies(name="session")
    attach(window, text_file("second.txt"))
    dialog = window.page.get_by_role("dialog", name="Your session has ended")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(attached(window)).to_have_count(2)


def test_a_page_with_an_upload_asks_before_it_is_left(window):
    release = hold_uploads(window)
    window.composer.press_sequentially("What is this?")
    attach(window, text_file())
    expect(rows(window)).to_be_visible()
    dialogs = []

    def dismiss(dialog):
        dialogs.append(dialog.type)
        dialog.dismiss()

    window.page.on("dialog", dismiss)
    window.page.close(run_before_unload=True)
    window.page.wait_for_timeout(500)
    assert dialogs == ["beforeunload"]
    release()
    expect(attached(window)).to_have_count(1, timeout=30_000)
    expect(window.composer).to_have_value("What is this?")


def test_files_without_scripts(plain_window):
    plain_window.page.get_by_label("Attach files").set_input_files([text_file(), image()])
    plain_window.composer.fill("What is this? [[rate:0]]")
    with plain_window.page.expect_navigation():
        plain_window.page.get_by_role("button", name="Send").click()
    assert files_of(last_question()) == ["notes.txt", "plan.png"]
    expect(plain_window.page.locator("article.user").get_by_role("link", name="notes.txt")).to_be_visible()
    eventually(lambda: Message.objects.filter(state="complete", role="assistant").exists())
