"""Bytes that are not text, and characters that cannot be stored, are refused with a sentence."""

import pytest

from conversations.models import Conversation

FORM = "application/x-www-form-urlencoded"
FETCH = {"X-Requested-With": "fetch"}
NUL = {"error": "The form holds a character that is not allowed."}
NOT_UTF8 = {"error": "The form holds text that is not UTF-8."}


@pytest.fixture
def alice_here(client, alice):
    client.force_login(alice)
    return client


@pytest.mark.parametrize("body", [b"text=%FF%FE", b"text=caf\xe9", b"text=%C3%28", b"text=%ED%A0%80"])
def test_a_form_that_is_not_utf8_is_refused(alice_here, body):
    response = alice_here.post("/conversations/", body, content_type=FORM, headers=FETCH)
    assert (response.status_code, response.json()) == (400, NOT_UTF8)
    assert not Conversation.objects.exists()


def test_a_person_sees_the_sentence_as_a_page(alice_here):
    page = alice_here.post("/settings/tokens/", b"name=%FF", content_type=FORM)
    assert page.status_code == 400
    assert NOT_UTF8["error"] in page.content.decode()


def test_utf8_percent_encoded_or_not_is_taken(alice_here):
    for name in ("caf%C3%A9", "caf\u00e9", "%F0%9F%8C%8A+sea", "100%"):
        page = alice_here.post("/settings/tokens/", f"name={name}".encode(), content_type=FORM)
        assert page.status_code == 200
    names = alice_here.get("/settings/tokens/").content.decode()
    assert names.count("café") >= 2
    assert "🌊 sea" in names


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/conversations/", {"text": "a\0b"}),
        ("/conversations/", {"text": "hello", "key": "a\0b"}),
        ("/conversations/", {"text": "hello", "model": "a\0b"}),
        ("/conversations/", {"text": "hello", "parent": "a\0b"}),
        ("/settings/tokens/", {"name": "a\0b"}),
    ],
)
def test_nul_is_refused(alice_here, path, fields):
    assert alice_here.post(path, fields).status_code == 400
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("body", [b"text=a%00b", b"text=a\0b"])
@pytest.mark.parametrize("path", ["/conversations/", "/settings/tokens/", "/accounts/login/"])
def test_nul_is_refused_in_every_form(alice_here, path, body):
    response = alice_here.post(path, body, content_type=FORM, headers=FETCH)
    assert (response.status_code, response.json()) == (400, NUL)


def test_nul_in_a_title_is_refused(alice_here, alice):
    conversation = Conversation.objects.create(owner=alice, title="Hello")
    response = alice_here.post(f"/conversations/{conversation.pk}/title/", {"title": "a\0b"})
    assert response.status_code == 400
    assert "\0" not in Conversation.objects.get().title


@pytest.mark.parametrize("fields", [{"login": "a\0b@example.com"}, {"login": "alice@example.com", "password": "a\0b"}])
def test_nul_in_the_sign_in_signs_nobody_in(client, alice, fields):
    response = client.post("/accounts/login/", {"password": "x", **fields})
    assert response.status_code == 200
    assert response.context["form"].errors


@pytest.mark.parametrize("value", ['"abcdefghij\\000"', "\x7f" * 40, "x" * 4000])
def test_a_damaged_session_cookie_is_no_fault_of_ours(client, db, settings, value):
    response = client.get("/", headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={value}"})
    assert response.status_code in {302, 400}


@pytest.mark.parametrize("path", ["/%00", "/%ff%fe", "/conversations/%00/", "/?page=%00", "/conversations/?page=%ff"])
def test_damaged_addresses_lead_nowhere(alice_here, path):
    assert alice_here.get(path).status_code in {200, 404}


def test_a_form_in_another_alphabet_is_refused(alice_here):
    response = alice_here.post("/conversations/", b"text=a", content_type=f"{FORM}; charset=utf-16", headers=FETCH)
    assert response.status_code == 400


def test_a_plain_form_is_followed_by_303(alice_here, alice):
    """So that the browser fetches the next page by GET, and reloading it sends nothing twice."""
    conversation = Conversation.objects.create(owner=alice, title="Hello")
    assert alice_here.post(f"/conversations/{conversation.pk}/title/", {"title": "Sea"}).status_code == 303
