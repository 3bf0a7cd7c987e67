"""The browsers in which Alice is signed in: she sees them, and signs one out."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from chatsite.accounts.sessions import describe_browser
from tests.conftest import PASSWORD
from tests.site import Visitor

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
EDGE = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0"


def sign_in(person, user_agent):
    client = Client(headers={"User-Agent": user_agent})
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    return client


def test_alice_sees_where_she_is_signed_in(alice):
    laptop, _phone = sign_in(alice, FIREFOX), sign_in(alice, SAFARI)
    page = laptop.get("/settings/sessions/").text
    assert "Firefox on Windows" in page
    assert "Safari on iPhone" in page
    assert page.count("this browser") == 1


def test_alice_signs_her_phone_out(alice):
    laptop, phone = sign_in(alice, FIREFOX), sign_in(alice, SAFARI)
    record = UserSession.objects.get(user_agent=SAFARI)
    response = laptop.post(f"/settings/sessions/{record.pk}/end/", follow=True)
    assert "That browser is signed out." in response.text
    assert "Safari on iPhone" not in response.text
    assert phone.get("/").status_code == 302
    assert laptop.get("/").status_code == 200


def test_the_answer_that_a_signed_out_phone_shows_is_cut_off(site, alice):
    phone = Visitor(site, alice)
    key = phone.http.cookies["session"]
    record = UserSession.objects.create(user=alice, ip="192.0.2.1", session_key=key, user_agent=SAFARI)
    with phone.asking("[[endless]]") as stream:
        stream.until_text()
        Visitor(site, alice).http.post(f"/settings/sessions/{record.pk}/end/")
        stream.read_to_end()
    assert not UserSession.objects.filter(pk=record.pk).exists()


def test_a_session_from_before_the_list_is_in_it(client, alice):
    client.force_login(alice)
    UserSession.objects.all().delete()
    assert "this browser" in client.get("/settings/sessions/").text


def test_alice_does_not_see_where_bob_is_signed_in(client, alice, bob):
    sign_in(bob, SAFARI)
    client.force_login(alice)
    assert "Safari" not in client.get("/settings/sessions/").text


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on iPhone"),
        (EDGE, "Edge on Linux"),
        ("curl/8.5.0", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_described_by_its_name_and_system(user_agent, name):
    assert describe_browser(user_agent) == name
