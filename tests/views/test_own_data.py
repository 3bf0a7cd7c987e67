"""All of Alice's data as a zip file."""

import io
import json
import zipfile

import pytest

from conversations.models import Conversation, TeamSettings
from tests.history import create_conversation, create_usage
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


def test_costs_are_not_in_the_file_where_the_team_hides_them(download, alice):
    TeamSettings.objects.create(show_costs=False)
    create_usage(alice, cost=1_500_000)
    assert "cost" not in json.loads(download(alice)["account.json"])["usage"][0]


def test_alice_sees_how_many_conversations_the_file_has(client, alice):
    create_conversation(alice)
    client.force_login(alice)
    assert "Download 1 conversation<" in client.get("/settings/data/").text
