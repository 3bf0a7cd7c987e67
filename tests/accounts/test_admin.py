"""What staff can and cannot do with accounts and tokens in the admin."""

import re

import pytest
from django.test import Client

from chatsite.accounts.models import ApiToken, User
from conversations.models import Conversation, Message, TeamSettings
from tests.accounts.test_adding_people import LINK, set_password
from tests.conftest import PASSWORD

PEOPLE = "/admin/accounts/user/"
ADD = "/admin/accounts/user/add/"


def run_action(client, action, *people):
    form = {"action": action, "_selected_action": [person.pk for person in people]}
    return client.post(PEOPLE, form, follow=True)


# Access to the admin


def test_carol_sees_the_people_with_their_last_sign_in(client, carol, alice):
    client.force_login(carol)
    page = client.get(PEOPLE).text
    assert "alice@example.com" in page
    assert "Last login" in page


def test_the_admin_has_the_icon_of_the_site(client, carol):
    client.force_login(carol)
    assert 'rel="icon" href="/static/favicon' in client.get("/admin/").text


def test_alice_who_is_not_staff_sees_nothing_of_the_admin(client, alice):
    client.force_login(alice)
    for address in ("/admin/", PEOPLE, ADD):
        response = client.get(address, follow=True)
        assert response.status_code in {200, 403}
        assert "content-related" not in response.text
        assert "bob@example.com" not in response.text


def test_bob_who_is_staff_without_permissions_sees_and_changes_no_accounts(client, staff, alice):
    client.force_login(staff())
    assert client.get("/admin/").status_code == 200
    for address in (PEOPLE, ADD, f"{PEOPLE}{alice.pk}/change/", "/admin/accounts/apitoken/"):
        assert client.get(address).status_code == 403
    assert client.post(ADD, {"addresses": "dora@example.com"}).status_code == 403
    assert run_action(client, "deactivate", alice).status_code == 403
    assert not User.objects.filter(email="dora@example.com").exists()
    assert User.objects.get(pk=alice.pk).is_active


def test_the_pages_show_the_team_escaped_and_contain_no_inline_script(client, carol, alice):
    TeamSettings(name="<b>Rockets</b>").save()
    client.force_login(carol)
    for address in ("/admin/", PEOPLE, ADD, f"{PEOPLE}{alice.pk}/change/"):
        response = client.get(address)
        assert re.search(r"<title>[^<]*Chatsite · &lt;b&gt;Rockets&lt;/b&gt;\s*</title>", response.text)
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", response.text)
        policy = response.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "style-src 'self'" in policy
        assert "trusted-types" not in policy
    assert "trusted-types" in client.get("/").headers["Content-Security-Policy"]


def test_the_address_of_a_list_cannot_be_used_to_guess_hidden_values(client, carol, alice):
    client.force_login(carol)
    for lookup in ("password__startswith=md5", "sessions_revoked_at__year=2020", "tokens__digest__startswith=a"):
        assert client.get(f"{PEOPLE}?{lookup}").status_code == 400
    assert client.get(f"{PEOPLE}?is_active__exact=1").status_code == 200


# Changing accounts


def test_carol_changes_an_account_and_sees_neither_user_name_nor_hash(client, carol, alice):
    client.force_login(carol)
    address = f"{PEOPLE}{alice.pk}/change/"
    page = client.get(address).text
    assert "md5$" not in page
    assert 'name="username"' not in page
    assert 'name="password' not in page
    client.post(
        address, {"email": "Alice.L@Example.com", "first_name": "Alice", "last_name": "Liddell", "is_active": 1}
    )
    alice.refresh_from_db()
    assert (alice.email, alice.last_name, alice.is_staff) == ("alice.l@example.com", "Liddell", False)
    assert alice.check_password(PASSWORD)


def test_the_address_of_another_person_is_refused_in_any_case(client, carol, alice, bob):
    client.force_login(carol)
    response = client.post(f"{PEOPLE}{alice.pk}/change/", {"email": "BOB@example.com", "is_active": 1})
    assert response.status_code == 200
    assert "Person with this E-mail address already exists." in response.text


def test_staff_cannot_grant_privileges(client, staff, alice):
    client.force_login(staff("view_user", "change_user"))
    privileges = {"is_staff": 1, "is_superuser": 1, "user_permissions": [1]}
    response = client.post(
        f"{PEOPLE}{alice.pk}/change/", {"email": alice.email, "is_active": 1, "last_name": "L", **privileges}
    )
    assert response.status_code == 302
    alice.refresh_from_db()
    assert (alice.last_name, alice.is_staff, alice.is_superuser) == ("L", False, False)
    assert not alice.user_permissions.exists()


