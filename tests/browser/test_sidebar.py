"""The list of conversations beside the page: its menu, its older pages, and what happens in other conversations."""

import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from conversations.models import Conversation
from tests.history import ask, create_conversation, finish_answer
from tests.site import eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def conversations(alice):
    """Three conversations, the newest first."""
    return [create_conversation(alice, f"Conversation {name}.") for name in ("three", "two", "one")][::-1]


def row_of(window, conversation):
    return window.page.locator(f'chat-sidebar li > chat-entry[data-conversation="{conversation.pk}"]')


def choose(window, entry, item):
    entry.hover(position={"x": 8, "y": 8})
    entry.locator("[data-menu]").click()
    window.page.get_by_role("menuitem", name=item, exact=True).click()


def titles_in(window, group):
    return window.page.locator(f'chat-sidebar [data-group="{group}"] [data-label]')


def is_marked(conversation, mark: str) -> bool:
    return getattr(Conversation.objects.get(pk=conversation.pk), mark) is not None


# The menu


def test_a_pinned_conversation_moves_to_the_top_and_keeps_the_focus(window, conversations):
    window.page.goto("/")
    choose(window, row_of(window, conversations[2]), "Pin")
    expect(titles_in(window, "Pinned")).to_have_text(["Conversation three."])
    expect(row_of(window, conversations[2]).locator("[data-menu]")).to_be_focused()
    assert is_marked(conversations[2], "pinned")

    window.button("Undo").click()
    expect(titles_in(window, "Pinned")).to_have_count(0)
    expect(titles_in(window, "Today")).to_have_count(3)
    assert not is_marked(conversations[2], "pinned")


def test_the_open_conversation_is_archived_from_its_own_menu_and_stays_open(window, conversations):
    window.page.goto(f"/conversations/{conversations[0].pk}/")
    choose(window, window.page.locator(".heading"), "Archive")
    window.expect_shown("chat-toast", "Archived.")
    expect(row_of(window, conversations[0])).to_have_count(0)
    assert is_marked(conversations[0], "archived")

    choose(window, window.page.locator(".heading"), "Take out of the archive")
    expect(row_of(window, conversations[0])).to_have_count(1)
    assert not is_marked(conversations[0], "archived")


def test_an_archived_conversation_says_so_at_its_top_and_is_taken_out_there(window, conversations):
    notice = window.page.get_by_role("region", name="Archive")
    window.page.goto(f"/conversations/{conversations[0].pk}/")
    expect(notice).to_be_hidden()
    choose(window, window.page.locator(".heading"), "Archive")
    expect(notice).to_contain_text("This conversation is archived.")

    notice.get_by_role("button", name="Take out of the archive").click()
    expect(notice).to_be_hidden()
    expect(window.page.locator(".heading [data-menu]")).to_be_focused()
    expect(row_of(window, conversations[0])).to_have_count(1)
    assert not is_marked(conversations[0], "archived")


def test_alice_writes_on_while_her_conversation_is_taken_out_of_the_archive(window, conversations):
    conversations[0].set_archived(True)
    window.page.goto(f"/conversations/{conversations[0].pk}/")
    requests = []
    window.page.route("**/archive/", lambda route: requests.append(route))
    window.button("Take out of the archive").click()
    window.composer.press_sequentially("Hel")
    requests[0].continue_()
    expect(window.page.get_by_role("region", name="Archive")).to_be_hidden()
    expect(window.composer).to_be_focused()


def test_a_question_takes_an_archived_conversation_out_before_the_eyes_of_alice(window, conversations):
    conversations[0].set_archived(True)
    window.page.goto(f"/conversations/{conversations[0].pk}/")
    expect(window.page.get_by_role("region", name="Archive")).to_be_visible()
    window.ask_and_wait("[[rate:0]][[echo:Yes.]]")
    expect(window.page.get_by_role("region", name="Archive")).to_be_hidden()


def test_without_scripts_an_archived_conversation_is_taken_out_at_its_top(plain_window, alice):
    conversation = create_conversation(alice)
    conversation.set_archived(True)
    plain_window.page.goto(f"/conversations/{conversation.pk}/")
    plain_window.button("Take out of the archive").click()
    expect(plain_window.page.get_by_role("region", name="Archive")).to_be_hidden()
    assert not is_marked(conversation, "archived")


def test_archiving_a_row_is_undone(window, conversations):
    window.page.goto("/conversations/")
    choose(window, window.page.locator("main chat-entry").nth(1), "Archive")
    expect(window.page.locator("main [data-label]")).to_have_text(["Conversation one.", "Conversation three."])
    expect(row_of(window, conversations[1])).to_have_count(0)
    window.button("Undo").click()
    expect(window.page.locator("main [data-label]").nth(1)).to_be_focused()
    expect(row_of(window, conversations[1])).to_have_count(1)
    assert not is_marked(conversations[1], "archived")


def test_a_long_title_is_shown_in_full_while_it_has_the_focus(window, alice):
    title = "A title that is much longer than the list of conversations is wide"
    create_conversation(alice, title)
    window.page.goto("/")
    label = window.page.locator("chat-sidebar [data-label]")
    expect(label).to_have_attribute("title", Conversation.objects.get().title)
    height = label.bounding_box()["height"]
    window.page.locator("chat-sidebar [name=q]").focus()
    window.page.keyboard.press("Tab")
    expect(label).to_be_focused()
    assert label.bounding_box()["height"] > height


# Several at once


