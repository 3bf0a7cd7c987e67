"""When Claude cannot be used at all: people read a calm sentence, staff are told once."""

from datetime import date

import pytest
from django.core import mail
from django.core.cache import cache

from chatsite.accounts.models import User
from conversations.models import Message, MonthlySpending, TeamSettings, Usage
from conversations.replies import alerts
from tests.site import Site, Visitor, free_port

CALM = "Claude is not available. The administrator has been told."


@pytest.fixture(autouse=True)
def _nobody_was_told(db):
    cache.clear()
    yield
    cache.clear()


def tell(detail="401 authentication_error: invalid x-api-key", request_id="req_1"):
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
        assert "401" not in stream.end["html"]
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
    tell()

    [letter] = mail.outbox
    assert sorted(letter.to) == ["carol@example.com", "dan@example.com"]
    assert letter.subject == "Claude is not available"
    assert "401 authentication_error: invalid x-api-key" in letter.body
    assert "Request id: req_1" in letter.body


def test_a_second_letter_comes_only_after_the_pause(carol, monkeypatch):
    tell()
    tell()
    assert len(mail.outbox) == 1

    cache.clear()
    monkeypatch.setattr(alerts, "PAUSE", 0)
    tell()
    tell()
    assert len(mail.outbox) == 3


def test_the_pause_is_ten_minutes():
    assert alerts.PAUSE == 600


def test_without_staff_nobody_is_written_to(alice):
    tell()

    assert mail.outbox == []


def test_a_mail_server_that_is_away_costs_nobody_anything(carol, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    tell()

    assert "The mail to staff could not be sent." in caplog.text


# The month's amount


@pytest.fixture
def nearly_spent(db):
    TeamSettings.objects.create(monthly_limit="10")
    return MonthlySpending.objects.create(month=date(2026, 11, 1), spent=8_000_000).month


def test_most_of_the_amount_spent_is_told_once(carol, nearly_spent):
    alerts.warn_about_budget(nearly_spent)
    alerts.warn_about_budget(nearly_spent)

    [letter] = mail.outbox
    assert letter.to == ["carol@example.com"]
    assert letter.subject == "The monthly amount for Claude is nearly used up"
    assert "80 % of this month's limit of $10.00" in letter.body


def test_another_limit_is_told_of_anew(carol, nearly_spent):
    alerts.warn_about_budget(nearly_spent)
    TeamSettings.objects.update(monthly_limit="10.01")
    alerts.warn_about_budget(nearly_spent)
    assert len(mail.outbox) == 1

    MonthlySpending.objects.update(spent=9_000_000)
    alerts.warn_about_budget(nearly_spent)
    assert len(mail.outbox) == 2


def test_without_a_limit_there_is_nothing_to_tell(carol, nearly_spent):
    TeamSettings.objects.update(monthly_limit=None)
    alerts.warn_about_budget(nearly_spent)

    assert mail.outbox == []


def test_a_letter_about_the_amount_that_cannot_be_sent_costs_nobody_anything(carol, nearly_spent, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    alerts.warn_about_budget(nearly_spent)

    assert "The mail to staff could not be sent." in caplog.text


def test_a_letter_about_the_amount_that_could_not_be_sent_is_sent_later(carol, nearly_spent, settings):
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    alerts.warn_about_budget(nearly_spent)
    settings.EMAIL_BACKEND = working
    alerts.warn_about_budget(nearly_spent)
    assert mail.outbox == [], "each reply would wait for a mail server that is away"

    cache.clear()  # as after ten minutes
    alerts.warn_about_budget(nearly_spent)
    alerts.warn_about_budget(nearly_spent)
    assert len(mail.outbox) == 1
