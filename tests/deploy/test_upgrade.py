"""An upgrade while people work: the processes restart one after the other, and no request fails."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.deploy.proxies import Client


class Work:
    """Requests of a signed-in person, repeated until `is_over` is set; `results` counts how they ended."""

    def __init__(self, proxy, cookies, token):
        self.proxy, self.cookies, self.token = proxy, cookies, token
        self.is_over = threading.Event()
        self.results: Counter[tuple[object, ...]] = Counter()

    def client(self):
        client = Client(self.proxy)
        client.http.cookies.update(self.cookies)
        client.http.headers["X-CSRFToken"] = self.token
        return client

    def read_pages(self):
        with self.client() as client:
            while not self.is_over.wait(0.02):
                self.results["page", client.http.get("/").status_code] += 1

    def ask_questions(self):
        with self.client() as client:
            while not self.is_over.wait(0.02):
                with client.asking("[[deltas:20]][[rate:40]]") as stream:
                    state = stream.end["state"] if stream.status == 200 else stream.response.read()
                    self.results["question", stream.status, state] += 1

    def call_api(self):
        with self.client() as client:
            while not self.is_over.wait(0.02):
                with client.chatting("[[deltas:20]][[rate:40]]") as stream:
                    stream.read_to_end()
                    last_frame = stream.frames[-1][1] if stream.frames else None
                    self.results["call", stream.status, last_frame] += 1


@pytest.fixture
def work(admin, proxy):
    return Work(proxy, admin.http.cookies, admin.http.headers["X-CSRFToken"])


def test_no_request_fails_while_two_processes_are_restarted_one_after_the_other(work, installation):
    """`migrate` and `collectstatic` run while the old processes still serve."""
    pids_before = [installation.processes[port].pid for port in installation.ports]
    with ThreadPoolExecutor() as pool, work.client() as client, client.asking("[[endless]][[rate:20]]") as stream:
        tasks = [pool.submit(task) for task in (work.read_pages, work.ask_questions, work.call_api)]
        try:
            stream.until_text()
            assert installation.manage("migrate").returncode == 0
            assert installation.manage("collectstatic", "--no-input").returncode == 0
            for port in installation.ports:
                installation.restart(port)
        finally:
            work.is_over.set()
        for task in tasks:
            task.result()
        assert (stream.end["state"], stream.end["ending"]) == ("interrupted", "shutdown")
        with client.following(stream.start["reply"]) as later:
            assert (later.end["state"], later.end["ending"]) == ("interrupted", "shutdown")

    assert set(work.results) == {("page", 200), ("question", 200, "complete"), ("call", 200, "[DONE]")}
    assert min(work.results.values()) > 5
    assert not set(pids_before) & {installation.processes[port].pid for port in installation.ports}


def test_behind_caddy_a_question_waits_while_no_process_is_ready(caddy, installation):
    """As during the restart of a single process, or if the other one was slow to answer a probe."""
    with Client(caddy) as client, ThreadPoolExecutor() as pool:
        client.sign_in()
        for port in installation.ports:
            installation.stop(port)
        question = pool.submit(client.http.post, "/api/chat", json={"message": "Hello"})
        for port in installation.ports:
            installation.start(port)
        assert question.result().status_code == 200
