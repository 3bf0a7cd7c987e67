"""What staff can do with people in the admin, and what they cannot."""

import re

import pytest

from chatsite.accounts.models import ApiToken, User
from conversations.models import Conversation, Message, TeamSettings
from tests.accounts.test_admin_adding import LINK, set_password
from tests.conftest import PASSWORD

PEOPLE = "/admin/accounts/user/"
ADD = "/admin/accounts/user/add/"


def run(client, action, *people):
    chosen = {"action": action, "_selected_action": [person.pk for person in people]}
    return client.post(PEOPLE, chosen, follow=True)


# Who gets in


def test_carol_sees_the_people_with_their_last_sign_in(client, carol, alice):
    client.force_login(carol)
    page = client.get(PEOPLE).text
    assert "alice@example.com" in page
    assert "Last login" in page


def test_the_admin_has_the_icon_of_the_site(client, carol):
    client.force_login(carol)
    assert 'rel="icon" href="/static/favicon' in client.get("/admin/").text


def test_alice_who_is_not_staff_is_sent_away(client, alice):
    client.force_login(alice)
    for address in ("/admin/", PEOPLE, ADD):
        answer = client.get(address, follow=True)
        assert answer.status_code in {200, 403}
        assert "content-related" not in answer.text
        assert "bob@example.com" not in answer.text


def test_bob_who_is_staff_without_permissions_sees_and_changes_nobody(client, staff, alice):
    client.force_login(staff())
    assert client.get("/admin/").status_code == 200
    for address in (PEOPLE, ADD, f"{PEOPLE}{alice.pk}/change/", "/admin/accounts/apitoken/"):
        assert client.get(address).status_code == 403
    assert client.post(ADD, {"addresses": "dora@example.com"}).status_code == 403
    assert run(client, "deactivate", alice).status_code == 403
    assert not User.objects.filter(email="dora@example.com").exists()
    assert User.objects.get(pk=alice.pk).is_active


def test_the_pages_carry_the_names_and_no_inline_script(client, carol, alice):
    TeamSettings(name="<b>Rockets</b>").save()
    client.force_login(carol)
    for address in ("/admin/", PEOPLE, ADD, f"{PEOPLE}{alice.pk}/change/"):
        answer = client.get(address)
        assert re.search(r"<title>[^<]*Chatsite · &lt;b&gt;Rockets&lt;/b&gt;\s*</title>", answer.text)
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", answer.text)
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "style-src 'self'" in policy
        assert "trusted-types" not in policy
    assert "trusted-types" in client.get("/").headers["Content-Security-Policy"]


def test_addresses_of_lists_answer_no_guesses(client, carol, alice):
    client.force_login(carol)
    for guess in ("password__startswith=md5", "sessions_revoked_at__year=2020", "tokens__digest__startswith=a"):
        assert client.get(f"{PEOPLE}?{guess}").status_code == 400
    assert client.get(f"{PEOPLE}?is_active__exact=1").status_code == 200


# Changing


def test_carol_changes_a_person_without_user_name_or_hash(client, carol, alice):
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


def test_an_address_somebody_else_has_is_refused_in_any_case(client, carol, alice, bob):
    client.force_login(carol)
    answer = client.post(f"{PEOPLE}{alice.pk}/change/", {"email": "BOB@example.com", "is_active": 1})
    assert answer.status_code == 200
    assert "Person with this E-mail address already exists." in answer.text


def test_staff_cannot_give_themselves_or_others_power(client, staff, alice):
    client.force_login(staff("view_user", "change_user"))
    powers = {"is_staff": 1, "is_superuser": 1, "user_permissions": [1]}
    answer = client.post(
        f"{PEOPLE}{alice.pk}/change/", {"email": alice.email, "is_active": 1, "last_name": "L", **powers}
    )
    assert answer.status_code == 302
    alice.refresh_from_db()
    assert (alice.last_name, alice.is_staff, alice.is_superuser) == ("L", False, False)
    assert not alice.user_permissions.exists()


