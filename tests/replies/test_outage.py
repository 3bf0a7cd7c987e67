"""The database is away (PostgreSQL) or its disk is full (SQLite): people are told so, and no text is lost."""

import time

import httpx2
import pytest

from chatsite.accounts.models import ApiToken
from conversations.models import Message
from tests.outages import start_breakable
from tests.site import Visitor, eventually, stored

HTML = {"Accept": "text/html"}


@pytest.fixture
def breakable(transactional_db, stand_in):
    with start_breakable(stand_in) as running:
        yield running


def test_a_question_during_an_outage_gets_503_and_the_script_keeps_its_text(breakable, alice):
    visitor = Visitor(breakable.site, alice)
    with breakable.outage(), visitor.asking("What now?") as stream:
        assert (stream.status, stream.response.headers["Retry-After"]) == (503, "10")
        assert "database" in stream.response.read().decode()
    assert visitor.ask("[[echo:Gladly.]]").end["state"] == "complete"
    assert Message.objects.filter(role="user").count() == 1


def test_a_plain_form_sent_during_an_outage_comes_back_with_its_text_and_can_be_sent_again(breakable, alice):
    visitor = Visitor(breakable.site, alice)
    fields = {"text": "What now, please?", "key": "k1"}
    with breakable.outage():
        page = visitor.http.post("/conversations/", data=fields, headers=HTML | {"Origin": breakable.site.url})
    assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
    assert "What now, please?</textarea>" in page.text
    assert 'name="key" value="k1"' in page.text
    assert "Send again" in page.text


def test_a_program_gets_503_as_json_during_an_outage(breakable, alice):
    headers = {"Authorization": f"Bearer {ApiToken.issue(alice, 'laptop')[1]}"}
    with breakable.outage():
        response = httpx2.post(f"{breakable.site.url}/api/chat", json={"message": "What now?"}, headers=headers)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "10")
    assert "database" in response.json()["error"]


def test_a_proxy_hears_that_the_database_cannot_be_written(breakable):
    url = f"{breakable.site.url}/readyz"
    assert httpx2.get(url).text == "ready\n"
    with breakable.outage():
        eventually(lambda: httpx2.get(url).status_code == 503)
        assert httpx2.get(url).text == "no database\n"
    eventually(lambda: httpx2.get(url).status_code == 200)


def test_a_reader_is_told_that_the_end_is_being_saved_and_gets_it_after_the_outage(breakable, alice):
    with Visitor(breakable.site, alice).asking("[[chars:300]][[rate:100]]") as stream:
        stream.until_text()
        with breakable.outage():
            stream.until("saving")
        assert stream.end["state"] == "complete"
    assert len(stored(stream.start["reply"]).text) == 300


def test_an_outage_is_logged_in_a_few_lines(transactional_db, stand_in, alice, capfd):
    with start_breakable(stand_in) as breakable:
        visitor = Visitor(breakable.site, alice)
        with visitor.asking("[[endless]][[rate:50]]") as stream, breakable.outage():
            stream.until_text()
            until = time.monotonic() + 5
            while time.monotonic() < until:
                visitor.http.post("/conversations/", data={"text": "What now?"})
                visitor.http.get("/readyz")
    log = capfd.readouterr().err
    assert "The database is unavailable: " in log
    assert "Traceback" not in log
    assert log.count("The database is unavailable") <= 4
    assert len(log.splitlines()) <= 6
