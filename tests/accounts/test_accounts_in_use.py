"""Staff who are not superusers cannot take over an account in use; what is done with one is shown to its owner."""

import re

import pytest
from django.core import mail
from django.test import Client

from chatsite.accounts.models import User
from tests.accounts.test_adding_people import LINK, set_password
from tests.accounts.test_admin import PEOPLE, run_action
from tests.conftest import PASSWORD

CHANGES = "/settings/changes/"


@pytest.fixture
def bobs_client(client, staff):
    """Bob is staff and may change people, but is no superuser."""
    client.force_login(staff("view_user", "change_user"))
    return client


@pytest.fixture
def alices_client(alice):
    client = Client()
    client.force_login(alice)
    return client


def change_address(client, person, address):
    form = {"email": address, "first_name": person.first_name, "is_active": 1}
    return client.post(f"{PEOPLE}{person.pk}/change/", form, follow=True).text


def find_confirmation(message):
    return re.findall(r"http://testserver(/settings/address/\S+)", str(message.body))[0]


# A new link


def test_a_new_link_for_alice_goes_to_her_address_and_bob_does_not_see_it(bobs_client, alice):
    page = run_action(bobs_client, "make_a_new_link", alice).text
    assert not LINK.search(page)
    assert "A link was sent to alice@example.com." in page
    [message] = mail.outbox
    assert message.to == ["alice@example.com"]
    assert "Bob has sent you a link to set a new password" in message.body
    set_password(Client(), str(message.body))
    alice.refresh_from_db()
    assert alice.check_password("a quiet garden in May")


def test_alice_sees_that_bob_had_a_link_sent(bobs_client, alices_client, alice):
    run_action(bobs_client, "make_a_new_link", alice)
    page = alices_client.get(CHANGES).text
    assert "Sent a link to set a password to alice@example.com." in page
    assert "bob@example.com" in page


def test_an_account_that_was_in_use_without_a_password_is_as_safe(bobs_client, alice):
    Client().force_login(alice)
    User.objects.filter(pk=alice.pk).update(password="!")
    assert not LINK.search(run_action(bobs_client, "make_a_new_link", alice).text)
    assert mail.outbox[0].to == ["alice@example.com"]


def test_bob_sees_the_link_of_a_person_who_has_never_come(bobs_client, db):
    dora = User.objects.create_user("dora@example.com")
    page = run_action(bobs_client, "make_a_new_link", dora).text
    assert set_password(Client(), page).status_code == 302
    assert mail.outbox == []


