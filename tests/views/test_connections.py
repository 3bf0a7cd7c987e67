"""Alice signs in to an MCP server, and Claude calls its tools in her name: the pages, and who may what."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone

from conversations.models import MCPAuthorization, MCPConnection, MCPServer, Tool, ToolCall
from conversations.models.encryption import encrypt
from tests.connecting import PATH, begin, call, follow, sign_in
from tests.site import Visitor

OVER = "This sign-in is over"


@pytest.fixture
def visitor(site, notes_server, alice):
    return Visitor(site, alice)


def replace(address, **fields):
    """The address with other fields in its query; None leaves one out."""
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | fields
    return parts._replace(query=urlencode({k: v for k, v in query.items() if v is not None})).geturl()


def test_alice_signs_in_and_claude_calls_the_tools_in_her_name(visitor, notes, notes_server, alice):
    assert "not signed in" in visitor.http.get(PATH).text
    link = begin(visitor, notes_server)
    page = visitor.http.get(follow(link), follow_redirects=True)

    assert page.url.path == PATH
    assert "You are signed in to Notes." in page.text
    assert "signed in since" in page.text
    assert call(alice) == "alice"
    [params] = notes.authorizations
    assert (params.resource, params.scopes) == (notes.url, ["notes"])
    assert parse_qs(urlsplit(link).query)["code_challenge_method"] == ["S256"]


def test_a_whole_answer_uses_the_sign_in_of_the_person_who_asks(site, visitor, notes_server, alice, bob):
    sign_in(visitor, notes_server)
    for person, result in ((alice, "alice"), (bob, "Sign in to Notes in Settings › Connections.")):
        Visitor(site, person).ask("[[tool:notes__who_am_i:{}]][[then]][[echo:Done.]]", tools="notes__who_am_i")
        called = ToolCall.objects.get(user=person)
        assert result in called.result[0]["text"]
        assert called.state == ("done" if person == alice else "failed")


def test_alice_reads_where_she_is_going_to_sign_in(visitor, notes, notes_server):
    page = visitor.http.post(f"{PATH}{notes_server.pk}/connect/")
    assert f"Continue to {notes.host}" in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]


def test_a_name_before_the_host_does_not_look_like_the_host(visitor, notes, notes_server):
    notes.metadata = {"authorization_endpoint": "https://bank.example@evil.example/authorize?a=b"}
    page = visitor.http.post(f"{PATH}{notes_server.pk}/connect/").text
    assert "Continue to evil.example<" in page
    assert "https://bank.example@evil.example/authorize?a=b&amp;response_type=code" in page


def test_an_answer_with_another_state_is_refused(visitor, notes, notes_server):
    back = follow(begin(visitor, notes_server))
    for wrong in ("x", "", None):
        page = visitor.http.get(replace(back, state=wrong))
        assert (page.status_code, OVER in page.text) == (400, True)
    assert notes.asked["exchange"] == 0
    assert not MCPConnection.objects.exists()


def test_an_answer_counts_once(visitor, notes, notes_server, alice):
    back = follow(begin(visitor, notes_server))
    visitor.http.get(back)
    page = visitor.http.get(back)
    assert (page.status_code, OVER in page.text) == (400, True)
    assert notes.asked["exchange"] == 1
    assert call(alice) == "alice"


def test_an_answer_counts_once_even_when_it_comes_several_times_at_once(visitor, notes, notes_server):
    back = follow(begin(visitor, notes_server))
    with ThreadPoolExecutor(4) as threads:
        statuses = sorted(threads.map(lambda _number: visitor.http.get(back).status_code, range(4)))
    assert statuses == [303, 400, 400, 400]
    assert notes.asked["exchange"] == 1


def test_an_answer_that_comes_too_late_is_refused(visitor, notes, notes_server):
    back = follow(begin(visitor, notes_server))
    MCPAuthorization.objects.update(created=timezone.now() - timedelta(minutes=11))
    assert OVER in visitor.http.get(back).text
    begin(visitor, notes_server)
    assert MCPAuthorization.objects.count() == 1


def test_bob_cannot_end_what_alice_has_begun_and_neither_can_another_browser_of_hers(
    site, visitor, notes, notes_server, alice, bob
):
    back = follow(begin(visitor, notes_server))
    for other in (Visitor(site, bob), Visitor(site, alice)):
        assert OVER in other.http.get(back).text
    assert notes.asked["exchange"] == 0
    assert "You are signed in to Notes." in visitor.http.get(back, follow_redirects=True).text


def test_a_guest_who_comes_back_has_to_sign_in_here_first(site, visitor, notes_server):
    back = follow(begin(visitor, notes_server))
    page = Visitor(site).http.get(back)
    assert page.headers["location"].startswith("/accounts/login/")


@pytest.mark.parametrize("iss", [None, "https://evil.example"])
def test_an_answer_that_does_not_name_its_server_is_refused(visitor, notes, notes_server, iss):
    page = visitor.http.get(replace(follow(begin(visitor, notes_server)), iss=iss))
    assert page.status_code == 400
    assert "What Notes says about signing in does not fit together." in page.text
    assert notes.asked["exchange"] == 0


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"error": "access_denied", "code": None}, "because it was not allowed there"),
        (
            {"error": "server_error", "error_description": "<b>No.</b>", "code": None},
            "refused the sign-in: &lt;b&gt;No.",
        ),
        ({"code": None}, "Notes refused the sign-in: ?"),
        ({"code": "unknown"}, "Notes refused the sign-in: authorization code does not exist"),
    ],
)
def test_a_refusal_is_a_sentence(visitor, notes, notes_server, answer, sentence):
    notes.answer = answer
    page = visitor.http.get(follow(begin(visitor, notes_server)))
    assert (page.status_code, sentence in page.text) == (400, True)
    assert not MCPConnection.objects.exists()


def test_the_server_checks_that_who_ends_a_sign_in_has_begun_it(visitor, notes, notes_server):
    back = follow(begin(visitor, notes_server))
    MCPAuthorization.objects.update(stored_verifier=encrypt("v" * 64))
    assert "Notes refused the sign-in: incorrect code_verifier" in visitor.http.get(back).text


def test_alice_and_bob_share_the_registration_and_nothing_else(site, visitor, notes, notes_server, alice, bob):
    sign_in(visitor, notes_server)
    assert call(bob) == "Sign in to Notes in Settings › Connections."
    notes.person = "bob"
    assert "not signed in" in Visitor(site, bob).http.get(PATH).text
    sign_in(Visitor(site, bob), notes_server)
    assert notes.asked["register"] == 1
    assert (call(alice), call(bob)) == ("alice", "bob")


def test_an_entered_client_is_used_where_the_site_cannot_register_itself(visitor, notes, notes_server, alice):
    sign_in(visitor, notes_server)
    [client] = notes.clients.values()
    client.token_endpoint_auth_method = "client_secret_basic"
    notes.metadata = {"registration_endpoint": None, "token_endpoint_auth_methods_supported": ["client_secret_basic"]}
    entered = {"client_id": client.client_id, "client_secret": client.client_secret, "is_entered": True}
    notes_server.client = entered
    notes_server.save()
    assert "You are signed in to Notes." in sign_in(visitor, notes_server).text
    notes_server.refresh_from_db()
    assert (notes_server.client, notes.asked["register"]) == (entered, 1)


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        ({"registration_endpoint": None}, "an administrator must enter a client"),
        ({"code_challenge_methods_supported": None}, "has no safe sign-in"),
        ({"code_challenge_methods_supported": ["plain"]}, "has no safe sign-in"),
        ({"issuer": "https://evil.example"}, "does not fit together"),
        ({"token_endpoint": "no address"}, "does not say where people sign in"),
    ],
)
def test_a_server_where_nobody_can_sign_in_safely_is_a_sentence(visitor, notes, notes_server, metadata, sentence):
    notes.metadata = metadata
    page = visitor.http.post(f"{PATH}{notes_server.pk}/connect/")
    assert (page.status_code, sentence in page.text) == (502, True)
    assert notes.asked["register"] == 0


def test_a_server_that_is_not_there_is_a_sentence(visitor, notes_server):
    MCPServer.objects.update(url="http://127.0.0.1:9/mcp")
    page = visitor.http.post(f"{PATH}{notes_server.pk}/connect/")
    assert (page.status_code, "Notes cannot be reached." in page.text) == (502, True)


def test_people_see_only_servers_whose_tools_they_may_use(site, visitor, notes_server, bob, carol):
    Tool.objects.update(is_enabled=False)
    assert "Notes" not in visitor.http.get(PATH).text
    assert visitor.http.post(f"{PATH}{notes_server.pk}/connect/").status_code == 404
    # Who reads the tools must sign in before there are any.
    assert "Notes" in Visitor(site, carol).http.get(PATH).text

    group = Group.objects.create(name="writers")
    bob.groups.add(group)
    tool = Tool.objects.get(remote_name="leak")
    tool.groups.add(group)
    Tool.objects.update(is_enabled=True)
    Tool.objects.exclude(pk=tool.pk).delete()
    assert "Notes" not in visitor.http.get(PATH).text
    assert "Notes" in Visitor(site, bob).http.get(PATH).text


def test_whoever_may_not_use_the_tools_any_more_cannot_end_a_sign_in(visitor, notes, notes_server):
    back = follow(begin(visitor, notes_server))
    MCPServer.objects.update(is_enabled=False)
    assert OVER in visitor.http.get(back).text
    assert notes.asked["exchange"] == 0


def test_alice_signs_out_and_the_server_forgets_her_tokens(site, visitor, notes, notes_server, alice, bob):
    sign_in(visitor, notes_server)
    assert Visitor(site, bob).http.post(f"{PATH}{notes_server.pk}/delete/").status_code == 404
    assert call(alice) == "alice"
    page = visitor.http.post(f"{PATH}{notes_server.pk}/delete/", follow_redirects=True)
    assert "You are signed out of Notes." in page.text
    assert (len(notes.revoked), notes.tokens, notes.refresh_tokens) == (2, {}, {})
    assert call(alice) == "Sign in to Notes in Settings › Connections."


def test_alice_signs_out_of_a_server_that_does_not_answer(visitor, notes, notes_server):
    notes.metadata = {"revocation_endpoint": "http://127.0.0.1:9/revoke"}
    sign_in(visitor, notes_server)
    assert visitor.http.post(f"{PATH}{notes_server.pk}/delete/").status_code == 303
    assert not MCPConnection.objects.exists()


def test_no_secret_is_shown_stored_in_plain_text_or_told_to_claude(site, visitor, notes, notes_server, alice, carol):
    pages = [sign_in(visitor, notes_server).text]
    admin = Visitor(site, carol).http
    pages += [visitor.http.get(path).text for path in (PATH, "/", "/settings/data/")]
    pages.append(visitor.http.get("/settings/data/chatsite.zip").content.decode(errors="replace"))
    pages.append(admin.get(f"/admin/conversations/mcpserver/{notes_server.pk}/change/").text)
    with connection.cursor() as cursor:
        for table in ("mcpserver", "mcpconnection", "mcpauthorization"):
            cursor.execute(f"SELECT * FROM conversations_{table}")
            pages.append(str(cursor.fetchall()))
    [client] = notes.clients.values()
    secrets = [*notes.tokens, *notes.refresh_tokens, client.client_secret]
    assert len(secrets) == 3
    assert [secret for secret in secrets for page in pages if secret in page] == []
    assert call(alice, "leak") == "[…] […]"


def test_the_menu_of_tools_has_a_link_instead_of_tools_until_alice_has_signed_in(visitor, notes_server):
    page = visitor.http.get("/").text
    assert "Sign in to Notes" in page
    assert 'value="notes__who_am_i"' not in page
    sign_in(visitor, notes_server)
    page = visitor.http.get("/").text
    assert "Sign in to Notes" not in page
    assert 'value="notes__who_am_i"' in page


def test_connections_go_with_the_person_and_with_the_server(site, visitor, notes_server, alice, bob):
    sign_in(visitor, notes_server)
    sign_in(Visitor(site, bob), notes_server)
    alice.delete()
    assert [row.user for row in MCPConnection.objects.all()] == [bob]
    notes_server.delete()
    assert not MCPConnection.objects.exists()
