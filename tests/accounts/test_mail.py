"""The site's letters: each as text and as HTML, and both say the same."""

import re
from datetime import date

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import RequestFactory
from django.utils.html import escape

from chatsite.accounts.invitations.links import send_invitation
from chatsite.accounts.models import User
from conversations.models import MonthlySpending, TeamSettings
from conversations.replies import alerts

ODD_NAMES = ["<b>Dora</b> & Söhne", "دورا الأسمر", "Dora 🦩", "Dora\r\nBcc: eve@example.com", "{{ link }}"]


@pytest.fixture
def from_carol(carol):
    request = RequestFactory().get("/admin/", headers={"Host": "localhost"})
    request.user = carol
    return request


@pytest.fixture(params=["invitation", "reset", "alert", "budget"])
def letter(request, client, alice, from_carol):
    """Each letter of the site, as a mail program gets it."""
    cache.clear()
    if request.param == "invitation":
        send_invitation(from_carol, alice)
    elif request.param == "reset":
        client.post("/accounts/password/reset/", {"email": alice.email})
    elif request.param == "budget":
        TeamSettings(monthly_limit=10).save()
        alerts.warn_about_budget(MonthlySpending.objects.create(month=date(2026, 11, 1), spent=9_000_000).month)
    else:
        alerts.report_unavailable("401 <no key> & no credit", "req_1")
    [message] = mail.outbox
    return message


def both(message):
    """The text and the HTML of a letter."""
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    return str(message.body), str(html)


def test_every_letter_has_a_text_and_an_html_part(letter):
    parts = [part.get_content_type() for part in letter.message().walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    assert "\n" not in letter.subject
    text, html = both(letter)
    assert "<" not in text.replace("<no key>", "")
    assert html.startswith("<!doctype html>")
    assert "{{" not in text + html


def test_both_parts_hold_the_same_links_and_nothing_is_fetched(letter):
    text, html = both(letter)
    links = set(re.findall(r"https?://\S+", text))
    assert set(re.findall(r'href="([^"]+)"', html)) == links
    assert not re.search(r"<(img|link|script|style)|src=|url\(", html)


def test_an_invitation_says_who_where_and_for_how_long(from_carol, alice, settings):
    TeamSettings(name="The Harbour").save()
    settings.PASSWORD_RESET_TIMEOUT = 5 * 24 * 60 * 60
    send_invitation(from_carol, alice)

    [message] = mail.outbox
    assert (message.to, message.subject) == (["alice@example.com"], "Your account at The Harbour")
    assert "Carol has made an account for you at The Harbour." in message.body
    assert "You will sign in as alice@example.com. The link works once, for 5 days." in message.body
    assert "http://localhost/accounts/password/reset/key/" in message.body


@pytest.mark.parametrize(("seconds", "words"), [(86_400, "1 day"), (259_200, "3 days"), (7_200, "2 hours")])
def test_how_long_a_link_works_is_what_the_setting_says(client, alice, settings, seconds, words):
    settings.PASSWORD_RESET_TIMEOUT = seconds
    client.post("/accounts/password/reset/", {"email": alice.email})
    for part in both(mail.outbox[0]):
        assert f"The link works once, for {words}." in part


@pytest.mark.parametrize("name", ODD_NAMES)
def test_no_name_breaks_a_letter(from_carol, name):
    TeamSettings(name=name).save()
    from_carol.user.first_name = name
    send_invitation(from_carol, User.objects.create_user("dora@example.com", first_name=name))

    [message] = mail.outbox
    text, html = both(message)
    raw = message.message()
    assert raw["Bcc"] is None
    assert raw["To"] == "dora@example.com"
    assert message.subject == f"Your account at {' '.join(name.split())}"
    assert f"Hello {name}," in text
    assert f"Hello <bdi>{escape(name)}</bdi>," in html
