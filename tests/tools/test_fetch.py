"""The tool `fetch_page`, and attempts to have it open what is not meant for it."""

import gzip
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from yarl import URL

from conversations.tools.examples import addresses, fetch
from conversations.tools.examples.fetch import fetch_page, html_to_text
from tests.tools.calling import call_tool, fail_to_call

pytestmark = pytest.mark.usefixtures("example_tools")

PAGE = b"""<!DOCTYPE html><title>Harbour</title><style>p {}</style><script>alert("<p>")</script>
<h1>Opening&nbsp;hours</h1><!-- hidden --><table><tr><td>Monday</td><td>9 &ndash; 17</td></tr></table>
<p>If x < 3,<br>call <a href="/phone">us</a>.</p>"""


class Pages(BaseHTTPRequestHandler):
    """Answers with what `pages` has for a path: status, headers, body."""

    pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
    seen: list[tuple[str, dict[str, str]]] = []

    def do_GET(self):
        self.seen.append((self.path, dict(self.headers)))
        status, headers, body = self.pages.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.path == "/slow":
            time.sleep(1)
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


@contextmanager
def serving():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def names(monkeypatch):
    """What the name service answers; other names do not exist."""
    known = {"docs.example.com": "127.0.0.1"}
    real = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **options):
        if host in known:
            return real(known[host], port, *args, **options)
        if isinstance(host, str) and host[:1].isalpha():
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return real(host, port, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


@pytest.fixture
def port(settings, names):
    """A web server on loopback, which tells nobody that this is not public; its host is allowed."""
    Pages.seen = []
    with serving() as number:
        settings.CHAT_TOOL_FETCH_HOSTS = [f"docs.example.com:{number}"]
        yield number


@pytest.fixture
def page(port, monkeypatch):
    """Have the server answer a path; returns its address. Loopback counts as public."""
    monkeypatch.setattr(addresses, "is_public", lambda address: True)
    Pages.pages = {}

    def answer(path, body=b"", kind="text/html; charset=utf-8", status=200, **headers):
        Pages.pages[path] = (status, {"Content-Type": kind, **headers}, body)
        return f"http://docs.example.com:{port}{path}"

    return answer


def test_claude_reads_the_text_of_a_page(page):
    text = call_tool("fetch_page", url=page("/hours", PAGE))
    lines = [line.strip(" |") for line in text.splitlines() if line]
    assert lines == ["Harbour", "Opening hours", "Monday | 9 – 17", "If x < 3,", "call us."]


def test_the_results_count_as_coming_from_outside():
    assert (fetch_page.is_untrusted, fetch_page.acts) == (True, False)


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/plain; charset=latin-1", "Größe <b>".encode("latin-1"), "Größe <b>"),
        ("text/plain; charset=nonsense", b"Size \xff", "Size \ufffd"),
        ("application/json", b'{"a": 1}', '{"a": 1}'),
        ("application/ld+json", b"[]", "[]"),
    ],
)
def test_texts_and_json_stay_as_they_are(page, kind, body, text):
    assert call_tool("fetch_page", url=page("/a", body, kind)) == text


@pytest.mark.parametrize("kind", ["image/png", "application/pdf", "application/octet-stream", "application/xml"])
def test_other_kinds_are_refused(page, kind):
    assert fail_to_call("fetch_page", url=page("/a", b"x", kind)) == "The page is neither a text nor JSON."


def test_a_redirect_is_followed_and_carries_nothing_with_it(page):
    page("/new", PAGE)
    address = page("/old", status=302, Location="/new", **{"Set-Cookie": "a=b"})
    assert "Opening hours" in call_tool("fetch_page", url=address)
    path, headers = Pages.seen[-1]
    assert path == "/new"
    assert not {"Cookie", "Authorization", "Referer"} & headers.keys()


def test_an_address_cannot_add_a_header(page):
    fail_to_call("fetch_page", url=page("/a\r\nX-Evil: yes"))
    [(_path, headers)] = Pages.seen
    assert "X-Evil" not in headers


def test_redirects_in_a_circle_end(page):
    assert "leads to another one" in fail_to_call("fetch_page", url=page("/a", status=307, Location="/a"))
    assert len(Pages.seen) == fetch.MAX_REDIRECTS + 1


@pytest.mark.parametrize("status", [204, 304, 404, 500])
def test_another_status_is_an_error(page, status):
    assert str(status) in fail_to_call("fetch_page", url=page("/a", status=status))


def test_a_page_of_more_than_a_megabyte_is_refused(page):
    assert "more than 1000000 bytes" in fail_to_call("fetch_page", url=page("/a", b"x" * 5_000_000, "text/plain"))


def test_a_compressed_page_is_refused(page):
    body = gzip.compress(b"x" * 10_000_000)
    address = page("/a", body, "text/plain", **{"Content-Encoding": "gzip"})
    assert fail_to_call("fetch_page", url=address).startswith("The server of the page sent it compressed")


