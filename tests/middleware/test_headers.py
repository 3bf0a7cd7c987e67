"""What browsers are told beside the page: policies, caching, cookies."""

import asyncio
import os
import subprocess
import sys

import pytest

from chatsite.server.static import serve_static_files
from tests.conftest import PASSWORD
from tests.site import ROOT

STRICT = ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "object-src 'none'"]
TRUSTED_TYPES = ["require-trusted-types-for 'script'", "trusted-types chat"]


def directives(response):
    return [part.strip() for part in response["Content-Security-Policy"].split(";")]


@pytest.mark.parametrize("path", ["/", "/conversations/", "/settings/tokens/", "/accounts/login/", "/nowhere/"])
def test_pages_keep_the_strict_policy(client, alice, path):
    if path != "/accounts/login/":
        client.force_login(alice)
    told = directives(client.get(path))
    assert {*STRICT, *TRUSTED_TYPES} <= set(told)
    assert "unsafe" not in " ".join(told)


@pytest.mark.parametrize("path", ["/admin/", "/admin/password_change/", "/admin/nowhere/"])
def test_the_admin_keeps_it_without_trusted_types(client, carol, path):
    client.force_login(carol)
    told = directives(client.get(path))
    assert set(STRICT) <= set(told)
    assert "trusted-types" not in " ".join(told)


@pytest.mark.parametrize(
    "path", ["/", "/conversations/", "/settings/tokens/", "/accounts/password/change/", "/admin/", "/nowhere/"]
)
def test_no_cache_keeps_what_a_signed_in_person_sees(client, carol, path):
    client.force_login(carol)
    told = client.get(path)["Cache-Control"]
    assert "no-store" in told
    assert "private" in told


def test_other_protections(client, alice):
    client.force_login(alice)
    response = client.get("/")
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client, alice, settings):
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["max-age"] == 14 * 24 * 60 * 60


def test_cookies_travel_only_encrypted_when_the_site_is_in_earnest():
    names = ["SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE"]
    script = f"from django.conf import settings; print(*(getattr(settings, name) for name in {names}))"
    earnest = os.environ | {"DEBUG": "off", "SECRET_KEY": "k" * 50, "DJANGO_SETTINGS_MODULE": "chatsite.settings"}
    for name in ("COOKIES_SECURE", "SECURE_SSL_REDIRECT"):
        earnest.pop(name, None)
    said = subprocess.run([sys.executable, "-c", script], env=earnest, cwd=ROOT, capture_output=True, check=True)
    assert said.stdout.split() == [b"__Host-session", b"True", b"__Host-csrf", b"True"]


def test_a_static_file_is_taken_for_nothing_but_what_it_is(settings, tmp_path):
    settings.DEBUG, settings.STATIC_ROOT = False, tmp_path
    (tmp_path / "calm.css").write_text("")
    scope = {"type": "http", "method": "GET", "path": "/static/calm.css", "query_string": b"", "headers": []}
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(serve_static_files(None)(scope, None, send))
    assert (b"x-content-type-options", b"nosniff") in sent[0]["headers"]