def test_staff_cannot_touch_those_with_power(client, staff, carol):
    bob = staff("view_user", "change_user")
    client.force_login(bob)
    for person in (carol, bob):
        change = client.post(f"{PEOPLE}{person.pk}/change/", {"email": "mallory@example.com", "is_active": 1})
        assert change.status_code == 403
        assert not LINK.search(run(client, "make_a_new_link", person).text)
        run(client, "deactivate", person)
        stored = User.objects.get(pk=person.pk)
        assert (stored.email, stored.is_active) == (person.email, True)


def test_nobody_is_deleted(client, carol, alice):
    client.force_login(carol)
    assert client.post(f"{PEOPLE}{alice.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in client.get(PEOPLE).text
    run(client, "delete_selected", alice)
    assert User.objects.filter(pk=alice.pk).exists()


# Deactivating, new links


def writing_for(person):
    conversation = Conversation.objects.create(owner=person)
    question = conversation.messages.create(role="user", text="How are you?")
    return conversation.messages.create(parent=question, role="assistant", state="writing")


def test_a_deactivated_person_loses_sessions_tokens_and_streams(client, carol, alice):
    hers = client.__class__()
    hers.force_login(alice)
    ApiToken.issue(alice, "script")
    reply = writing_for(alice)

    client.force_login(carol)
    assert "1 account was deactivated." in run(client, "deactivate", alice).text

    assert not User.objects.get(pk=alice.pk).is_active
    assert not ApiToken.objects.exists()
    assert Message.objects.get(pk=reply.pk).stop_requested == "deactivated"
    assert hers.get("/").status_code == 302


def test_unticking_active_in_the_form_does_the_same(client, carol, alice):
    ApiToken.issue(alice, "script")
    reply = writing_for(alice)
    client.force_login(carol)
    client.post(f"{PEOPLE}{alice.pk}/change/", {"email": alice.email})
    assert not User.objects.get(pk=alice.pk).is_active
    assert not ApiToken.objects.exists()
    assert Message.objects.get(pk=reply.pk).stop_requested == "deactivated"


def test_carol_cannot_lock_herself_out(client, carol):
    client.force_login(carol)
    assert "You cannot deactivate your own account." in run(client, "deactivate", carol).text
    client.post(f"{PEOPLE}{carol.pk}/change/", {"email": carol.email, "last_name": "C"})
    stored = User.objects.get(pk=carol.pk)
    assert (stored.last_name, stored.is_active, stored.is_staff, stored.is_superuser) == ("C", True, True, True)


def test_a_new_link_voids_the_one_before_it(client, carol):
    dora = User.objects.create_user("dora@example.com")
    client.force_login(carol)
    first, second = (run(client, "make_a_new_link", dora).text for _ in range(2))
    client.logout()
    set_password(client, first)
    assert not User.objects.get(pk=dora.pk).has_usable_password()
    set_password(client, second)
    assert User.objects.get(pk=dora.pk).check_password("a quiet garden in May")


def test_a_new_link_leaves_the_password_and_the_sessions_until_it_is_used(client, carol, alice):
    hers = client.__class__()
    hers.force_login(alice)
    client.force_login(carol)
    page = run(client, "make_a_new_link", alice).text
    assert LINK.search(page)
    assert User.objects.get(pk=alice.pk).check_password(PASSWORD)
    assert hers.get("/").status_code == 200


def test_the_deactivated_get_no_link(client, carol, alice):
    alice.is_active = False
    alice.save()
    client.force_login(carol)
    page = run(client, "make_a_new_link", alice).text
    assert "alice@example.com is deactivated and gets no link." in page
    assert not LINK.search(page)


@pytest.mark.parametrize("nobody", ["abc", "9" * 30, "\0"])
def test_an_action_on_somebody_who_cannot_exist_is_refused(client, carol, nobody):
    client.force_login(carol)
    assert client.post(PEOPLE, {"action": "deactivate", "_selected_action": nobody}).status_code == 400


# API tokens


def test_carol_sees_and_revokes_tokens_and_makes_none(client, carol, alice):
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
    assert ApiToken.get_user(secret) is None


def test_addresses_of_people_have_no_second_table(client, carol):
    client.force_login(carol)
    assert client.get("/admin/account/emailaddress/").status_code == 404
