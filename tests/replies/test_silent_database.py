"""A connection to PostgreSQL stays open, but nothing comes back: it is given up, and a new one is used."""

import time

import httpx2
import pytest
from django.db import connection

from conversations.models import Message, Usage
from tests.silence import SilentProxy
from tests.site import Site, Visitor, eventually, stored


@pytest.fixture
def proxy(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connections that could be silent")
    with SilentProxy() as running:
        yield running


def test_a_reply_goes_on_and_is_stored_when_all_connections_fall_silent(capfd, proxy, stand_in, alice):
    with (
        Site(stand_in.url, DATABASE_URL=proxy.url) as site,
        Visitor(site, alice).asking("[[chars:600]][[rate:50]]") as stream,
    ):
        stream.until_text()
        proxy.silence()
        assert stream.end["state"] == "complete"
        answer = stored(stream.start["reply"])
    assert (answer.state, answer.ending, len(answer.text)) == ("complete", "finished", 600)
    assert Usage.objects.get().state == "complete"
    assert "PostgreSQL has not answered for" in capfd.readouterr().err


def test_people_are_served_again_soon_after_all_connections_fell_silent(proxy, stand_in, alice):
    with Site(stand_in.url, DATABASE_URL=proxy.url) as site:
        visitor = Visitor(site, alice)
        statuses = [visitor.http.get("/").status_code for _ in range(10)]
        proxy.silence()
        silent_at = time.monotonic()
        assert eventually(lambda: visitor.http.get("/").status_code == 200, seconds=20)
        assert time.monotonic() - silent_at < 10
        with visitor.asking("[[echo:Gladly.]][[rate:0]]") as stream:
            assert stream.end["state"] == "complete"
    assert set(statuses) == {200}


def test_a_proxy_hears_at_once_that_the_database_is_silent(proxy, stand_in, alice):
    with Site(stand_in.url, DATABASE_URL=proxy.url) as site:
        assert httpx2.get(f"{site.url}/readyz").status_code == 200
        proxy.silence(for_new=True)
        began = time.monotonic()
        unready = httpx2.get(f"{site.url}/readyz")
        assert (unready.status_code, unready.text) == (503, "no database\n")
        assert time.monotonic() - began < 4
        proxy.recover()
        eventually(lambda: httpx2.get(f"{site.url}/readyz").status_code == 200, seconds=20)


def test_health_is_reported_while_every_request_waits_for_the_database(proxy, stand_in, alice):
    with Site(stand_in.url, DATABASE_URL=proxy.url) as site:
        visitor = Visitor(site, alice)
        with visitor.asking("[[endless]][[rate:20]]") as stream:
            stream.until_text()
            proxy.silence(for_new=True)
            began = time.monotonic()
            assert httpx2.get(f"{site.url}/healthz").status_code == 200
            assert time.monotonic() - began < 1
            time.sleep(12)
            stream.until_text()
            proxy.recover()
            assert visitor.stop(stream.start["reply"])
    assert Message.objects.get(role="assistant").text
