"""The Django admin under the strict policy: its scripts run, and nothing it needs is refused."""

import pytest
from django.contrib import admin
from django.urls import reverse

pytestmark = pytest.mark.browser

COUNT_VIOLATIONS = (
    "addEventListener('securitypolicyviolation', event => console.error(`refused: ${event.violatedDirective}`))"
)


def test_carols_admin_pages_break_no_policy(window_of, carol):
    window = window_of(carol)
    violations = []
    window.page.add_init_script(COUNT_VIOLATIONS)
    window.page.on("console", lambda message: violations.extend([message.text] * ("refused: " in message.text)))

    window.page.goto("/admin/")
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for page in ("changelist", "add"):
            window.page.goto(reverse(f"{name}_{page}"))
    window.page.goto(reverse("admin:conversations_usage_costs"))
    assert window.page.get_by_role("img", name="Costs by month").is_visible()
    assert violations == []


def test_the_scripts_of_the_admin_run(window_of, carol):
    page = window_of(carol).page
    page.goto("/admin/")
    theme = page.locator("html").get_attribute("data-theme")
    page.get_by_role("button", name="Toggle theme").first.click()
    assert page.locator("html").get_attribute("data-theme") != theme
