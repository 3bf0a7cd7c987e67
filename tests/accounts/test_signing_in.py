"""Signing in and out, and the limits on attempts."""

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, connection
from django.db.models import Value
from django.test import Client

from chatsite.accounts.models import User
from tests.accounts.test_adding_people import set_password
from tests.conftest import PASSWORD


@pytest.fixture(autouse=True)
def _no_attempts_yet(db):
    cache.clear()


def sign_in(client, email="alice@example.com", password=PASSWORD, path="/accounts/login/"):
    return client.post(path, {"login": email, "password": password})


def test_alice_signs_in_and_lands_on_a_new_conversation(client, alice):
    response = sign_in(client)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/").status_code == 200


def test_alice_lands_on_the_page_that_she_opened(client, alice):
    redirect = client.get("/settings/tokens/")
    assert redirect["Location"] == "/accounts/login/?next=/settings/tokens/"
    response = sign_in(client, path=redirect["Location"])
    assert response["Location"] == "/settings/tokens/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_sign_in_never_redirects_to_another_site(client, alice, elsewhere):
    response = client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD, "next": elsewhere})
    assert response["Location"] == "/"


def test_a_new_secret_key_keeps_sessions_while_the_old_one_is_a_fallback(client, alice, settings):
    old, settings.SECRET_KEY_FALLBACKS = settings.SECRET_KEY, []
    sign_in(client)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [old]
    assert client.get("/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    # The last request has moved the session to the new key, so the old one is not needed any more.
    assert client.get("/").status_code == 200
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = old, ["n" * 50]
    assert client.get("/").status_code == 200


def test_a_new_secret_key_without_fallback_ends_all_sessions(client, alice, settings):
    sign_in(client)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, []
    assert client.get("/")["Location"] == "/accounts/login/?next=/"


def test_capitals_in_the_address_do_not_matter(client, alice):
    sign_in(client, "Alice@EXAMPLE.com")
    assert client.get("/").status_code == 200


def test_addresses_are_stored_in_lower_case_and_a_constraint_enforces_it(alice, bob):
    assert User.objects.create_user("Dora@Example.COM").email == "dora@example.com"
    with pytest.raises(IntegrityError):
        User.objects.filter(pk=alice.pk).update(email=Value("Alice@example.com"))


def test_a_wrong_password_and_an_unknown_address_get_the_same_page(client, alice):
    wrong = sign_in(client, password="not this")
    unknown = sign_in(client, "nobody@example.com")
    assert wrong.status_code == unknown.status_code == 200
    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert "_auth_user_id" not in client.session


def test_a_deactivated_person_reads_that_the_account_is_closed(client, alice):
    alice.is_active = False
    alice.save()
    response = client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD}, follow=True)
    assert "This account is closed" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_after_too_many_wrong_passwords_even_the_right_one_gets_429(client, alice):
    for _ in range(5):
        assert sign_in(client, password="guessing").status_code == 200
    response = sign_in(client)
    assert response.status_code == 429
    assert "Too many tries" in response.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(("guesser", "owner"), [("192.0.2.1", "192.0.2.2"), ("2001:db8:1::1", "2001:db8:2::1")])
def test_guessing_alices_password_elsewhere_does_not_lock_her_out(client, alice, guesser, owner):
    for _ in range(6):
        response = sign_in(Client(REMOTE_ADDR=guesser), password="guessing")
    assert response.status_code == 429
    assert sign_in(Client(REMOTE_ADDR=owner))["Location"] == "/"


def test_the_addresses_of_one_network_count_as_one(client, alice):
    statuses = [sign_in(Client(REMOTE_ADDR=f"2001:db8::{n}"), password="guessing").status_code for n in range(6)]
    assert statuses == [200] * 5 + [429]


