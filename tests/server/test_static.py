"""Addresses below `/static/` that name no file, from the source folders and from the collected files; and how long
browsers keep a file."""

import asyncio
import gzip
import socket
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from django.core.management import call_command

from chatsite.server.static import HASHED_NAME, HashedStorage, serve_static_files
from tests.site import ROOT

WRONG = [
    "%2e%2e/.env",
    "../.env",
    "%2e%2e%2f%2e%2e%2fetc/passwd",
    "/etc/passwd",
    "%00",
    "css/%00.css",
    "%ff%fe.css",
    "a" * 5000,
    "css",
    "css/",
    "",
    "%5c..%5c.env",
    "css/base.css/x",
]


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path[:30])
def test_with_debug_on_it_is_not_found(site, path):
    with closing(HTTPConnection("127.0.0.1", site.port)) as connection:
        connection.request("GET", f"/static/{path}")
        with connection.getresponse() as response:
            assert response.status in {400, 404}


def test_a_style_sheet_comes_right_after_a_page_on_the_same_connection(site):
    """The server begins the second request while the first one ends."""
    requests = [b"GET /accounts/login/ HTTP/1.1\r\n", b"GET /static/css/base.css HTTP/1.1\r\nConnection: close\r\n"]
    with socket.create_connection(("127.0.0.1", site.port)) as connection:
        connection.sendall(b"".join(request + b"Host: 127.0.0.1\r\n\r\n" for request in requests))
        received = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert received.endswith((ROOT / "static/css/base.css").read_bytes())


def test_otherwise_nothing_outside_of_the_collected_files_is_served(settings, tmp_path):
    passed_on = []

    async def application(scope, receive, send):
        passed_on.append(scope["path"])

    (tmp_path / "static").mkdir()
    (tmp_path / ".env").write_text("SECRET_KEY=x")
    settings.DEBUG, settings.STATIC_ROOT = False, tmp_path / "static"
    paths = ["/static/../.env", "/static//etc/passwd", "/static/\0", "/static/" + "a" * 5000, "/static/"]
    for path in paths:
        scope = {"type": "http", "method": "GET", "path": path, "headers": []}
        asyncio.run(serve_static_files(application)(scope, None, None))
    assert passed_on == paths


def test_browsers_and_proxies_keep_a_file_with_a_hash_in_its_name_for_ever(settings, tmp_path):
    settings.DEBUG, settings.STATIC_ROOT = False, tmp_path
    name = HashedStorage(location=tmp_path).hashed_name("app.js", ContentFile(b"// One version\n"))
    (tmp_path / name).write_text("// One version\n")
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": f"/static/{name}", "query_string": b"", "headers": []}
    asyncio.run(serve_static_files(None)(scope, None, send))
    assert b"immutable" in dict(sent[0]["headers"])[b"cache-control"]
    for proxy in ("Caddyfile", "nginx.conf"):
        assert HASHED_NAME.pattern in (ROOT / "deploy" / proxy).read_text()


@pytest.fixture
def style_sheets(settings, tmp_path):
    """The source folder of style sheets, empty."""
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATICFILES_DIRS = [tmp_path / "sources"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "chatsite.server.static.HashedStorage"}}
    folder = tmp_path / "sources" / "css"
    folder.mkdir(parents=True)
    return folder


def collect(name):
    """Collect all files; the path of the one that pages load under this name."""
    call_command("collectstatic", interactive=False, verbosity=0)
    return Path(staticfiles_storage.path(staticfiles_storage.url(name).removeprefix("/static/")))


def test_a_style_sheet_that_imports_others_is_collected_as_one_file(style_sheets):
    (style_sheets / "site.css").write_text('@import "colors.css";\n@import "base.css";\n')
    (style_sheets / "colors.css").write_text(":root { --ink: black }\n")
    (style_sheets / "base.css").write_text("p { color: var(--ink) }\n")
    collect("css/site.css")
    (style_sheets / "base.css").write_text("p { color: red }\n")
    assert collect("css/site.css").read_text() == ":root { --ink: black }\n\np { color: red }\n\n"


def test_a_compressed_style_sheet_means_what_its_source_means(style_sheets):
    rules = "  .usage :is(th, td):first-child {\n    color: red;\n  }\n" * 20
    (style_sheets / "table.css").write_text("@layer base {\n" + rules + "}\n")
    collected = collect("css/table.css")
    compressed = collected.with_name(f"{collected.name}.gz").read_bytes()
    assert gzip.decompress(compressed) == b"@layer base{" + b".usage *:is(th,td):first-child{color:red}" * 20 + b"}"
