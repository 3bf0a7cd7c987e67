"""Invitations and forgotten passwords: both lead to a link that works once and sets a password."""

import re

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.test import RequestFactory

from chatsite.accounts.invitations.links import build_invitation_link
from chatsite.accounts.models import User
from conversations.models import TeamSettings
from tests.conftest import PASSWORD
from tests.site import free_port

NEW_PASSWORD = "three herons over the marsh"


@pytest.fixture
def dora(db):
    """Invited, without a password yet."""
    return User.objects.create_user("Dora@Example.com", first_name="Dora")


@pytest.fixture
def carols_request(carol):
    request = RequestFactory().get("/admin/", headers={"Host": "localhost"})
    request.user = carol
    return request


def set_password(client, link, password=NEW_PASSWORD):
    """Open a link and send its form; returns the page itself if the link is invalid."""
    form = client.get(link, follow=True)
    if not form.redirect_chain:
        return form
    return client.post(form.redirect_chain[-1][0], {"password1": password, "password2": password})


def test_dora_sets_a_password_with_her_invitation_and_is_signed_in(client, dora, carols_request):
    response = set_password(client, build_invitation_link(carols_request, dora))

    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/").status_code == 200
    dora.refresh_from_db()
    assert dora.check_password(NEW_PASSWORD)
    assert not list(get_messages(response.wsgi_request))


def test_an_invitation_works_once(client, dora, carols_request):
    link = build_invitation_link(carols_request, dora)
    set_password(client, link)
    client.logout()

    again = set_password(client, link, "something else entirely")
    assert "This link has been used" in again.content.decode()
    dora.refresh_from_db()
    assert dora.check_password(NEW_PASSWORD)


def test_opening_doras_link_does_not_sign_alice_out(client, alice, dora, carols_request):
    client.force_login(alice)
    link = build_invitation_link(carols_request, dora)
    page = client.get(link)
    assert "This link is for Dora" in page.text
    assert "alice@example.com" in page.text
    assert client.get("/").context["user"] == alice

    signed_out = client.post("/accounts/logout/", {"next": page.context["link"]}, follow=True)
    assert "Welcome, Dora" in signed_out.text
    assert client.get("/").status_code == 302


def test_alice_can_use_her_own_link_while_she_is_signed_in(client, alice, carols_request):
    client.force_login(alice)
    response = set_password(client, build_invitation_link(carols_request, alice))
    assert response["Location"] == "/"
    assert client.get("/").context["user"] == alice


def test_doras_form_is_refused_if_alice_has_signed_in_meanwhile(client, alice, dora, carols_request):
    form = client.get(build_invitation_link(carols_request, dora), follow=True).redirect_chain[-1][0]
    key = client.session["_password_reset_key"]
    client.force_login(alice)
    session = client.session
    session["_password_reset_key"] = key
    session.save()
    page = client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert "This link is for Dora" in page.text
    dora.refresh_from_db()
    assert not dora.has_usable_password()


def test_the_link_of_a_deactivated_account_says_that_it_is_closed(client, dora, carols_request):
    link = build_invitation_link(carols_request, dora)
    dora.is_active = False
    dora.save()
    assert "This account is closed" in client.get(link, follow=True).text


@pytest.mark.parametrize(("backend", "offered"), [("console", False), ("dummy", False), ("smtp", True)])
def test_a_new_link_is_offered_if_e_mail_is_delivered(client, db, settings, backend, offered):
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    page = client.get("/accounts/password/reset/key/1-abc/").text
    assert ("Send me a new link" in page) == offered
    assert "ask the person who invited you" in page


def test_the_page_of_a_link_shows_the_account_and_the_notice(client, dora, alice, carols_request):
    TeamSettings(notice="Carol may read what is written here.").save()
    doras_page = client.get(build_invitation_link(carols_request, dora), follow=True).text
    assert 'value="dora@example.com"' in doras_page
    assert "Carol may read what is written here." in doras_page
    assert "Set a new password" in client.get(build_invitation_link(carols_request, alice), follow=True).text


def test_a_weak_password_is_refused_with_a_reason(client, dora, carols_request):
    response = set_password(client, build_invitation_link(carols_request, dora), "short")
    assert "at least 12 characters" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_invalid_link_is_refused(client, db):
    for key in ("1-abc", "zzzzzzzzzzzzz-abc", "1-cabcde-0123456789abcdef", "zzzzz-%00"):
        response = client.get(f"/accounts/password/reset/key/{key}/")
        assert response.status_code == 200
        assert "This link has been used" in response.content.decode()


def test_alice_gets_a_link_for_her_forgotten_password(client, alice):
    response = client.post("/accounts/password/reset/", {"email": "Alice@Example.com"}, follow=True)

    assert "Check your e-mail" in response.content.decode()
    message = mail.outbox[0]
    assert message.to == ["alice@example.com"]
    assert message.subject == "Your new password for Chatsite"
    [link] = re.findall(r"http://testserver(\S+)", str(message.body))
    assert set_password(client, link)["Location"] == "/"
    alice.refresh_from_db()
    assert alice.check_password(NEW_PASSWORD)


def test_an_unknown_address_gets_the_same_page_and_no_e_mail(client, alice):
    known = client.post("/accounts/password/reset/", {"email": "alice@example.com"}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.com"}, follow=True)

    assert known.content == unknown.content
    assert [message.to for message in mail.outbox] == [["alice@example.com"]]


def test_a_failing_mail_server_does_not_reveal_who_has_an_account(client, alice, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    known = client.post("/accounts/password/reset/", {"email": "alice@example.com"}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.com"}, follow=True)

    assert known.status_code == 200
    assert known.content == unknown.content
    assert "could not be sent" in caplog.text
    assert "alice@example.com" not in caplog.text


def test_a_deactivated_person_gets_no_link(client, alice):
    alice.is_active = False
    alice.save()
    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    assert mail.outbox == []


def test_alices_former_address_gets_no_link_and_does_not_sign_in(client, alice):
    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    alice.email = "new@example.com"
    alice.save()
    mail.outbox.clear()

    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    client.post("/accounts/login/", {"login": "alice@example.com", "password": PASSWORD})
    assert mail.outbox == []
    assert "_auth_user_id" not in client.session
