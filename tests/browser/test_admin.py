"""The Django admin under the strict content security policy."""

import pytest
from django.contrib import admin
from django.urls import reverse

from conversations.models import AccessRecord
from tests.browser.window import lines_of
from tests.history import create_conversation, create_usage

pytestmark = pytest.mark.browser

#: The window counts what is logged with "Refused" as an error.
LOG_VIOLATIONS = (
    "addEventListener('securitypolicyviolation', event => console.error(`Refused: ${event.violatedDirective}`))"
)


def test_the_pages_of_the_admin_violate_no_policy(open_window, carol):
    window = open_window(carol)
    window.page.add_init_script(LOG_VIOLATIONS)

    window.page.goto("/admin/")
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for page in ("changelist", "add"):
            window.page.goto(reverse(f"{name}_{page}"))
    window.page.goto(reverse("admin:conversations_usage_costs"))
    assert window.page.get_by_role("img", name="Costs by month").is_visible()
    assert window.errors == []


def test_the_scripts_of_the_admin_run(open_window, carol):
    page = open_window(carol).page
    page.goto("/admin/")
    theme = page.locator("html").get_attribute("data-theme")
    page.get_by_role("button", name="Toggle theme").first.click()
    assert page.locator("html").get_attribute("data-theme") != theme


@pytest.fixture
def wide_admin(open_window, carol):
    return open_window(carol, viewport={"width": 1280, "height": 800}).page


def test_the_lists_fit_a_window_of_1280_pixels(wide_admin, alice, carol):
    conversation = create_conversation(alice, "A question with many words. " * 8)
    create_usage(alice, conversation=conversation, message=conversation.head)
    AccessRecord.record(AccessRecord.Kind.OPENED, carol, conversation, "Alice asked me to look at it.")
    for model in ("conversation", "message", "usage", "accessrecord"):
        wide_admin.goto(f"/admin/conversations/{model}/")
        results = wide_admin.locator(".results")
        assert (model, results.evaluate("box => box.scrollWidth - box.clientWidth")) == (model, 0)
    reason = wide_admin.locator("td.field-reason")
    assert lines_of(reason) <= 2


def test_on_a_phone_the_forms_have_room_beside_their_text(open_window, carol):
    page = open_window(carol, viewport={"width": 390, "height": 780}).page
    for path in (f"/admin/accounts/user/{carol.pk}/change/", "/admin/conversations/mcpserver/add/"):
        page.goto(path)
        fieldset, label = page.locator("fieldset").first, page.locator("fieldset label:visible").first
        room = label.bounding_box()["x"] - fieldset.bounding_box()["x"]
        assert (path, 12 <= room <= 20) == (path, True)
        fields = page.locator("fieldset").locator("input, select, textarea, .help").filter(visible=True)
        ends = fields.evaluate_all("fields => fields.map((field) => field.getBoundingClientRect().right)")
        assert (path, max(ends) <= 390 - 15 - 12) == (path, True)