def test_alice_comes_in_by_mail_while_the_sign_in_page_refuses_her(client, alice):
    for _ in range(6):
        sign_in(client, password="guessing")
    client.post("/accounts/password/reset/", {"email": alice.email})
    set_password(client, str(mail.outbox[0].body))
    assert client.get("/").status_code == 200


def test_asking_for_links_elsewhere_does_not_keep_alice_from_asking(client, alice):
    for number in range(12):
        stranger = Client(REMOTE_ADDR=f"192.0.2.{number // 6}")
        stranger.post("/accounts/password/reset/", {"email": alice.email})
    mail.outbox.clear()
    assert client.post("/accounts/password/reset/", {"email": alice.email}).status_code == 302
    assert [message.to for message in mail.outbox] == [[alice.email]]


def test_alice_gets_twenty_links_an_hour_at_most_and_the_last_one_works(client, alice):
    for number in range(25):
        stranger = Client(REMOTE_ADDR=f"192.0.2.{number}")
        assert stranger.post("/accounts/password/reset/", {"email": alice.email}).status_code == 302
    assert len(mail.outbox) == 20
    set_password(client, str(mail.outbox[-1].body))
    assert client.get("/").status_code == 200


def test_a_link_goes_to_the_stored_address_and_not_to_one_that_looks_the_same(client, db):
    User.objects.create_user("mike@example.com", PASSWORD)
    client.post("/accounts/password/reset/", {"email": "mi\N{KELVIN SIGN}e@example.com"})
    assert [message.to for message in mail.outbox] == [["mike@example.com"]]


def test_guessing_bobs_password_does_not_lock_alice_out(client, alice, bob):
    for _ in range(6):
        sign_in(client, bob.email, "guessing")
    assert sign_in(client)["Location"] == "/"


def test_one_ip_address_cannot_try_many_accounts(client, alice):
    statuses = [sign_in(client, f"person{number}@example.com", "guessing").status_code for number in range(11)]
    assert statuses == [200] * 10 + [429]


def test_attempts_are_counted_in_the_database_which_all_processes_share(client, alice):
    sign_in(client, password="guessing")
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM cache WHERE cache_key LIKE %s", ["%login_failed%"])
        assert cursor.fetchone() == (2,)


def test_the_admin_has_no_sign_in_of_its_own(client, carol):
    for method in (client.get, client.post):
        response = method("/admin/login/?next=/admin/", {"username": carol.email, "password": PASSWORD})
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/?next=")
    assert "_auth_user_id" not in client.session


def test_carol_reaches_the_admin_through_the_sign_in_page(client, carol):
    sign_in_page = client.get("/admin/", follow=True).redirect_chain[-1][0]
    response = sign_in(client, carol.email, path=sign_in_page)
    assert response["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_alice_cannot_enter_the_admin(client, alice):
    client.force_login(alice)
    response = client.get("/admin/", follow=True)
    assert response.status_code == 403
    assert "You may not do this" in response.content.decode()


def test_signing_out_needs_a_post_and_ends_the_session(client, alice):
    sign_in(client)
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/").status_code == 200

    assert client.post("/accounts/logout/")["Location"] == "/"
    assert client.get("/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["/accounts/logout/", "/admin/logout/"])
def test_signing_out_has_the_browser_delete_what_it_stores(client, carol, path):
    client.force_login(carol)
    assert "Clear-Site-Data" not in client.get(path).headers
    assert client.post(path)["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in sign_in(client, carol.email).headers


@pytest.mark.parametrize(
    "page",
    ["", "signup/", "email/", "confirm-email/", "reauthenticate/", "login/code/confirm/", "confirm-email/abc/"],
)
def test_unused_pages_of_allauth_are_404(client, alice, page):
    assert client.get(f"/accounts/{page}").status_code == 404
    client.force_login(alice)
    assert client.get(f"/accounts/{page}").status_code == 404


def test_nobody_can_sign_up(client, db):
    client.post("/accounts/signup/", {"email": "eve@example.com", "password1": PASSWORD})
    assert not User.objects.exists()
