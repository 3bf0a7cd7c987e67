"""Tools of an ordinary MCP server are listed and called, by its address and as a program."""

import pytest

from tests.tools.mcp.conftest import at, call, everyday, list_names, program


@pytest.fixture(params=["address", "program"])
def server(request):
    return at(request.getfixturevalue("everyday_url")) if request.param == "address" else everyday()


def text_of(result):
    return [block["text"] for block in result.content]


def test_its_tools_are_listed_and_one_is_called(server):
    assert "add" in list_names(server)
    result = call(server, "add", a=1, b=2)
    assert (text_of(result), result.is_error) == (["3"], False)


def test_a_tool_that_fails_says_so(everyday_url):
    result = call(at(everyday_url), "fail", reason="No luck.")
    assert result.is_error
    assert "fail" in text_of(result)[0]


def test_wrong_arguments_are_an_error_of_the_tool(everyday_url):
    assert call(at(everyday_url), "add", a="one").is_error


def test_sounds_are_left_out_and_texts_of_resources_are_kept(everyday_url):
    assert text_of(call(at(everyday_url), "mix")) == ["First.", "[A sound is left out.]", "[note://1]\nA note."]


def test_an_image_is_written_again(everyday_url):
    [block] = call(at(everyday_url), "draw").content
    assert (block["type"], block["source"]["media_type"]) == ("image", "image/png")


def test_a_long_text_is_shortened(everyday_url):
    text, note = text_of(call(at(everyday_url), "repeat", text="ab", times=40_000))
    assert (len(text), note) == (50_000, "[The last 30000 characters are left out.]")


def test_a_program_gets_none_of_the_secrets_of_the_site(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    names = set(text_of(call(everyday(), "list_variables"))[0].split())
    assert names & {"ANTHROPIC_API_KEY", "SECRET_KEY", "DATABASE_URL"} == set()
    assert "PATH" in names


def test_a_program_gets_its_token_in_its_variable():
    server = everyday()
    server.token_variable = "TRACKER_TOKEN"
    assert text_of(call(server, "read_variable", token="s3cret", name="TRACKER_TOKEN")) == ["[…]"]


def test_a_program_that_is_not_there_cannot_be_reached():
    assert call(program(command="/nowhere/at-all")) == "Files cannot be reached."


def test_no_program_is_started_where_the_site_starts_none(settings):
    settings.MCP_STDIO = False
    assert call(everyday()) == "MCP_STDIO is off: this site starts no programs."
