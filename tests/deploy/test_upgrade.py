"""A new release goes in while people work: one process after the other, and nobody meets a refusal."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.deploy.fronts import Guest


class Day:
    """People at work until `over`; what each request came to."""

    def __init__(self, front, cookies, token):
        self.front, self.cookies, self.token = front, cookies, token
        self.over = threading.Event()
        self.came_to: Counter[tuple[object, ...]] = Counter()

    def guest(self):
        guest = Guest(self.front)
        guest.http.cookies.update(self.cookies)
        guest.http.headers["X-CSRFToken"] = self.token
        return guest

    def reads(self):
        with self.guest() as guest:
            while not self.over.wait(0.02):
                self.came_to["page", guest.http.get("/").status_code] += 1

    def asks(self):
        with self.guest() as guest:
            while not self.over.wait(0.02):
                with guest.asking("[[deltas:20]][[rate:40]]") as stream:
                    state = stream.end["state"] if stream.status == 200 else stream.response.read()
                    self.came_to["question", stream.status, state] += 1

    def calls(self):
        with self.guest() as guest:
            while not self.over.wait(0.02):
                with guest.chatting("[[deltas:20]][[rate:40]]") as stream:
                    stream.read_to_end()
                    self.came_to["call", stream.status, *(last for _, last in stream.frames[-1:])] += 1


@pytest.fixture
def day(admin, front):
    return Day(front, admin.http.cookies, admin.http.headers["X-CSRFToken"])


def test_two_processes_are_restarted_one_after_the_other_and_no_request_fails(day, installation):
    """`migrate` and `collectstatic` run while the old processes still serve."""
    before = [installation.processes[port].pid for port in installation.ports]
    with ThreadPoolExecutor() as pool, day.guest() as guest, guest.asking("[[endless]][[rate:20]]") as long:
        working = [pool.submit(work) for work in (day.reads, day.asks, day.calls)]
        try:
            long.until_text()
            assert installation.manage("migrate").returncode == 0
            assert installation.manage("collectstatic", "--no-input").returncode == 0
            for port in installation.ports:
                installation.restart(port)
        finally:
            day.over.set()
        for work in working:
            work.result()
        assert (long.end["state"], long.end["ending"]) == ("interrupted", "shutdown")
        with guest.following(long.start["reply"]) as again:
            assert (again.end["state"], again.end["ending"]) == ("interrupted", "shutdown")

    assert set(day.came_to) == {("page", 200), ("question", 200, "complete"), ("call", 200, "[DONE]")}
    assert min(day.came_to.values()) > 5
    assert not set(before) & {installation.processes[port].pid for port in installation.ports}


def test_behind_caddy_a_question_waits_while_no_process_is_ready(caddy, installation):
    """So it is during a restart where there is one process, or where the other one was slow to answer a probe."""
    with Guest(caddy) as guest, ThreadPoolExecutor() as pool:
        guest.sign_in()
        for port in installation.ports:
            installation.stop(port)
        question = pool.submit(guest.http.post, "/api/chat", json={"message": "Hello"})
        for port in installation.ports:
            installation.start(port)
        assert question.result().status_code == 200