def test_staff_cannot_change_staff_and_superusers(client, staff, carol):
    bob = staff("view_user", "change_user")
    client.force_login(bob)
    for person in (carol, bob):
        change = client.post(f"{PEOPLE}{person.pk}/change/", {"email": "mallory@example.com", "is_active": 1})
        assert change.status_code == 403
        assert not LINK.search(run_action(client, "make_a_new_link", person).text)
        run_action(client, "deactivate", person)
        stored = User.objects.get(pk=person.pk)
        assert (stored.email, stored.is_active) == (person.email, True)


def test_accounts_cannot_be_deleted(client, carol, alice):
    client.force_login(carol)
    assert client.post(f"{PEOPLE}{alice.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in client.get(PEOPLE).text
    run_action(client, "delete_selected", alice)
    assert User.objects.filter(pk=alice.pk).exists()


# Deactivation and new links


def create_open_reply(person):
    conversation = Conversation.objects.create(owner=person)
    question = conversation.messages.create(role="user", text="How are you?")
    return conversation.messages.create(parent=question, role="assistant", state="writing")


def test_a_deactivated_person_loses_sessions_tokens_and_replies(client, carol, alice):
    alice_client = Client()
    alice_client.force_login(alice)
    ApiToken.issue(alice, "script")
    reply = create_open_reply(alice)

    client.force_login(carol)
    assert "1 account was deactivated." in run_action(client, "deactivate", alice).text

    assert not User.objects.get(pk=alice.pk).is_active
    assert not ApiToken.objects.exists()
    assert Message.objects.get(pk=reply.pk).stop_requested == "deactivated"
    assert alice_client.get("/").status_code == 302


def test_clearing_active_in_the_form_does_the_same(client, carol, alice):
    ApiToken.issue(alice, "script")
    reply = create_open_reply(alice)
    client.force_login(carol)
    client.post(f"{PEOPLE}{alice.pk}/change/", {"email": alice.email})
    assert not User.objects.get(pk=alice.pk).is_active
    assert not ApiToken.objects.exists()
    assert Message.objects.get(pk=reply.pk).stop_requested == "deactivated"


def test_carol_cannot_lock_herself_out(client, carol):
    client.force_login(carol)
    assert "You cannot deactivate your own account." in run_action(client, "deactivate", carol).text
    client.post(f"{PEOPLE}{carol.pk}/change/", {"email": carol.email, "last_name": "C"})
    stored = User.objects.get(pk=carol.pk)
    assert (stored.last_name, stored.is_active, stored.is_staff, stored.is_superuser) == ("C", True, True, True)


def test_a_new_link_invalidates_the_one_before_it(client, carol):
    dora = User.objects.create_user("dora@example.com")
    client.force_login(carol)
    first, second = (run_action(client, "make_a_new_link", dora).text for _ in range(2))
    client.logout()
    set_password(client, first)
    assert not User.objects.get(pk=dora.pk).has_usable_password()
    set_password(client, second)
    assert User.objects.get(pk=dora.pk).check_password("a quiet garden in May")


def test_a_new_link_changes_neither_password_nor_sessions_until_it_is_used(client, carol, alice):
    alice_client = Client()
    alice_client.force_login(alice)
    client.force_login(carol)
    page = run_action(client, "make_a_new_link", alice).text
    assert LINK.search(page)
    assert User.objects.get(pk=alice.pk).check_password(PASSWORD)
    assert alice_client.get("/").status_code == 200


def test_a_deactivated_person_gets_no_link(client, carol, alice):
    alice.is_active = False
    alice.save()
    client.force_login(carol)
    page = run_action(client, "make_a_new_link", alice).text
    assert "alice@example.com is deactivated and gets no link." in page
    assert not LINK.search(page)


@pytest.mark.parametrize("key", ["abc", "9" * 30, "\0"])
def test_an_action_on_a_malformed_key_is_refused(client, carol, key):
    client.force_login(carol)
    assert client.post(PEOPLE, {"action": "deactivate", "_selected_action": key}).status_code == 400


# API tokens


def test_carol_sees_and_revokes_tokens_but_cannot_create_or_change_one(client, carol, alice):
    token, secret = ApiToken.issue(alice, "script")
    client.force_login(carol)
    page = client.get("/admin/accounts/apitoken/").text
    assert "script" in page
    assert "alice@example.com" in page
    detail = client.get(f"/admin/accounts/apitoken/{token.pk}/change/").text
    assert token.digest not in detail
    assert secret not in detail

    assert client.post("/admin/accounts/apitoken/add/", {"name": "x", "user": carol.pk}).status_code == 403
    assert client.post(f"/admin/accounts/apitoken/{token.pk}/change/", {"name": "x"}).status_code == 403
    client.post(f"/admin/accounts/apitoken/{token.pk}/delete/", {"post": "yes"})
    assert ApiToken.authenticate(secret) is None


def test_allauths_table_of_addresses_is_not_in_the_admin(client, carol):
    client.force_login(carol)
    assert client.get("/admin/account/emailaddress/").status_code == 404
