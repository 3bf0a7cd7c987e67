"""What staff can do with people in the admin, and what they cannot."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.urls import reverse

from chatsite.accounts.models import ApiToken, User
from conversations.models import Conversation, Message, TeamSettings
from tests.conftest import PASSWORD

PEOPLE = "/admin/accounts/user/"
ADD = "/admin/accounts/user/add/"
LINK = re.compile(r"http://testserver(/accounts/password/reset/key/[^<\s]+)")


@pytest.fixture
def staff(bob):
    """Makes Bob staff with the permissions that are named."""

    def with_permissions(*names):
        bob.is_staff = True
        bob.save()
        bob.user_permissions.set(Permission.objects.filter(codename__in=names))
        return User.objects.get(pk=bob.pk)

    return with_permissions


def set_password(client, page, password="a quiet garden in May"):
    """Follow the link on a page and set a password there."""
    form = client.get(LINK.search(page)[1], follow=True)
    address = form.redirect_chain[-1][0] if form.redirect_chain else LINK.search(page)[1]
    return client.post(address, {"password1": password, "password2": password})


def run(client, action, *people):
    chosen = {"action": action, "_selected_action": [person.pk for person in people]}
    return client.post(PEOPLE, chosen, follow=True)


# Who gets in


def test_carol_sees_the_people_with_their_last_sign_in(client, carol, alice):
    client.force_login(carol)
    page = client.get(PEOPLE).text
    assert "alice@example.com" in page
    assert "Last login" in page


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
        assert "Chatsite · &lt;b&gt;Rockets&lt;/b&gt;</title>" in answer.text
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", answer.text)
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "style-src 'self'" in policy
        assert "trusted-types" not in policy
    assert "trusted-types" in client.get("/").headers["Content-Security-Policy"]


def test_addresses_of_lists_answer_no_guesses(client, carol, alice):
    client.force_login(carol)
    for guess in ("password__startswith=md5", "signed_out__year=2020", "tokens__digest__startswith=a"):
        assert client.get(f"{PEOPLE}?{guess}").status_code == 400
    assert client.get(f"{PEOPLE}?is_active__exact=1").status_code == 200


# Adding


def test_carol_adds_people_and_passes_on_their_links(client, carol):
    client.force_login(carol)
    page = client.post(ADD, {"addresses": "Dora@Example.com, Emil Frisch <emil@example.com>\n"}).text

    dora, emil = User.objects.get(email="dora@example.com"), User.objects.get(email="emil@example.com")
    assert not dora.has_usable_password()
    assert (emil.first_name, emil.last_name) == ("Emil", "Frisch")
    assert len(LINK.findall(page)) == 2
    assert mail.outbox == []
    client.logout()
    set_password(client, page[page.index("dora@example.com") :])
    dora.refresh_from_db()
    assert dora.check_password("a quiet garden in May")


def test_a_link_works_once(client, carol):
    client.force_login(carol)
    page = client.post(ADD, {"addresses": "dora@example.com"}).text
    client.logout()
    set_password(client, page)
    client.logout()
    set_password(client, page, "something else entirely")
    assert User.objects.get(email="dora@example.com").check_password("a quiet garden in May")


def test_carol_has_the_links_sent_by_mail(client, carol):
    client.force_login(carol)
    page = client.post(ADD, {"addresses": "dora@example.com\nemil@example.com", "send": "on"}).text
    assert [message.to for message in mail.outbox] == [["dora@example.com"], ["emil@example.com"]]
    assert LINK.search(mail.outbox[0].body)[1] in page


def test_nothing_typed_is_lost_and_everything_is_accounted_for(client, carol, alice):
    client.force_login(carol)
    page = client.post(ADD, {"addresses": "ALICE@example.com; dora@example.com, DORA@example.com\nno such thing\n<x>"})
    assert len(LINK.findall(page.text)) == 1
    assert [user.email for user in page.context["known"]] == ["alice@example.com"]
    assert page.context["invalid"] == ["no such thing", "<x>"]
    assert "no such thing\n&lt;x&gt;</textarea>" in page.text
    assert User.objects.get(pk=alice.pk).check_password(PASSWORD)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "This field is required."),
        (" , ;\n", "Enter at least one e-mail address."),
        ("x\x00@example.com", "Null characters are not allowed."),
        ("\n".join(f"p{n}@example.com" for n in range(201)), "These are 201 addresses; add at most 200 at once."),
    ],
)
def test_what_cannot_be_added_is_said_and_kept(client, carol, typed, said):
    client.force_login(carol)
    page = client.post(ADD, {"addresses": typed})
    assert said in page.text
    assert page.context["form"]["addresses"].value() == typed
    assert User.objects.count() == 1


@pytest.mark.parametrize("entry", ["a" * 250 + "@example.com", "N" * 200 + " <n@example.com>", "dora@@example.com"])
def test_an_address_that_would_not_fit_is_no_address(client, carol, entry):
    client.force_login(carol)
    assert client.post(ADD, {"addresses": entry}).context["invalid"] == [entry]
    assert User.objects.count() == 1


def test_when_the_mail_server_refuses_carol_still_has_the_links(client, carol, settings):
    settings.EMAIL_BACKEND = "tests.accounts.test_admin.Refusing"
    client.force_login(carol)
    page = client.post(ADD, {"addresses": "dora@example.com\nemil@example.com", "send": "on"}).text
    assert "The mail server did not take the mail." in page
    assert len(LINK.findall(page)) == 2


class Refusing:
    """A mail backend whose server is away."""

    def __init__(self, **options):
        pass

    def send_messages(self, messages):
        raise ConnectionRefusedError