def test_without_a_mail_server_bob_can_make_no_link_for_alice(bobs_client, alice, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    page = run_action(bobs_client, "make_a_new_link", alice).text
    assert "only superusers can make a link for an account in use" in page
    assert not LINK.search(page)


def test_bob_is_told_if_the_mail_server_fails(bobs_client, alices_client, alice, settings):
    settings.EMAIL_BACKEND = "tests.accounts.test_adding_people.FailingBackend"
    assert "The mail server rejected the e-mail." in run_action(bobs_client, "make_a_new_link", alice).text
    assert "Sent a link" not in alices_client.get(CHANGES).text


def test_alice_is_told_that_carol_has_seen_a_link_to_her_account(client, alices_client, carol, alice):
    client.force_login(carol)
    assert LINK.search(run_action(client, "make_a_new_link", alice).text)
    [message] = mail.outbox
    assert message.to == ["alice@example.com"]
    assert "Made a link to set a password, and saw it." in message.body
    assert not LINK.search(str(message.body))
    assert "Made a link to set a password, and saw it." in alices_client.get(CHANGES).text


def test_links_that_staff_have_seen_end_when_the_account_gets_privileges(bobs_client, carol):
    dora = User.objects.create_user("dora@example.com")
    page = run_action(bobs_client, "make_a_new_link", dora).text
    bobs_client.force_login(carol)
    bobs_client.post(f"{PEOPLE}{dora.pk}/change/", {"email": dora.email, "is_active": 1, "is_staff": 1})
    set_password(Client(), page)
    dora.refresh_from_db()
    assert dora.is_staff
    assert not dora.has_usable_password()


# Another address


def test_bob_cannot_give_alices_account_an_address_of_his_own(bobs_client, alice):
    change_address(bobs_client, alice, "bob+alice@example.com")
    mail.outbox.clear()
    Client().post("/accounts/password/reset/", {"email": "bob+alice@example.com"})
    assert mail.outbox == []
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


def test_alice_confirms_her_new_address_at_the_old_one(bobs_client, alices_client, alice):
    page = change_address(bobs_client, alice, "alice@new.example")
    assert "The address changes when its owner confirms it, with a link that was sent to alice@example.com." in page
    [message] = mail.outbox
    assert message.to == ["alice@example.com"]
    link = find_confirmation(message)
    assert "<strong>alice@new.example</strong>" in alices_client.get(link).text
    assert alices_client.post(link).headers["Location"] == CHANGES
    alice.refresh_from_db()
    assert alice.email == "alice@new.example"


def test_alice_sees_who_asked_for_another_address_and_what_became_of_it(bobs_client, alices_client, alice):
    change_address(bobs_client, alice, "alice@new.example")
    alices_client.post(find_confirmation(mail.outbox[0]))
    page = alices_client.get(CHANGES).text
    assert "Asked to change the e-mail address to alice@new.example." in page
    assert "Changed the e-mail address from alice@example.com to alice@new.example." in page
    assert page.count("</strong>") == 2


def test_bob_saves_the_other_fields_of_alices_account_at_once(bobs_client, alice):
    form = {"email": "alice@new.example", "last_name": "Liddell", "is_active": 1}
    bobs_client.post(f"{PEOPLE}{alice.pk}/change/", form)
    alice.refresh_from_db()
    assert (alice.email, alice.last_name) == ("alice@example.com", "Liddell")


@pytest.mark.parametrize("person", ["bob", "carol"])
def test_nobody_but_alice_can_confirm_her_address(bobs_client, request, alice, person):
    change_address(bobs_client, alice, "alice@new.example")
    other = Client()
    other.force_login(request.getfixturevalue(person))
    assert other.post(find_confirmation(mail.outbox[0])).status_code == 404
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


def test_a_confirmation_works_once(bobs_client, alices_client, alice):
    change_address(bobs_client, alice, "alice@new.example")
    link = find_confirmation(mail.outbox[0])
    alices_client.post(link)
    User.objects.filter(pk=alice.pk).update(email="alice@third.example")
    response = alices_client.post(link)
    assert response.status_code == 404
    assert "This link has been used, is too old" in response.text
    alice.refresh_from_db()
    assert alice.email == "alice@third.example"


def test_a_confirmation_is_too_old_when_a_link_to_set_a_password_would_be(bobs_client, alices_client, alice, settings):
    change_address(bobs_client, alice, "alice@new.example")
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert alices_client.post(find_confirmation(mail.outbox[0])).status_code == 404


def test_an_address_that_somebody_else_got_meanwhile_cannot_be_confirmed(bobs_client, alices_client, alice):
    change_address(bobs_client, alice, "alice@new.example")
    User.objects.create_user("alice@new.example")
    assert alices_client.post(find_confirmation(mail.outbox[0])).status_code == 404


@pytest.mark.parametrize("backend", ["django.core.mail.backends.dummy.EmailBackend", "FailingBackend"])
def test_without_a_working_mail_server_only_superusers_change_an_address(bobs_client, alice, settings, backend):
    settings.EMAIL_BACKEND = backend if "." in backend else f"tests.accounts.test_adding_people.{backend}"
    page = change_address(bobs_client, alice, "alice@new.example")
    assert "No mail server is configured (EMAIL_URL)" in page or "The mail server rejected the e-mail." in page
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


def test_bob_corrects_the_address_of_a_person_who_has_never_come(bobs_client, db):
    dora = User.objects.create_user("dorra@example.com")
    change_address(bobs_client, dora, "dora@example.com")
    dora.refresh_from_db()
    assert dora.email == "dora@example.com"
    assert mail.outbox == []


def test_alice_is_told_at_her_old_address_that_carol_has_changed_it(client, alices_client, carol, alice):
    client.force_login(carol)
    change_address(client, alice, "alice@new.example")
    alice.refresh_from_db()
    assert alice.email == "alice@new.example"
    [message] = mail.outbox
    assert message.to == ["alice@example.com"]
    sentence = "Changed the e-mail address from alice@example.com to alice@new.example."
    assert sentence in message.body
    assert sentence in alices_client.get(CHANGES).text


def test_a_failing_mail_server_does_not_stop_carol(client, carol, alice, settings, caplog):
    settings.EMAIL_BACKEND = "tests.accounts.test_adding_people.FailingBackend"
    client.force_login(carol)
    change_address(client, alice, "alice@new.example")
    alice.refresh_from_db()
    assert alice.email == "alice@new.example"
    assert "could not be sent" in caplog.text
    assert "alice@" not in caplog.text


# The page "Changes to my account"


def test_alice_sees_no_changes_of_bobs_account(client, alices_client, carol, alice, bob):
    client.force_login(carol)
    run_action(client, "deactivate", bob)
    assert "Nobody has changed your account." in alices_client.get(CHANGES).text


def test_saving_without_a_change_is_no_change(client, alices_client, carol, alice):
    client.force_login(carol)
    form = {"email": alice.email, "first_name": alice.first_name, "is_active": 1}
    client.post(f"{PEOPLE}{alice.pk}/change/", form)
    assert "Nobody has changed your account." in alices_client.get(CHANGES).text


def test_alice_sees_which_privileges_she_was_given(client, alices_client, carol, alice):
    client.force_login(carol)
    form = {"email": alice.email, "first_name": alice.first_name, "is_active": 1, "is_staff": 1}
    client.post(f"{PEOPLE}{alice.pk}/change/", form)
    assert "Changed Staff status." in alices_client.get(CHANGES).text


# Other ways


def test_the_admin_sets_no_passwords(client, carol, alice):
    client.force_login(carol)
    form = {"password1": "a quiet garden in May", "password2": "a quiet garden in May", "usable_password": "true"}
    client.post(f"{PEOPLE}{alice.pk}/password/", form)
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_the_admins_own_page_for_passwords_leads_to_the_one_with_a_limit(client, carol):
    client.force_login(carol)
    form = {
        "old_password": PASSWORD,
        "new_password1": "a quiet garden in May",
        "new_password2": "a quiet garden in May",
    }
    assert client.post("/admin/password_change/", form).headers["Location"] == "/accounts/password/change/"
    carol.refresh_from_db()
    assert carol.check_password(PASSWORD)
