"""Carol, to whom it was given, reads what Alice wrote; Alice sees that she did."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Permission
from playwright.sync_api import expect

from conversations.models import AccessRecord
from tests.browser.window import checked_screen
from tests.history import begin, finish_answer, retry

pytestmark = pytest.mark.browser
REASON = "A complaint about rudeness, ticket 12."
SCREENS = [(1280, "light"), (390, "dark")]


@pytest.fixture
def hers(alice):
    first = finish_answer(begin(alice, "How do I keep a canary?"), "In a **large** cage:\n\n```python\nroom = 2\n```")
    finish_answer(retry(first), "Better not at all.", "stopped", "stopped")
    return first.conversation


@pytest.fixture
def carol(carol):
    carol.user_permissions.add(Permission.objects.get(codename="read_transcripts"))
    return carol


@pytest.mark.parametrize("scripts", [True, False])
def test_carol_opens_a_transcript_from_the_list_and_turns_to_the_other_version(window_of, carol, alice, hers, scripts):
    window = window_of(carol, java_script_enabled=scripts)
    page = window.page
    page.goto("/admin/conversations/conversation/")
    page.get_by_role("link", name="How do I keep a canary?").click()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_label("Reason").press("Enter")
    window.shows("#transcript .note", "Stopped by alice@example.com.")
    page.get_by_label("Earlier version").click()
    window.shows("#transcript .prose strong", "large")
    assert AccessRecord.objects.count() == 1

    theirs = window_of(alice, java_script_enabled=scripts)
    theirs.page.goto("/settings/tokens/")
    theirs.page.get_by_role("link", name="Who read my conversations").click()
    theirs.shows(".rows li", REASON)


def test_carol_takes_the_transcript_away(window_of, carol, hers):
    page = window_of(carol).page
    page.goto(f"/admin/conversations/conversation/{hers.pk}/transcript/")
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Open the transcript").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as Markdown").click()
    assert download.value.suggested_filename == f"conversation-{hers.pk}.md"


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_a_transcript_is_set_in_our_type_and_has_no_obstacle(window_of, carol, hers, width, scheme):
    window = window_of(carol, **checked_screen(width, scheme))
    page = window.page
    page.goto(f"/admin/conversations/conversation/{hers.pk}/transcript/")
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Open the transcript").click()
    expect(page.locator("#transcript .bubble")).to_have_css("font-size", "17px")
    expect(page.locator("#transcript h2")).to_have_css("font-family", "Atkinson, system-ui, sans-serif")
    found = Axe().run(page, context="#transcript").response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_search_marks_its_words_and_keeps_the_policy(window_of, carol, hers):
    window = window_of(carol)
    window.page.goto("/admin/conversations/conversation/search/")
    window.page.get_by_label("Words").fill("canary")
    window.page.get_by_label("Reason").fill(REASON)
    window.page.get_by_role("button", name="Search", exact=True).click()
    window.shows(".found mark", "canary")
