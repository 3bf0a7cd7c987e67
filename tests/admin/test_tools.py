"""MCP servers, tools and their calls in the admin."""

import pytest

from conversations.models import MCPServer, Tool, ToolCall
from tests.history import begin, finish_answer
from tests.tools.mcp.conftest import hostile

SERVERS, TOOLS, CALLS = (f"/admin/conversations/{name}/" for name in ("mcpserver", "tool", "toolcall"))
FIELDS = {"title": "Tracker", "slug": "tracker", "is_enabled": "on", "transport": "http"}
WITH_TOKEN = {"url": "https://mcp.example.com/mcp", "authentication": "bearer", "token": "s3cret"}
INLINE = {"tools-TOTAL_FORMS": 0, "tools-INITIAL_FORMS": 0}
REASON = {"reason": "A question about this call."}


@pytest.fixture
def admin(client, carol):
    client.force_login(carol)
    return client


@pytest.fixture
def server(db):
    server = hostile("nothing", pk=None)
    server.save()
    return server


@pytest.fixture
def tool(server):
    return Tool.objects.create(
        name="files__act",
        title="Act",
        kind="mcp",
        server=server,
        remote_name="act",
        description="Old.",
        is_enabled=True,
    )


def test_carol_adds_a_server_and_never_sees_its_token_again(admin):
    assert admin.post(f"{SERVERS}add/", FIELDS | WITH_TOKEN).status_code == 302
    server = MCPServer.objects.get()
    assert server.token == "s3cret"
    assert "s3cret" not in admin.get(f"{SERVERS}{server.pk}/change/").text


def test_the_token_is_kept_but_not_sent_elsewhere(admin):
    admin.post(f"{SERVERS}add/", FIELDS | WITH_TOKEN)
    server = MCPServer.objects.get()
    form = f"{SERVERS}{server.pk}/change/"
    assert admin.post(form, FIELDS | WITH_TOKEN | INLINE | {"token": "", "title": "Issues"}).status_code == 302
    elsewhere = FIELDS | WITH_TOKEN | INLINE | {"token": "", "url": "https://evil.example.com/mcp"}
    assert "it would be sent elsewhere" in admin.post(form, elsewhere).text
    server.refresh_from_db()
    assert (server.title, server.url, server.token) == ("Issues", WITH_TOKEN["url"], "s3cret")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"url": ""}, "This is needed for this connection."),
        ({"url": "ftp://example.com"}, "begins with http:// or https://"),
        ({"url": "https://name:word@example.com"}, "must hold no name, password or fragment"),
        ({"token": ""}, "Enter the token."),
        ({"token": "a\u00e4b"}, "letters, digits and signs of ASCII only"),
        ({"transport": "stdio"}, "This is needed for this connection."),
        ({"transport": "stdio", "command": "uvx"}, "A program gets the token in a variable."),
        ({"slug": "2much"}, "Use small letters, digits and hyphens."),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(admin, fields, sentence):
    assert sentence in admin.post(f"{SERVERS}add/", FIELDS | WITH_TOKEN | fields).text
    assert not MCPServer.objects.exists()


def test_no_program_is_added_where_the_site_starts_none(admin, settings):
    settings.MCP_STDIO = False
    fields = {"transport": "stdio", "command": "uvx", "authentication": "none"}
    assert "this site starts no programs" in admin.post(f"{SERVERS}add/", FIELDS | fields).text


def test_the_tools_are_read_by_a_button(admin, server):
    page = admin.post(f"{SERVERS}{server.pk}/reading/", follow=True).text
    assert "New tools, which are off until you switch them on: act." in page
    assert "The tools were read. Nothing has changed." in admin.post(f"{SERVERS}{server.pk}/reading/", follow=True).text


def test_a_server_that_cannot_be_read_is_a_message(admin, server):
    MCPServer.objects.update(command="/nowhere")
    assert "Files cannot be reached." in admin.post(f"{SERVERS}{server.pk}/reading/", follow=True).text


def test_staff_who_are_no_superusers_see_no_servers(client, staff, server):
    client.force_login(staff("view_mcpserver", "add_mcpserver", "change_mcpserver"))
    assert client.get(SERVERS).status_code == 403
    assert client.post(f"{SERVERS}add/", FIELDS | WITH_TOKEN).status_code == 403
    assert client.post(f"{SERVERS}{server.pk}/reading/").status_code == 403


