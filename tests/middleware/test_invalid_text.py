"""Bytes that are not text, and characters that cannot be stored, are refused with an explanation."""

from io import BytesIO

import pytest

from chatsite import form_text
from chatsite.accounts.models import ApiToken
from chatsite.form_text import CheckedBody
from conversations.models import Attachment, Conversation
from tests.site import Visitor

FORM = "application/x-www-form-urlencoded"
FETCH = {"X-Requested-With": "fetch"}
NUL_ERROR = {"error": "The form holds a character that is not allowed."}
NOT_UTF8_ERROR = {"error": "The form holds text that is not UTF-8."}


@pytest.fixture
def alice_client(client, alice):
    client.force_login(alice)
    return client


@pytest.mark.parametrize("body", [b"text=%FF%FE", b"text=caf\xe9", b"text=%C3%28", b"text=%ED%A0%80"])
def test_a_form_that_is_not_utf8_is_refused(alice_client, body):
    response = alice_client.post("/conversations/", body, content_type=FORM, headers=FETCH)
    assert (response.status_code, response.json()) == (400, NOT_UTF8_ERROR)
    assert not Conversation.objects.exists()


def multipart(text: bytes) -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + text + b"\r\n--x--\r\n"


@pytest.mark.parametrize("text", [b"caf\xe9", b"\xff\xfe", b"\xed\xa0\x80"])
@pytest.mark.parametrize("parameters", ["", "; charset=utf-8", "; charset=latin-1"])
def test_a_form_with_files_whose_text_is_not_utf8_is_refused(alice_client, text, parameters):
    content_type = f"multipart/form-data; boundary=x{parameters}"
    # `post` of the test client encodes the body itself.
    response = alice_client.generic("POST", "/conversations/", multipart(text), content_type, headers=FETCH)
    assert (response.status_code, response.json()) == (400, NOT_UTF8_ERROR)
    assert not Conversation.objects.exists()


def upload(client, *headers: bytes, disposition: bytes = b'filename="notes.txt"'):
    head = b"\r\n".join([b'Content-Disposition: form-data; name="file"; ' + disposition, *headers])
    body = b"--x\r\n" + head + b"\r\n\r\nOpen at nine.\r\n--x--\r\n"
    return client.generic("POST", "/files/", body, "multipart/form-data; boundary=x", headers=FETCH)


@pytest.mark.parametrize(
    "disposition",
    [
        b'filename="caf\xe9.txt"',
        b"filename*=utf-8''caf%E9.txt",
        b"filename*=utf-8''a%zz.txt",
        b"filename*=latin-1''caf%E9.txt",
        b"filename*=klingon''a.txt",
        b"filename*=a.txt",
        b"filename*0*=utf-8''%C3; filename*1*=''%FF",
        b"filename*=utf-8''x; filename*0=y",
    ],
)
def test_a_file_whose_name_is_not_utf8_is_refused_and_not_left_out(alice_client, disposition):
    response = upload(alice_client, disposition=disposition)
    assert (response.status_code, response.json()) == (400, NOT_UTF8_ERROR)
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b"filename*=utf-8''caf%C3%A9.txt", "caf\u00e9.txt"),
        (b"filename*=UTF-8'en'a%20b.txt", "a b.txt"),
        ("filename=\"x; y*=latin-1''%E9 \u00e9.txt\"".encode(), "x; y*=latin-1''%E9 \u00e9.txt"),
        (rb'filename="a; v*=2\\"', "file"),
        (b'filename=".."', "file"),
        (b'filename="folder/"', "file"),
    ],
)
def test_a_file_with_an_unusual_name_is_stored(alice_client, disposition, name):
    assert upload(alice_client, disposition=disposition).status_code == 201
    assert Attachment.objects.get().name == name


@pytest.mark.parametrize("value", [b"klingon", b"klingon''utf-8", b"utf-8''%FF", b"\xff"])
def test_a_file_whose_encoding_does_not_exist_is_refused(alice_client, value):
    response = upload(alice_client, b"Content-Type: text/plain; charset*=" + value)
    assert (response.status_code, response.json()) == (400, NOT_UTF8_ERROR)


@pytest.mark.parametrize("length", [1, 7, 100])
def test_a_name_that_is_not_utf8_is_found_wherever_the_body_is_cut(length):
    body = multipart(b"Hello") + b'--x\r\nContent-Disposition: form-data; name="f"; filename="\xff"\r\n\r\nHi\r\n--x--'
    checked = CheckedBody(BytesIO(body), b"x")
    with pytest.raises(UnicodeError):
        list(iter(lambda: checked.read(length), b""))


