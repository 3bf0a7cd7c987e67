"""The e-mail of the site: each message has a text and an HTML part with the same content."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import RequestFactory
from django.utils.html import escape

from chatsite.accounts.address_change import AddressChange
from chatsite.accounts.changes import send_notice
from chatsite.accounts.invitations.links import send_invitation, send_new_link
from chatsite.accounts.models import User
from conversations.models import MonthlySpending, TeamSettings
from conversations.replies import alerts

ODD_NAMES = ["<b>Dora</b> & Söhne", "دورا الأسمر", "Dora 🦩", "Dora\r\nBcc: eve@example.com", "{{ link }}"]

LINK = "http://localhost/accounts/password/reset/key/1-abc/"


@pytest.fixture
def carols_request(carol):
    request = RequestFactory().get("/admin/", headers={"Host": "localhost"})
    request.user = carol
    return request


@pytest.fixture(params=["invitation", "new link", "reset", "address", "notice", "alert", "budget"])
def message(request, client, alice, carols_request):
    """Each kind of message that the site sends."""
    cache.clear()
    if request.param == "invitation":
        send_invitation(carols_request, alice, LINK)
    elif request.param == "new link":
        send_new_link(carols_request, alice)
    elif request.param == "address":
        AddressChange(alice, alice.email, "alice@new.example").ask_to_confirm(carols_request)
    elif request.param == "notice":
        send_notice(carols_request, alice, "Deactivated the account.", alice.email)
    elif request.param == "reset":
        client.post("/accounts/password/reset/", {"email": alice.email})
    elif request.param == "budget":
        TeamSettings(monthly_limit=10).save()
        month = MonthlySpending.objects.create(month=date(2026, 11, 1), spent=9_000_000).month
        alerts.warn_about_budget(month, Decimal(10))
    else:
        alerts.report_unavailable("401 <no key> & no credit", "req_1")
    [message] = mail.outbox
    return message


def parts_of(message):
    """The text and the HTML of a message."""
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    return str(message.body), str(html)


def test_every_message_has_a_text_and_an_html_part(message):
    parts = [part.get_content_type() for part in message.message().walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    assert "\n" not in message.subject
    text, html = parts_of(message)
    assert "<" not in text.replace("<no key>", "")
    assert html.startswith("<!doctype html>")
    assert "{{" not in text + html


def test_both_parts_have_the_same_links_and_load_nothing(message):
    text, html = parts_of(message)
    links = set(re.findall(r"https?://\S+", text))
    assert set(re.findall(r'href="([^"]+)"', html)) == links
    assert not re.search(r"<(img|link|script|style)|src=|url\(", html)


def test_an_invitation_names_the_inviter_the_team_and_its_lifetime(carols_request, alice, settings):
    TeamSettings(name="The Harbour").save()
    settings.PASSWORD_RESET_TIMEOUT = 5 * 24 * 60 * 60
    send_invitation(carols_request, alice, LINK)

    [message] = mail.outbox
    assert (message.to, message.subject) == (["alice@example.com"], "Your account at The Harbour")
    assert "Carol has made an account for you at The Harbour." in message.body
    assert "You will sign in as alice@example.com. The link works once, for 5 days." in message.body
    assert LINK in message.body


@pytest.mark.parametrize(("seconds", "lifetime"), [(86_400, "1 day"), (259_200, "3 days"), (7_200, "2 hours")])
def test_the_lifetime_of_a_link_follows_the_setting(client, alice, settings, seconds, lifetime):
    settings.PASSWORD_RESET_TIMEOUT = seconds
    client.post("/accounts/password/reset/", {"email": alice.email})
    for part in parts_of(mail.outbox[0]):
        assert f"The link works once, for {lifetime}." in part


@pytest.mark.parametrize("name", ODD_NAMES)
def test_no_name_breaks_a_message(carols_request, name):
    TeamSettings(name=name).save()
    carols_request.user.first_name = name
    send_invitation(carols_request, User.objects.create_user("dora@example.com", first_name=name), LINK)

    [message] = mail.outbox
    text, html = parts_of(message)
    raw = message.message()
    assert raw["Bcc"] is None
    assert raw["To"] == "dora@example.com"
    assert message.subject == f"Your account at {' '.join(name.split())}"
    assert f"Hello {name}," in text
    assert f"Hello <bdi>{escape(name)}</bdi>," in html
