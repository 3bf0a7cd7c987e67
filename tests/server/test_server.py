"""The server process: `python -m chatsite.server`, or uvicorn itself."""

import subprocess
import sys
from contextlib import ExitStack, suppress

import httpx2
import pytest

from tests.site import ROOT, START_SECONDS, Site, Visitor, eventually

STREAMS = 30
#: Replies are stored by a few threads of their own.
STORAGE_THREADS = 8


@pytest.fixture
def own_site(site, stand_in):
    """A process that serves nobody else, with room for many replies of one person."""
    with Site(stand_in.url, CHAT_MAX_RUNNING_PER_PERSON="100") as running:
        yield running


def test_open_streams_need_no_threads_of_their_own(own_site, alice):
    visitor = Visitor(own_site, alice)
    for _ in range(10):
        visitor.http.get("/")
    threads_before = own_site.threads()

    with ExitStack() as open_streams:
        for _ in range(STREAMS):
            stream = open_streams.enter_context(Visitor(own_site, alice).asking("[[endless]][[rate:20]]"))
            stream.until_text()
        assert own_site.threads() <= threads_before + STORAGE_THREADS


def test_a_response_does_not_name_the_server(site):
    assert "Server" not in Visitor(site).http.get("/healthz").headers


def test_uvicorn_itself_serves_the_application(site, stand_in):
    other = Site(stand_in.url)

    def answers():
        with suppress(httpx2.HTTPError):
            return httpx2.get(f"{other.url}/readyz").status_code == 200

    command = [sys.executable, "-m", "uvicorn", "chatsite.asgi:application", "--port", str(other.port)]
    process = subprocess.Popen(command, cwd=ROOT, env=other.environment, stderr=subprocess.DEVNULL)
    try:
        eventually(answers, START_SECONDS)
    finally:
        process.terminate()
        process.wait(20)
