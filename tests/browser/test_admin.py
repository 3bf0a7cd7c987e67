"""The Django admin under the strict content security policy."""

import pytest
from django.contrib import admin
from django.urls import reverse

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
