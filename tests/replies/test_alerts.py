"""When Claude cannot be used at all: people read a calm sentence, staff are told once."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core import mail
from django.core.cache import cache

from chatsite.accounts.models import User
from conversations.models import Message, MonthlySpending, Usage
from conversations.replies import alerts
from tests.site import Site, Visitor, free_port

CALM = "Claude is not available. The administrator has been told."


@pytest.fixture(autouse=True)
def _nobody_was_told(db):
    cache.clear()
    yield
    cache.clear()


def report(detail="401 authentication_error: invalid x-api-key", request_id="req_1"):
    alerts.report_unavailable(detail, request_id)


# Through the site


def test_a_bad_key_is_told_to_alice_calmly_and_to_carol_once(transactional_db, alice, bob, carol, stand_in, capfd):
    stand_in.reset()
    with Site(stand_in.url, ANTHROPIC_API_KEY="bad-key", EMAIL_URL="consolemail://") as site:
        streams = [Visitor(site, person).ask("Are you there?") for person in (alice, bob, alice)]
    sent = capfd.readouterr().out

    for stream in streams:
        assert (stream.end["state"], stream.end["code"]) == ("failed", "misconfigured")
        assert CALM in stream.end["html"]
        assert not re.search(r"\b401\b", stream.end["html"])
    asked = stand_in.recorded()
    first = Message.objects.get(pk=streams[0].start["reply"])
    assert (first.error_detail, first.request_id) == ("401 authentication_error: invalid x-api-key", asked[0]["id"])
    assert len(asked) == 3
    assert not Usage.objects.exists()
    assert sent.count("Subject: Claude is not available") == 1
    assert "To: carol@example.com" in sent
    assert "401 authentication_error: invalid x-api-key" in sent
    assert any(record["id"] in sent for record in asked)


# By itself


def test_every_active_member_of_staff_gets_status_cause_and_request(carol, alice):
    User.objects.create_user("dan@example.com", is_staff=True)
    User.objects.create_user("eve@example.com", is_staff=True, is_active=False)
    report()

    [letter] = mail.outbox
    assert sorted(letter.to) == ["carol@example.com", "dan@example.com"]
    assert letter.subject == "Claude is not available"
    assert "401 authentication_error: invalid x-api-key" in letter.body
    assert "Request id: req_1" in letter.body


def test_a_second_letter_comes_only_after_the_pause(carol, monkeypatch):
    report()
    report()
    assert len(mail.outbox) == 1

    cache.clear()
    monkeypatch.setattr(alerts, "PAUSE", 0)
    report()
    report()
    assert len(mail.outbox) == 3


def test_the_pause_is_ten_minutes():
    assert alerts.PAUSE == 600


def test_without_staff_nobody_is_written_to(alice):
    report()

    assert mail.outbox == []


def test_a_mail_server_that_is_away_costs_nobody_anything(carol, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    report()

    assert "The mail to staff could not be sent." in caplog.text


# The month's limit

LIMIT = Decimal("10.00")


@pytest.fixture
def month(db):
    """A month of which four fifths of the limit are spent."""
    return MonthlySpending.objects.create(month=date(2026, 11, 1), spent=8_000_000).month


def test_carol_is_warned_once_about_a_limit(carol, month):
    alerts.warn_about_budget(month, LIMIT)
    alerts.warn_about_budget(month, LIMIT)

    [email] = mail.outbox
    assert email.to == ["carol@example.com"]
    assert email.subject == "The monthly amount for Claude is nearly used up"
    assert "80 % of this month's limit of $10.00" in email.body


def test_carol_is_warned_again_about_another_limit(carol, month):
    alerts.warn_about_budget(month, LIMIT)
    alerts.warn_about_budget(month, Decimal("10.01"))
    assert len(mail.outbox) == 1

    MonthlySpending.objects.update(spent=9_000_000)
    alerts.warn_about_budget(month, Decimal("10.01"))
    assert len(mail.outbox) == 2


def test_a_warning_that_cannot_be_sent_is_logged(carol, month, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    alerts.warn_about_budget(month, LIMIT)

    assert "The mail to staff could not be sent." in caplog.text


def test_a_warning_that_could_not_be_sent_is_sent_after_the_pause(carol, month, settings):
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    alerts.warn_about_budget(month, LIMIT)
    settings.EMAIL_BACKEND = working
    alerts.warn_about_budget(month, LIMIT)
    assert mail.outbox == [], "each reply would wait for a mail server that is away"

    cache.clear()  # as after ten minutes
    alerts.warn_about_budget(month, LIMIT)
    alerts.warn_about_budget(month, LIMIT)
    assert len(mail.outbox) == 1