def test_the_headers_of_a_part_are_checked_once_and_in_linear_time(monkeypatch):
    checked: list[str] = []
    monkeypatch.setattr(form_text, "check_headers", checked.append)
    hostile = b"--x" * 200 + b'\\"' * 1742 + b"\r\n\r\n"
    CheckedBody(BytesIO(hostile), b"x").read()
    assert len(checked) <= 1


@pytest.mark.parametrize("path", ["/conversations/", "/api/chat", "/healthz"])
@pytest.mark.parametrize(
    "parameter", ["charset*=klingon''utf-8", "charset*=undefined''%FF", "a*0=b; a*=utf-8''x", ";" * 1_000]
)
def test_a_request_whose_content_type_cannot_be_read_is_refused(site, alice, path, parameter):
    content_type = f"multipart/form-data; boundary=x; {parameter}"
    response = Visitor(site, alice).http.post(
        path, content=multipart(b"Hello"), headers={**FETCH, "Content-Type": content_type}
    )
    assert response.status_code == 400
    assert response.json() == {"error": "The Content-Type of the request cannot be read."}


@pytest.mark.parametrize("name", ["caf\u00e9", "\ufffd is a character, too"])
def test_utf8_in_a_form_with_files_is_accepted(alice_client, name):
    body = multipart(name.encode()).replace(b'"text"', b'"name"')
    assert (
        alice_client.post("/settings/tokens/", body, content_type="multipart/form-data; boundary=x").status_code == 303
    )
    assert ApiToken.objects.get().name == name


def test_a_person_reads_the_explanation_on_a_page(alice_client):
    for body, content_type in ((b"name=%FF", FORM), (multipart(b"\xff"), "multipart/form-data; boundary=x")):
        page = alice_client.post("/settings/tokens/", body, content_type=content_type)
        assert page.status_code == 400
        assert NOT_UTF8_ERROR["error"] in page.content.decode()


def test_utf8_is_accepted_with_and_without_percent_encoding(alice_client):
    for name in ("caf%C3%A9", "caf\u00e9", "%F0%9F%8C%8A+sea", "100%"):
        page = alice_client.post("/settings/tokens/", f"name={name}".encode(), content_type=FORM)
        assert page.status_code == 303
    tokens_page = alice_client.get("/settings/tokens/").content.decode()
    assert tokens_page.count("café") >= 2
    assert "🌊 sea" in tokens_page


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
def test_nul_is_refused(alice_client, path, fields):
    assert alice_client.post(path, fields).status_code == 400
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("body", [b"text=a%00b", b"text=a\0b"])
@pytest.mark.parametrize("path", ["/conversations/", "/settings/tokens/", "/accounts/login/"])
def test_nul_is_refused_in_every_form(alice_client, path, body):
    response = alice_client.post(path, body, content_type=FORM, headers=FETCH)
    assert (response.status_code, response.json()) == (400, NUL_ERROR)


def test_nul_in_a_title_is_refused(alice_client, alice):
    conversation = Conversation.objects.create(owner=alice, title="Hello")
    response = alice_client.post(f"/conversations/{conversation.pk}/title/", {"title": "a\0b"})
    assert response.status_code == 400
    assert "\0" not in Conversation.objects.get().title


@pytest.mark.parametrize("fields", [{"login": "a\0b@example.com"}, {"login": "alice@example.com", "password": "a\0b"}])
def test_nul_in_the_sign_in_form_is_refused(client, alice, fields):
    response = client.post("/accounts/login/", {"password": "x", **fields})
    assert response.status_code == 200
    assert response.context["form"].errors


@pytest.mark.parametrize("value", ['"abcdefghij\\000"', "\x7f" * 40, "x" * 4000])
def test_a_malformed_session_cookie_causes_no_server_error(client, db, settings, value):
    response = client.get("/", headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={value}"})
    assert response.status_code in {302, 400}


@pytest.mark.parametrize("path", ["/%00", "/%ff%fe", "/conversations/%00/", "/?page=%00", "/conversations/?page=%ff"])
def test_malformed_addresses_cause_no_server_error(alice_client, path):
    assert alice_client.get(path).status_code in {200, 404}


def test_a_form_in_another_encoding_is_refused(alice_client):
    response = alice_client.post("/conversations/", b"text=a", content_type=f"{FORM}; charset=utf-16", headers=FETCH)
    assert response.status_code == 400


def test_a_plain_form_is_followed_by_303(alice_client, alice):
    """The browser then gets the next page with GET, and reloading that page sends nothing again."""
    conversation = Conversation.objects.create(owner=alice, title="Hello")
    assert alice_client.post(f"/conversations/{conversation.pk}/title/", {"title": "Sea"}).status_code == 303
