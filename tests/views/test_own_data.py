"""All of Alice's data, and some of her conversations, as a zip file."""

import io
import json
import uuid
import zipfile

import pytest

from conversations.models import Conversation, MCPConnection, MCPServer, TeamSettings
from tests.history import begin, create_conversation, create_file, create_usage, finish_answer
from tests.site import Visitor


def read_archive(content):
    """The files of a zip by their names."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.fixture
def download(site):
    """Downloads the data of a person."""
    return lambda person: read_archive(Visitor(site, person).http.get("/settings/data/chatsite.zip").content)


def test_alice_downloads_each_conversation_to_read_and_as_it_is_stored(download, alice):
    conversation = create_conversation(alice, "How high is the tide?")
    files = download(alice)
    [markdown] = [text for name, text in files.items() if name.startswith("markdown/")]
    [document] = [json.loads(text) for name, text in files.items() if name.startswith("json/")]
    assert "How high is the tide?" in markdown
    assert document["conversation"]["id"] == str(conversation.pk)


def test_conversations_in_the_bin_are_in_the_file(download, alice):
    create_conversation(alice, "Is this binned?").bin()
    assert any("Is this binned?" in text for text in download(alice).values())


def test_conversations_with_the_same_title_have_files_of_their_own(download, alice):
    Conversation.objects.create(owner=alice, title="Tides")
    Conversation.objects.create(owner=alice, title="Tides")
    assert len([name for name in download(alice) if name.startswith("markdown/")]) == 2


def test_a_title_cannot_name_a_file_elsewhere(download, alice):
    Conversation.objects.create(owner=alice, title="../../etc/passwd")
    assert not [name for name in download(alice) if ".." in name]


def test_nothing_of_bob_is_in_the_file_of_alice(download, alice, bob):
    create_conversation(bob, "Bob asks.")
    create_usage(bob)
    files = download(alice)
    assert list(files) == ["account.json"]
    assert json.loads(files["account.json"])["usage"] == []


def test_the_account_and_what_its_calls_used_are_in_the_file(download, alice):
    create_usage(alice, cost=1_500_000)
    account = json.loads(download(alice)["account.json"])
    assert account["email"] == alice.email
    assert account["usage"][0]["output_tokens"] == 20


def test_where_alice_has_signed_in_is_in_the_file_without_her_tokens(download, alice, bob):
    server = MCPServer.objects.create(slug="notes", title="Notes", url="https://notes.example", authentication="oauth")
    for person in (alice, bob):
        MCPConnection.objects.create(user=person, server=server, scope="read", stored_access_token="encrypted")
    text = download(alice)["account.json"]
    [connection] = json.loads(text)["connections"]
    assert (connection["server"], connection["scope"]) == ("Notes", "read")
    assert "encrypted" not in text


def test_costs_are_not_in_the_file_where_the_team_hides_them(download, alice):
    TeamSettings.objects.create(show_costs=False)
    create_usage(alice, cost=1_500_000)
    assert "cost" not in json.loads(download(alice)["account.json"])["usage"][0]


def test_alice_sees_how_many_conversations_the_file_has(client, alice):
    create_conversation(alice)
    client.force_login(alice)
    assert "Download 1 conversation<" in client.get("/settings/data/").text


def test_what_alice_attached_is_in_the_file_and_named_in_her_conversation(download, alice, bob):
    file = create_file(alice, "tides/2026.txt", b"High at nine.")
    create_file(bob, "bobs.txt", b"Not hers.")
    finish_answer(begin(alice, "When?", attachments=(file.pk,)))

    files = download(alice)

    assert [text for name, text in files.items() if name.startswith("files/")] == ["High at nine."]
    assert f"files/{file.pk} tides_2026.txt" in files
    [markdown] = [text for name, text in files.items() if name.startswith("markdown/")]
    assert "File: tides/2026.txt" in markdown
    [document] = [json.loads(text) for name, text in files.items() if name.startswith("json/")]
    assert [entry["id"] for entry in document["files"]] == [str(file.pk)]


# A selection


@pytest.fixture
def export(site):
    """Exports these conversations as a person; returns the response."""
    return lambda person, *ids: Visitor(site, person).http.post(
        "/conversations/selection/export/", data={"id": [str(pk) for pk in ids]}
    )


def test_alice_exports_what_she_has_selected_and_nothing_else(export, alice):
    chosen = [create_conversation(alice, text).pk for text in ("How high?", "How low?")]
    create_conversation(alice, "How far?")
    response = export(alice, *chosen)
    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="conversations-')
    files = read_archive(response.content)
    assert sorted(name.partition("/")[0] for name in files) == ["json", "json", "markdown", "markdown"]
    assert {json.loads(text)["conversation"]["id"] for name, text in files.items() if name.startswith("json/")} == {
        str(pk) for pk in chosen
    }


def test_the_files_of_what_alice_has_selected_are_in_it_and_no_others(export, alice):
    chosen, other = create_file(alice, "tides.txt"), create_file(alice, "boats.txt", b"Two boats.")
    answers = [finish_answer(begin(alice, "What is in it?", attachments=(file.pk,))) for file in (chosen, other)]
    files = read_archive(export(alice, answers[0].conversation_id).content)

    assert files[f"files/{chosen.pk} tides.txt"] == "Notes."
    assert [name for name in files if "boats" in name] == []


def test_what_is_bobs_or_in_the_bin_is_left_out_of_the_file_of_alice(export, alice, bob):
    binned = create_conversation(alice)
    binned.bin()
    assert read_archive(export(alice, create_conversation(bob).pk, binned.pk, uuid.uuid4()).content) == {}


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        ([], "Select at least one conversation."),
        (["x"], "There is no such conversation."),
        ([uuid.UUID(int=1)] * 201, "Select at most 200 conversations."),
    ],
)
def test_a_selection_that_cannot_be_exported_is_refused_with_a_sentence(export, alice, ids, sentence):
    response = export(alice, *ids)
    assert response.status_code == 400
    assert sentence in response.text