def test_selected_conversations_are_archived_and_that_is_undone(window, conversations):
    window.page.goto("/conversations/")
    expect(window.button("Archive")).to_be_disabled()
    for name in ("one", "three"):
        window.page.get_by_label(f"Select: Conversation {name}.").check()
    window.expect_shown("[data-count]", "2 selected")
    window.button("Archive").click()
    expect(window.page.locator("main [data-label]")).to_have_text(["Conversation two."])
    assert [is_marked(conversation, "archived") for conversation in conversations] == [True, False, True]

    window.button("Undo").click()
    expect(window.page.locator("main [data-label]")).to_have_count(3)
    assert [is_marked(conversation, "archived") for conversation in conversations] == [False] * 3


def test_all_conversations_of_a_page_are_selected_and_deleted(window, conversations):
    window.page.goto("/conversations/")
    window.page.get_by_label("Select all").check()
    window.button("Delete").click()
    expect(window.page.get_by_text("You have no conversations yet.")).to_be_visible()
    assert all(is_marked(conversation, "deleted") for conversation in conversations)


def test_without_scripts_selected_conversations_are_archived(plain_window, alice):
    conversation = create_conversation(alice, "A trip to the coast.")
    plain_window.page.goto("/conversations/")
    plain_window.page.get_by_label("Select: A trip to the coast.").check()
    plain_window.page.get_by_role("button", name="Archive").click()
    plain_window.page.wait_for_url("**/archive/")
    assert is_marked(conversation, "archived")


# Older conversations


def test_older_conversations_are_added_when_the_end_of_the_list_comes_into_sight(window, alice):
    now = timezone.now()
    Conversation.objects.bulk_create(
        Conversation(owner=alice, title=f"Number {number}.", updated=now - timedelta(hours=number))
        for number in range(120)
    )
    window.page.goto("/")
    rows = window.page.locator("chat-sidebar li")
    for count in (100, 120):
        rows.last.scroll_into_view_if_needed()
        expect(rows).to_have_count(count)
    expect(window.page.get_by_role("link", name="Older conversations")).to_have_count(0)
    labels = window.page.locator("chat-sidebar [data-group]").evaluate_all(
        "groups => groups.map((g) => g.dataset.group)"
    )
    assert len(labels) == len(set(labels))

    Conversation.objects.filter(title="Number 110.").update(title="Changed.")
    Conversation.objects.get(title="Number 3.").rename("Changed too.")
    expect(window.page.get_by_text("Changed too.")).to_have_count(1)
    expect(rows).to_have_count(120)


# What happens in other conversations


def test_a_conversation_that_is_being_answered_elsewhere_says_so_until_its_answer_is_new(window, alice):
    conversation = create_conversation(alice, "Elsewhere.")
    window.page.goto(f"/conversations/{create_conversation(alice).pk}/")
    Conversation.objects.filter(pk=conversation.pk).mark_read()
    answer = ask(conversation, "And now?")
    expect(row_of(window, conversation)).to_contain_text("Claude is answering", timeout=3000)
    finish_answer(answer)
    expect(row_of(window, conversation)).to_contain_text("New answer", timeout=3000)


def test_an_answer_that_ends_in_sight_is_not_new(window):
    window.page.goto("/")
    window.ask_and_wait("[[echo:Yes.]]")
    conversation = Conversation.objects.get()
    eventually(lambda: Conversation.objects.with_status().get(pk=conversation.pk).status == "")
    expect(row_of(window, conversation)).not_to_contain_text("New answer")


HIDE = """(state) => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_an_answer_that_ends_in_a_hidden_page_is_new_and_announced_by_the_system(window):
    window.page.add_init_script(
        """window.notified = [];
        window.Notification = class extends EventTarget {
          static permission = "granted";
          constructor(title) { super(); window.notified.push(title); }
        };"""
    )
    window.page.goto("/")
    window.ask("A question [[rate:200]][[chars:800]]")
    window.expect_shown("article.assistant .prose p")
    window.page.evaluate(HIDE, "hidden")
    window.expect_answer("complete")
    assert window.page.evaluate("notified.length") == 1
    read = Conversation.objects.with_status()
    eventually(lambda: read.get().status == "unread")

    window.page.evaluate(HIDE, "visible")
    eventually(lambda: read.get().status == "")


@pytest.mark.parametrize(
    ("permission", "sentence"),
    [("granted", "You will be notified"), ("denied", "Notifications are blocked in the settings of your browser.")],
)
def test_alice_reads_whether_she_will_be_notified(window, permission, sentence):
    window.page.add_init_script(
        f"""window.Notification = class {{
          static permission = "default";
          static async requestPermission() {{ return (this.permission = "{permission}"); }}
        }};"""
    )
    window.page.goto("/")
    button = window.button("Notify me of answers that end while I am elsewhere")
    button.click()
    window.expect_shown("chat-toast", sentence)
    expect(button).to_be_hidden()


def test_a_hidden_page_asks_nothing(window, conversations):
    window.page.goto("/")
    with window.page.expect_response("**/sidebar/*"):
        pass
    window.page.evaluate(HIDE, "hidden")
    window.page.wait_for_timeout(500)
    asked = []
    window.page.on("request", lambda request: asked.append(request.url))
    window.page.wait_for_timeout(3500)
    assert asked == []
    with window.page.expect_response("**/sidebar/*"):
        window.page.evaluate(HIDE, "visible")


def test_selected_conversations_are_saved_as_one_file_and_stay_selected(window, conversations):
    window.page.goto("/conversations/")
    for name in ("one", "three"):
        window.page.get_by_label(f"Select: Conversation {name}.").check()
    with window.page.expect_download() as download:
        window.button("Export").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        titles = sorted(name.split()[2] for name in archive.namelist() if name.startswith("markdown/"))
    assert titles == ["one", "three"]
    assert download.value.suggested_filename.startswith("conversations-")
    expect(window.page.locator("[data-count]")).to_have_text("2 selected")
