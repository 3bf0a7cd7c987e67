"""What deploy/nginx.conf logs, in front of two processes that are not the site and only record requests."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.deploy.installation import DEPLOY, Installation
from tests.deploy.proxies import Client, Proxy
from tests.site import eventually


class Recorder(BaseHTTPRequestHandler):
    """Answers /healthz, for the proxy, and everything else with the status of its server."""

    def do_GET(self):
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/healthz":
            self.server.received.append((self.command, self.path, content))
        self.send_response(200 if self.path == "/healthz" else self.server.status)
        self.end_headers()
        self.wfile.write(b"A sentence.")

    do_POST = do_GET

    def log_message(self, *arguments):
        """Nothing on the terminal of the tests."""


class TwoProcesses(Installation):
    """Two servers where the site's processes would be; `received` has the requests to both."""

    def __init__(self, folder):
        self.folder = folder
        self.received = []
        self.servers = [ThreadingHTTPServer(("127.0.0.1", 0), Recorder) for _ in range(2)]
        self.ports = tuple(server.server_port for server in self.servers)

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
