"""What deploy/nginx.conf logs and sends again, in front of two servers that record requests."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.deploy.installation import DEPLOY, Installation
from tests.deploy.proxies import Client, Proxy
from tests.site import eventually


class Server(ThreadingHTTPServer):
    status = 200
    received: list[tuple[str, str, bytes]]


class Recorder(BaseHTTPRequestHandler):
    """Answers /healthz, for the proxy, and everything else with the status of its server."""

    server: Server

    def do_POST(self):
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/healthz":
            self.server.received.append((self.command, self.path, content))
        self.send_response(200 if self.path == "/healthz" else self.server.status)
        self.end_headers()
        self.wfile.write(b"A sentence.")

    def do_GET(self):
        self.do_POST()

    def log_message(self, *arguments):
        """Nothing on the terminal of the tests."""


class TwoProcesses(Installation):
    """Two servers where the site's processes would be; `received` has the requests to both."""

    def __init__(self, folder):
        self.folder = folder
        self.received = []
        self.servers = [Server(("127.0.0.1", 0), Recorder) for _ in range(2)]
        self.ports = (self.servers[0].server_port, self.servers[1].server_port)

    def __enter__(self):
        for server in self.servers:
            server.received = self.received
            threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        self.respond_with(200)
        return self

    def __exit__(self, *error):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def respond_with(self, status):
        self.received.clear()
        for server in self.servers:
            server.status = status


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    with TwoProcesses(tmp_path_factory.mktemp("srv")) as processes:
        yield processes


@pytest.fixture(scope="module")
def nginx(processes, tmp_path_factory):
    with Proxy("nginx", tmp_path_factory.mktemp("nginx"), processes).running() as running:
        yield running


@pytest.fixture
def visitor(nginx, processes):
    processes.respond_with(200)
    with Client(nginx) as client:
        yield client


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/password/reset/key/1-SECRET/",
        "/settings/address/SECRET/",
        "/search/?q=SECRET",
        "/?title=SECRET&text=SECRET&url=https%3A%2F%2Fharbour.example%2FSECRET",
        "/settings/connections/callback/?code=SECRET&state=SECRET",
        "/accounts/login/?next=/%3Ftext%3DSECRET",
    ],
)
def test_secrets_in_addresses_are_not_logged(nginx, visitor, address):
    """Nor those in the address of the page before, which a browser sends with the next request."""
    log = nginx.folder / "chatsite.log"
    log.write_text("")
    visitor.http.get(address)
    visitor.http.get("/archive/?page=2", headers={"Referer": f"{nginx.url}{address}"})
    eventually(lambda: '"GET /archive/ HTTP/1.1" 200 ' in log.read_text())
    assert "SECRET" not in log.read_text()


def test_caddy_logs_no_requests():
    assert "log" not in (DEPLOY / "Caddyfile").read_text().split()


@pytest.mark.parametrize("path", ["/files/", "/accounts/login/", "/messages/1/fork/", "/admin/accounts/user/add/"])
def test_what_is_refused_with_503_is_not_sent_to_the_other_process(visitor, processes, path):
    """A busy server refuses uploads, and the database can be away since part of the work was done."""
    processes.respond_with(503)
    response = visitor.http.post(path, content=b"x" * 100_000)
    assert (response.status_code, response.text) == (503, "A sentence.")
    assert [(method, received) for method, received, _content in processes.received] == [("POST", path)]


@pytest.mark.parametrize(
    "path",
    [
        "/conversations/",
        "/conversations/1/messages/",
        "/conversations/1/summary/",
        "/messages/1/reply/",
        "/tool-calls/1/",
        "/api/chat",
    ],
)
def test_a_question_that_a_stopping_process_refuses_is_sent_to_the_other_one(visitor, processes, path):
    processes.respond_with(503)
    processes.servers[0].status = 200
    for _ in range(4):
        assert visitor.http.post(path, content=b"text=Hello").status_code == 200
    assert set(processes.received) == {("POST", path, b"text=Hello")}
    assert len(processes.received) > 4


def test_a_probe_through_nginx_is_answered_by_a_process_that_is_ready(visitor, processes):
    processes.respond_with(503)
    processes.servers[1].status = 200
    assert {visitor.http.get("/readyz").status_code for _ in range(4)} == {200}
