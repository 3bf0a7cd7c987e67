"""MCP servers at which each person signs in, in the admin: Carol adds one, enters a client, and reads the tools."""

import pytest

from conversations.models import MCPAuthorization, MCPConnection, MCPServer, Tool
from tests.connecting import begin, sign_in
from tests.replies.threads import storage_threads
from tests.site import Visitor

SERVERS = "/admin/conversations/mcpserver/"
FIELDS = {"title": "Notes", "slug": "notes", "is_enabled": "on", "transport": "http", "authentication": "oauth"}
INLINE = {"tools-TOTAL_FORMS": 0, "tools-INITIAL_FORMS": 0}
ENTERED = {"client_id": "chatsite", "client_secret": "s3cret"}


@pytest.fixture
def admin(client, carol):
    client.force_login(carol)
    return client


@pytest.fixture
def added(admin):
    admin.post(f"{SERVERS}add/", FIELDS | ENTERED | {"url": "https://notes.example/mcp"})
    return MCPServer.objects.get()


def change(admin, server, **fields):
    form = {**FIELDS, **INLINE, "url": server.url, "client_id": "chatsite", "client_secret": "", **fields}
    response = admin.post(f"{SERVERS}{server.pk}/change/", form)
    server.refresh_from_db()
    return response


def test_carol_enters_a_client_and_never_sees_its_secret_again(admin, added):
    assert added.client == ENTERED | {"is_entered": True}
    assert "s3cret" not in added.stored_client
    page = admin.get(f"{SERVERS}{added.pk}/change/").text
    assert 'value="chatsite"' in page
    assert "s3cret" not in page


def test_the_secret_is_kept_for_the_same_client_at_the_same_address_only(admin, added):
    assert change(admin, added, title="Our notes").status_code == 302
    assert added.client["client_secret"] == "s3cret"
    change(admin, added, client_secret="newer")
    assert added.client["client_secret"] == "newer"
    change(admin, added, url="https://evil.example/mcp")
    assert added.client["client_secret"] == ""
    change(admin, added, client_id="")
    assert added.client == {}


def test_people_cannot_sign_in_to_a_program(admin):
    fields = {"transport": "stdio", "command": "uvx"}
    assert "People sign in to servers that have an address only." in admin.post(f"{SERVERS}add/", FIELDS | fields).text
    assert not MCPServer.objects.exists()


@pytest.mark.parametrize("fields", [{"url": "http://127.0.0.1:9/mcp"}, {"authentication": "none"}, {"client_id": "x"}])
def test_a_server_that_moves_drops_what_people_have_allowed_and_its_registration(
    site, admin, carol, notes_server, fields
):
    visitor = Visitor(site, carol)
    sign_in(visitor, notes_server)
    begin(visitor, notes_server)
    notes_server.refresh_from_db()
    registered = notes_server.client["client_id"]
    change(admin, notes_server, client_id="", title="Our notes")
    assert (MCPConnection.objects.count(), notes_server.client["client_id"]) == (1, registered)

    change(admin, notes_server, **{"client_id": "", **fields})
    assert not MCPConnection.objects.exists()
    assert not MCPAuthorization.objects.exists()
    assert notes_server.client.get("client_id", "") == fields.get("client_id", "")


def test_a_server_without_sign_in_deletes_connections_only_when_it_changes(admin, alice, added):
    change(admin, added, authentication="none", client_id="")
    # A sign-in that had begun before.
    MCPConnection.objects.create(user=alice, server=added, url=added.url)
    change(admin, added, authentication="none", client_id="", title="Our notes")
    assert MCPConnection.objects.exists()
    change(admin, added, authentication="none", client_id="", url="https://evil.example/mcp")
    assert not MCPConnection.objects.exists()


def test_carol_reads_the_tools_with_her_own_sign_in(site, admin, carol, alice, notes_server):
    Tool.objects.all().delete()
    reading = f"{SERVERS}{notes_server.pk}/reading/"
    sentence = "Sign in to Notes in Settings › Connections."
    with storage_threads():
        assert sentence in admin.post(reading, follow=True).text
        Tool.objects.create(name="any", kind="mcp", server=notes_server, is_enabled=True)
        sign_in(Visitor(site, alice), notes_server)
        assert sentence in admin.post(reading, follow=True).text
        sign_in(Visitor(site, carol), notes_server)
        page = admin.post(reading, follow=True).text
    assert "New tools, which are off until you switch them on: who_am_i, leak." in page


def test_carol_deletes_a_server_with_all_that_belongs_to_it(site, admin, alice, notes_server):
    visitor = Visitor(site, alice)
    sign_in(visitor, notes_server)
    begin(visitor, notes_server)
    page = f"{SERVERS}{notes_server.pk}/delete/"
    assert "alice@example.com, Notes" in admin.get(page).text
    admin.post(page, {"post": "yes"})
    assert not MCPServer.objects.exists()
    assert not MCPConnection.objects.exists()