def test_what_a_server_has_changed_is_compared_and_approved(admin, server, tool):
    admin.post(f"{SERVERS}{server.pk}/reading/")
    page = admin.get(f"{TOOLS}{tool.pk}/change/").text
    assert "Old." in page
    assert "Acts." in page
    tool.refresh_from_db()
    assert not tool.is_enabled

    admin.post(f"{TOOLS}{tool.pk}/approval/", {"fingerprint": tool.changed_fingerprint})
    tool.refresh_from_db()
    assert (tool.is_enabled, tool.description, tool.changed_definition) == (True, "Acts.", None)


def test_only_what_was_shown_is_approved(admin, tool):
    tool.propose_definition({"description": "New.", "input_schema": {}})
    shown = tool.changed_fingerprint
    tool.propose_definition({"description": "Newer.", "input_schema": {}})
    tool.save()
    page = admin.post(f"{TOOLS}{tool.pk}/approval/", {"fingerprint": shown}, follow=True).text
    assert "The server has changed it once more." in page
    tool.refresh_from_db()
    assert not tool.is_enabled


def test_a_changed_tool_is_not_switched_on_without_approval(admin, tool):
    tool.propose_definition({"description": "New.", "input_schema": {}})
    tool.save()
    page = admin.post(f"{TOOLS}{tool.pk}/change/", {"title": "Act", "is_enabled": "on"}).text
    assert "Compare, and approve it again." in page
    tool.refresh_from_db()
    assert not tool.is_enabled


def test_what_the_code_of_a_function_says_is_not_edited(admin, settings):
    settings.CHAT_TOOLS = ["tests.tools.samples.book"]
    admin.get(TOOLS)
    function = Tool.objects.get(kind="function")
    form = f"{TOOLS}{function.pk}/change/"
    page = admin.get(form).text
    assert 'name="title"' not in page
    assert 'name="acts"' not in page
    assert admin.post(form, {"is_enabled": "on", "title": "Mine"}).status_code == 302
    function.refresh_from_db()
    assert (function.title, function.acts, function.is_enabled) == ("Book", True, True)


def test_the_title_of_a_tool_of_a_server_is_edited_and_kept(admin, server, tool):
    assert admin.post(f"{TOOLS}{tool.pk}/change/", {"title": "Mine", "is_enabled": "on"}).status_code == 302
    admin.post(f"{SERVERS}{server.pk}/reading/")
    tool.refresh_from_db()
    assert (tool.title, tool.acts) == ("Mine", False)


def test_staff_need_the_permission_to_switch_a_tool_on(client, staff, tool):
    client.force_login(staff("view_tool"))
    assert client.get(f"{TOOLS}{tool.pk}/change/").status_code == 200
    assert client.post(f"{TOOLS}{tool.pk}/approval/").status_code == 403
    assert client.post(f"{TOOLS}{tool.pk}/change/", {"title": "Mine"}).status_code == 403


def test_a_tool_is_switched_off_in_the_list(admin, tool):
    form = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": tool.pk, "_save": "Save"}
    assert admin.post(TOOLS, form).status_code == 302
    tool.refresh_from_db()
    assert not tool.is_enabled


@pytest.fixture
def tool_call(alice):
    answer = finish_answer(begin(alice))
    return ToolCall.objects.create(
        user=alice, conversation=answer.conversation, message=answer, step=1, block_id="toolu_1", tool="files__act",
        title="Act", acts=True, state="done", input={"text": "salary"}, result=[{"type": "text", "text": "Secret."}],
    )  # fmt: skip


def test_staff_see_who_called_what_but_not_with_which_input(admin, tool_call):
    assert "alice@example.com" in admin.get(CALLS, {"state": "done", "tool": "files__act"}).text
    page = admin.get(f"{CALLS}{tool_call.pk}/change/").text
    assert "salary" not in page
    assert "Secret." not in page


def test_input_and_result_are_shown_to_those_who_gave_a_reason(client, staff, tool_call):
    client.force_login(staff("read_transcripts", "view_toolcall"))
    path = f"{CALLS}{tool_call.pk}/change/"
    transcript = f"/admin/conversations/conversation/{tool_call.conversation_id}/transcript/"
    page = client.get(path).text
    assert "salary" not in page
    assert transcript in page
    client.post(transcript, REASON)
    page = client.get(path).text
    assert "salary" in page
    assert "Secret." in page


def test_nobody_changes_or_deletes_a_call(admin, tool_call):
    assert admin.post(f"{CALLS}{tool_call.pk}/change/", {"state": "denied"}).status_code == 403
    assert admin.post(f"{CALLS}{tool_call.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.get(f"{CALLS}add/").status_code == 403
