"""An upgrade from the release before content blocks were the truth for both roles: nothing is lost."""

import json
import re

import pytest

from tests.operations.conftest import manage
from tests.operations.earlier_release import CONVERSATIONS, HUNDRED_THOUSAND, SCRIPT, SIGN_IN
from tests.site import Site, Visitor, eventually


@pytest.fixture
def earlier_release(other_database):
    """Makes a database at the last migration of that release, with the data that is given."""

    def fill(data):
        manage(other_database.url, "shell", "--no-imports", "--command", SCRIPT + data)
        return other_database

    return fill


def contents(database):
    """{text: content} of all messages."""
    rows = database.sql("SELECT text, content FROM conversations_message")
    return {text: json.loads(content) if isinstance(content, str) else content for text, content in rows}


def test_every_message_keeps_its_text_and_has_it_as_content(earlier_release):
    database = earlier_release(CONVERSATIONS)
    before = database.messages()
    manage(database.url, "migrate")

    assert database.messages() == before
    stored = contents(database)
    assert stored["Because of air."] == [
        {"type": "thinking", "thinking": "Hm.", "signature": ""},
        {"type": "text", "text": "Because of air."},
    ]
    assert stored['Say "hi" \\ bye'] == [{"type": "text", "text": 'Say "hi" \\ bye'}]
    assert stored["Half of"] == [{"type": "text", "text": "Half of"}]
    assert stored[""] == []
    assert database.sql("SELECT cost FROM conversations_usage") == [(42,)]


def test_alice_opens_every_conversation_and_goes_on_in_them(earlier_release, stand_in):
    database = earlier_release(CONVERSATIONS)
    manage(database.url, "migrate")
    session = manage(database.url, "shell", "--no-imports", "--command", SIGN_IN).strip()

    with Site(stand_in.url, DATABASE_URL=database.url) as site:
        alice = Visitor(site)
        alice.http.cookies.set("session", session)
        titles = {}
        for address in set(re.findall(r'href="(/conversations/[0-9a-f-]{36}/)"', alice.http.get("/").text)):
            page = alice.http.get(address)
            assert page.status_code == 200
            titles[re.findall(r"<title>([^<]*)", page.text)[0].strip()] = address
        assert set(titles) == {"The sky", "Lost", "Stopped", "Failed", "Killed"}
        eventually(lambda: "Half of" in alice.http.get(titles["Lost"]).text)
        eventually(lambda: "went away" in alice.http.get(titles["Killed"]).text, seconds=20)
        for address in titles.values():
            stream = alice.ask("And now? [[echo:On we go.]]", address.split("/")[2])
            assert stream.end["state"] == "complete"

    sent = stand_in.recorded()[-1]["body"]["messages"]
    assert sent[-1]["content"][-1]["text"].startswith("And now?")
    assert contents(database)["I was"] == [{"type": "text", "text": "I was"}]


def test_a_hundred_thousand_questions_are_filled_in_batches(earlier_release):
    database = earlier_release(HUNDRED_THOUSAND)
    manage(database.url, "migrate")

    stored = contents(database)
    assert len(stored) == 100_000
    assert all(content == [{"type": "text", "text": text}] for text, content in stored.items())
