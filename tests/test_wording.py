"""The words on the pages and in the documentation: "e-mail" in sentences, "E-mail" as a label."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.contrib import admin
from django.urls import reverse

ROOT = Path(__file__).resolve().parent.parent
#: Written without the hyphen, unless it is a part of a name.
EMAIL = re.compile(r"(?<![\w./=-])e ?mails?(?![\w./=:-])", re.IGNORECASE)


def read_words(html: str) -> str:
    """The text of a page and the attributes that people read, without the names of stored permissions."""
    without_code = re.sub(r"<(script|style|code|select)\b.*?</\1>", "", html, flags=re.DOTALL)
    attributes = re.findall(r'(?:placeholder|aria-label|title|data-label)="([^"]*)"', without_code)
    return unescape("\n".join([re.sub(r"<[^>]*>", "\n", without_code), *attributes]))


def find_emails(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if EMAIL.search(line)]


@pytest.mark.django_db
def test_the_pages_for_guests_write_e_mail(client):
    pages = [
        client.get("/accounts/login/"),
        client.post("/accounts/login/", {"login": "alice", "password": "wrong"}),
        client.post("/accounts/login/", {"login": "alice@example.com", "password": "wrong"}),
        client.get("/accounts/password/reset/"),
        client.post("/accounts/password/reset/", {"email": "alice"}),
    ]
    words = [read_words(page.text) for page in pages]
    assert [find_emails(text) for text in words] == [[]] * 5
    assert ["e-mail" in text.lower() for text in words] == [True] * 5


@pytest.mark.django_db
def test_the_pages_of_the_admin_write_e_mail(client, carol):
    client.force_login(carol)
    paths = ["/admin/", f"/admin/accounts/user/{carol.pk}/change/", reverse("admin:conversations_usage_costs")]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        paths += [reverse(f"{name}_changelist"), reverse(f"{name}_add")]
    pages = {path: client.get(path, follow=True) for path in paths}
    change = f"/admin/accounts/user/{carol.pk}/change/"
    pages["invalid"] = client.post(change, {"email": "carol"})
    found = {path: find_emails(read_words(page.text)) for path, page in pages.items() if page.status_code == 200}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_the_documentation_writes_e_mail():
    files = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / ".env.example", *ROOT.glob("docs/*.md")]
    files += ROOT.glob("deploy/*")
    for file in files:
        text = re.sub(r"`[^`\n]*`", "", file.read_text())
        assert (file.name, find_emails(text)) == (file.name, [])
