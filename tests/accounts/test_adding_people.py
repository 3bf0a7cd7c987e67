"""Staff add people in the admin by pasting addresses, and give each new person a link."""

import re

import pytest
from django.core import mail

from chatsite.accounts.models import User
from tests.conftest import PASSWORD

ADD = "/admin/accounts/user/add/"
LINK = re.compile(r"http://testserver(/accounts/password/reset/key/[^<\s]+)")


def set_password(client, page, password="a quiet garden in May"):
    """Follow the first link on a page and set a password there."""
    link = LINK.findall(page)[0]
    response = client.get(link, follow=True)
    address = response.redirect_chain[-1][0] if response.redirect_chain else link
    return client.post(address, {"password1": password, "password2": password})


def test_carol_adds_people_and_gives_them_their_links(client, carol):
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


def test_carol_has_the_links_sent_by_e_mail(client, carol):
    client.force_login(carol)
    page = client.post(ADD, {"addresses": "dora@example.com\nemil@example.com", "send": "on"}).text
    assert [message.to for message in mail.outbox] == [["dora@example.com"], ["emil@example.com"]]
    assert LINK.findall(str(mail.outbox[0].body)) == LINK.findall(page)[:1]


def test_existing_accounts_and_invalid_entries_are_listed(client, carol, alice):
    client.force_login(carol)
    page = client.post(ADD, {"addresses": "ALICE@example.com; dora@example.com, DORA@example.com\nno such thing\n<x>"})
    assert len(LINK.findall(page.text)) == 1
    assert [user.email for user in page.context["people"].existing] == ["alice@example.com"]
    assert page.context["people"].invalid == ["no such thing", "<x>"]
    assert "no such thing\n&lt;x&gt;</textarea>" in page.text
    assert User.objects.get(pk=alice.pk).check_password(PASSWORD)


@pytest.mark.parametrize(
    ("addresses", "error"),
    [
        ("", "This field is required."),
        (" , ;\n", "Enter at least one e-mail address."),
        ("x\x00@example.com", "Null characters are not allowed."),
        ("\n".join(f"p{n}@example.com" for n in range(201)), "These are 201 addresses; add at most 200 at once."),
    ],
)
def test_invalid_input_is_explained_and_kept(client, carol, addresses, error):
    client.force_login(carol)
    page = client.post(ADD, {"addresses": addresses})
    assert error in page.text
    assert page.context["form"]["addresses"].value() == addresses
    assert User.objects.count() == 1


@pytest.mark.parametrize("entry", ["a" * 250 + "@example.com", "N" * 200 + " <n@example.com>", "dora@@example.com"])
def test_an_address_that_does_not_fit_is_invalid(client, carol, entry):
    client.force_login(carol)
    assert client.post(ADD, {"addresses": entry}).context["people"].invalid == [entry]
    assert User.objects.count() == 1


def test_if_the_mail_server_fails_carol_still_gets_the_links(client, carol, settings):
    settings.EMAIL_BACKEND = "tests.accounts.test_adding_people.FailingBackend"
    client.force_login(carol)
    page = client.post(ADD, {"addresses": "dora@example.com\nemil@example.com", "send": "on"}).text
    assert "The mail server rejected the e-mail." in page
    assert len(LINK.findall(page)) == 2


class FailingBackend:
    """A mail backend whose server is unreachable."""

    def __init__(self, **options):
        pass

    def send_messages(self, messages):
        raise ConnectionRefusedError
