"""The command palette."""

import pytest
from playwright.sync_api import expect

from conversations.models import Message
from tests.browser.accessibility import check_accessibility, screen_options
from tests.history import create_conversation, finish_answer, retry

pytestmark = pytest.mark.browser
ENDLESS = "Slowly [[rate:20]][[chars:9000]]"


def palette(window):
    return window.page.get_by_role("combobox", name="Conversation or command")


def option(window, name):
    return window.page.get_by_role("option", name=name, exact=True)


def press(window, keys):
    window.page.keyboard.press(keys)


def test_alice_goes_to_a_conversation_by_its_title(window, alice, bob):
    coast = create_conversation(alice, "A trip to the coast.")
    create_conversation(alice, "The price of tin.")
    create_conversation(bob, "The coast of Bob.")
    press(window, "Control+k")
    expect(palette(window)).to_be_focused()
    expect(option(window, "The price of tin.")).to_be_visible()
    window.page.keyboard.type("COAST trip")
    expect(option(window, "A trip to the coast.")).to_have_attribute("aria-selected", "true")
    expect(window.page.locator(".palette-list li:visible")).to_have_count(1)
    press(window, "Enter")
    window.page.wait_for_url(f"**/conversations/{coast.pk}/")


def test_alice_runs_a_command_with_the_arrow_keys(window):
    press(window, "Control+k")
    window.page.keyboard.type("all conv")
    expect(option(window, "All conversations")).to_have_attribute("aria-selected", "true")
    press(window, "Enter")
    window.page.wait_for_url("**/conversations/")


def test_the_arrow_keys_go_round(window):
    press(window, "Control+k")
    expect(option(window, "New conversation")).to_have_attribute("aria-selected", "true")
    expect(palette(window)).to_have_attribute("aria-activedescendant", "palette-new")
    press(window, "ArrowUp")
    expect(option(window, "Sign out")).to_have_attribute("aria-selected", "true")
    press(window, "ArrowDown")
    expect(option(window, "New conversation")).to_have_attribute("aria-selected", "true")


def test_commands_that_make_no_sense_on_the_page_are_left_out(window):
    press(window, "Control+k")
    expect(option(window, "New conversation")).to_be_visible()
    for name in ("Stop the answer", "Edit the last question", "Copy the last answer", "Print", "Administration"):
        expect(option(window, name)).to_be_hidden()


def test_an_answer_is_stopped_from_the_palette(window):
    window.ask(ENDLESS)
    window.expect_shown("article.assistant .prose p")
    press(window, "Control+k")
    window.page.keyboard.type("stop")
    press(window, "Enter")
    window.expect_answer("stopped")


def test_the_last_answer_is_tried_again_with_the_model_that_is_chosen(window):
    window.ask_and_wait("Hello [[text]]Hi.[[/text]]")
    model = Message.objects.get(role="assistant").model
    press(window, "Control+k")
    option(window, "Try the last answer again").click()
    window.expect_shown("article.assistant .rail", "Version 2 of 2")
    window.expect_answer("complete")
    assert set(Message.objects.filter(role="assistant").values_list("model", flat=True)) == {model}


def test_an_earlier_answer_is_not_tried_again_in_the_place_of_the_last_one(window):
    window.ask_and_wait("Hello [[text]]Hi.[[/text]]")
    window.ask(ENDLESS)
    expect(window.answers).to_have_count(2)
    press(window, "Control+k")
    expect(option(window, "Stop the answer")).to_be_visible()
    expect(option(window, "Try the last answer again")).to_be_hidden()
    press(window, "Escape")
    window.stop()


def test_below_a_search_hit_the_palette_offers_only_what_works_there(window, alice):
    answer = create_conversation(alice).head
    finish_answer(retry(answer))
    window.page.goto(f"/conversations/{answer.conversation_id}/?message={answer.pk}#m-{answer.pk}")
    press(window, "Control+k")
    for name in ("Search", "Copy the last answer", "Print", "Export as Markdown", "Export as JSON", "Sign out"):
        expect(option(window, name)).to_be_visible()
    for name in ("Stop the answer", "Edit the last question", "Try the last answer again"):
        expect(option(window, name)).to_be_hidden()
    option(window, "Options of this conversation: rename, pin, archive, delete").click()
    expect(window.page.get_by_role("menuitem", name="Pin", exact=True)).to_be_focused()