def test_a_slow_page_is_given_up(page, monkeypatch):
    object.__setattr__(fetch_page, "timeout", 0.3)
    try:
        address = page("/slow", b"x", "text/plain", **{"Content-Length": "1"})
        assert fail_to_call("fetch_page", url=address) == "The tool did not finish within 0.3 seconds."
    finally:
        object.__setattr__(fetch_page, "timeout", fetch.MAX_SECONDS)


REFUSED = [
    "",
    "docs.example.com",
    "//docs.example.com/",
    "file:///etc/passwd",
    "ftp://docs.example.com/",
    "gopher://docs.example.com/",
    "javascript:alert(1)",
    "http://",
    "http://docs.example.com:99999/",
    "http://docs.example.com:22/",
    "http://evil.example.com/",
    "http://docs.example.com.evil.example/",
    "http://evil.example/docs.example.com",
    "http://docs.example.com@evil.example/",
    "http://docs.example.com:80@evil.example/",
    "http://evil.example\\@docs.example.com/",
    "http://user:password@docs.example.com/",
    "http://user@docs.example.com/",
    "http://127.0.0.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://0/",
    "http://localhost/",
    "http://169.254.169.254/latest/meta-data/",
    "http://" + "a" * 100_000,
]


@pytest.mark.parametrize("address", REFUSED)
def test_other_addresses_are_refused_without_a_connection(port, settings, monkeypatch, address):
    settings.CHAT_TOOL_FETCH_HOSTS.append("docs.example.com")
    monkeypatch.setattr(addresses, "open_socket", pytest.fail)
    assert fail_to_call("fetch_page", url=address).startswith(
        ("This is not the address", "An address with a user", "This host is not", "The page cannot be opened.")
    )


@pytest.mark.parametrize("place", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1"])
def test_an_allowed_name_that_leads_to_a_private_address_is_not_opened(port, settings, names, place):
    names["docs.example.com"] = place
    settings.CHAT_TOOL_FETCH_HOSTS = ["docs.example.com"]
    assert fail_to_call("fetch_page", url="http://docs.example.com/") == "The page cannot be opened."


def test_the_server_on_loopback_is_not_reached_by_an_allowed_name(port):
    assert fail_to_call("fetch_page", url=f"http://docs.example.com:{port}/") == "The page cannot be opened."
    assert Pages.seen == []


@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "0x7f000001", "2130706433", "127.1", "localhost"])
def test_even_an_allowed_host_is_not_opened_if_it_is_private(port, settings, names, host):
    names["localhost"] = "127.0.0.1"
    address = f"http://{host}:{port}/"
    settings.CHAT_TOOL_FETCH_HOSTS = [f"{URL(address).host}:{port}"]
    assert fail_to_call("fetch_page", url=address) == "The page cannot be opened."
    assert Pages.seen == []


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:{port}/secret", "http://evil.example/", "//evil.example/", "file:///etc/passwd"]
)
def test_a_redirect_to_another_place_is_not_followed(page, port, target):
    page("/secret", b"secret", "text/plain")
    address = page("/a", status=302, Location=target.format(port=port))
    assert fail_to_call("fetch_page", url=address).startswith(("This host is not", "This is not the address"))
    assert [path for path, _headers in Pages.seen] == ["/a"]


def test_a_redirect_to_an_allowed_name_with_a_private_address_is_not_followed(page, port, settings, names, monkeypatch):
    settings.CHAT_TOOL_FETCH_HOSTS.append(f"inner.example.com:{port}")
    names["inner.example.com"] = "127.0.0.2"
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")
    address = page("/a", status=302, Location=f"http://inner.example.com:{port}/secret")
    assert fail_to_call("fetch_page", url=address) == "The page cannot be opened."
    assert [path for path, _headers in Pages.seen] == ["/a"]


def test_subdomains_are_allowed_by_a_dot(settings):
    settings.CHAT_TOOL_FETCH_HOSTS = [".example.com"]
    for host in ("example.com", "a.b.example.com", "EXAMPLE.com"):
        assert addresses.read_address(f"https://{host}/a").host
    assert fail_to_call("fetch_page", url="https://badexample.com/").startswith("This host is not")


PRIVATE = """
    127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 255.255.255.255 224.0.0.1 192.0.2.1
    198.18.0.1 240.0.0.1 ::1 :: fe80::1 fe80::1%eth0 fd00::1 fec0::1 ff02::1 ::ffff:10.0.0.1 ::127.0.0.1
    64:ff9b::7f00:1 2002:7f00:1:: 2001:0:1::1 2001:db8::1
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_an_address_that_is_not_of_the_internet_is_not_public(address):
    assert not addresses.is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700::1111"])
def test_an_address_of_the_internet_is_public(address):
    assert addresses.is_public(address)


HOSTILE = [
    "<",
    "</",
    "<!--",
    "<script",
    "<script>",
    "</script ",
    "<b ",
    "<p a=1 ",
    "&",
    "&#",
    "<td",
    "\n",
    "\n ",
    "<![CDATA[",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_page_that_is_made_to_be_slow_is_read_in_a_moment(piece):
    start = time.thread_time()
    html_to_text((piece * fetch.MAX_BYTES)[: fetch.MAX_BYTES])
    assert time.thread_time() - start < 2
