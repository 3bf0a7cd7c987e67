"""Carol, who may read transcripts, reads a conversation of Alice's; Alice sees that she did."""

import pytest
from django.contrib.auth.models import Permission
from playwright.sync_api import expect

from conversations.models import AccessRecord
from tests.browser.accessibility import check_accessibility, screen_options
from tests.history import begin, finish_answer, retry

pytestmark = pytest.mark.browser
REASON = "A complaint about rudeness, ticket 12."


@pytest.fixture
def carol(carol):
    carol.user_permissions.add(Permission.objects.get(codename="read_transcripts"))
    return carol


@pytest.fixture
def conversation(alice):
    """A conversation of Alice's whose only question has two answers; she stopped the second one."""
    first = finish_answer(begin(alice, "How do I keep a canary?"), "In a **large** cage:\n\n```python\nroom = 2\n```")
    finish_answer(retry(first), "Better not at all.", "stopped", "stopped")
    return first.conversation


def open_transcript(window, conversation):
    window.page.goto(f"/admin/conversations/conversation/{conversation.pk}/transcript/")
    window.page.get_by_label("Reason").fill(REASON)
    window.page.get_by_role("button", name="Open the transcript").click()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_carol_opens_a_transcript_from_the_list(open_window, carol, conversation, has_scripts):
    window = open_window(carol, java_script_enabled=has_scripts)
    window.page.goto("/admin/conversations/conversation/")
    window.page.get_by_role("link", name="How do I keep a canary?").click()
    window.page.get_by_label("Reason").fill(REASON)
    window.page.get_by_label("Reason").press("Enter")
    window.expect_shown("#transcript .note", "Stopped by alice@example.com.")


@pytest.mark.parametrize("has_scripts", [True, False])
def test_carol_looks_at_the_other_version_without_giving_a_reason_again(open_window, carol, conversation, has_scripts):
    window = open_window(carol, java_script_enabled=has_scripts)
    open_transcript(window, conversation)
    window.page.get_by_label("Earlier version").click()
    window.expect_shown("#transcript .prose strong", "large")
    assert AccessRecord.objects.count() == 1


def test_alice_sees_the_reason_in_her_settings(open_window, carol, alice, conversation):
    open_transcript(open_window(carol), conversation)
    window = open_window(alice)
    window.page.goto("/settings/tokens/")
    window.page.get_by_role("link", name="Who read my conversations").click()
    window.expect_shown(".rows li", REASON)


def test_carol_exports_a_transcript(open_window, carol, conversation):
    window = open_window(carol)
    open_transcript(window, conversation)
    with window.page.expect_download() as download:
        window.page.get_by_role("button", name="Export as Markdown").click()
    assert download.value.suggested_filename == f"conversation-{conversation.pk}.md"


def test_a_transcript_has_the_type_of_the_chat_and_is_accessible(open_window, carol, conversation):
    window = open_window(carol, **screen_options())
    open_transcript(window, conversation)
    expect(window.page.locator("#transcript .bubble")).to_have_css("font-size", "17px")
    expect(window.page.locator("#transcript h2")).to_have_css("font-family", "Atkinson, system-ui, sans-serif")
    check_accessibility(window, within="#transcript")


def test_a_search_marks_its_words(open_window, carol, conversation):
    window = open_window(carol)
    window.page.goto("/admin/conversations/conversation/search/")
    window.page.get_by_label("Words").fill("canary")
    window.page.get_by_label("Reason").fill(REASON)
    window.page.get_by_role("button", name="Search", exact=True).click()
    window.expect_shown(".found mark", "canary")