def test_on_a_phone_alice_signs_out_from_the_palette_while_the_sidebar_is_closed(touch_window):
    touch_window.page.goto("/")
    press(touch_window, "Control+k")
    # The field of the search is in the closed sidebar.
    expect(option(touch_window, "Search")).to_be_hidden()
    option(touch_window, "Sign out").click()
    expect(touch_window.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_menu_of_the_conversation_opens_from_the_palette(window, alice):
    window.page.goto(f"/conversations/{create_conversation(alice).pk}/")
    press(window, "Control+k")
    window.page.keyboard.type("rename")
    press(window, "Enter")
    expect(window.page.get_by_role("menuitem", name="Pin", exact=True)).to_be_focused()


def test_the_open_conversation_is_printed_and_exported_from_the_palette(window):
    window.ask_and_wait("Tin [[rate:0]][[echo:Yes.]]")
    for name, ending in (("Export as Markdown", ".md"), ("Export as JSON", ".json")):
        press(window, "Control+k")
        with window.page.expect_download() as download:
            option(window, name).click()
        assert download.value.suggested_filename.endswith(ending)
    press(window, "Control+k")
    option(window, "Print").click()
    window.page.wait_for_url("**/print/")


def test_print_is_for_the_open_conversation_after_the_menu_of_another(window, alice):
    other, opened = create_conversation(alice, "Other."), create_conversation(alice, "Opened.")
    window.page.goto(f"/conversations/{opened.pk}/")
    row = window.page.locator(f'chat-sidebar chat-entry[data-conversation="{other.pk}"]')
    row.hover()
    row.locator("[data-menu]").click()
    press(window, "Escape")
    press(window, "Control+k")
    option(window, "Print").click()
    window.page.wait_for_url(f"**/conversations/{opened.pk}/print/")


def test_the_palette_begins_with_another_conversation_than_the_open_one(window, alice):
    create_conversation(alice, "One.")
    window.page.goto(f"/conversations/{create_conversation(alice, 'Two.').pk}/")
    press(window, "Control+k")
    expect(option(window, "One.")).to_have_attribute("aria-selected", "true")
    window.page.keyboard.type("two")
    expect(option(window, "Two.")).to_have_attribute("aria-selected", "true")


def test_alice_goes_to_the_archive_from_the_palette(window):
    press(window, "Control+k")
    window.page.keyboard.type("archive")
    expect(option(window, "Archive")).to_have_attribute("aria-selected", "true")
    press(window, "Enter")
    window.page.wait_for_url("**/archive/")


def test_what_is_not_found_is_said(window):
    press(window, "Control+k")
    window.page.keyboard.type("xyzzy")
    expect(window.page.get_by_role("dialog").get_by_role("status")).to_have_text("Nothing found.")
    press(window, "Enter")
    expect(palette(window)).to_be_visible()


@pytest.mark.parametrize("keys", ["Escape", "Control+k"])
def test_the_palette_closes_and_the_focus_returns(window, keys):
    window.composer.fill("Half a thought")
    press(window, "Control+k")
    expect(palette(window)).to_be_focused()
    press(window, keys)
    expect(palette(window)).to_be_hidden()
    expect(window.composer).to_be_focused()


def test_the_palette_opens_by_mouse(window):
    window.button("Go to …").click()
    option(window, "Bin").click()
    window.page.wait_for_url("**/bin/")


def test_the_palette_works_on_pages_without_a_composer(window):
    window.page.goto("/bin/")
    press(window, "Control+k")
    window.page.keyboard.type("new conv")
    press(window, "Enter")
    expect(window.composer).to_be_visible()


def test_the_palette_can_be_used_by_everybody(open_window, alice):
    window = open_window(alice, **screen_options())
    window.page.goto(f"/conversations/{create_conversation(alice).pk}/")
    press(window, "Control+k")
    expect(option(window, "The first question.")).to_be_visible()
    check_accessibility(window)
