"""Response headers: policies, caching and cookies."""

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
def test_pages_have_the_strict_policy(client, alice, path):
    if path != "/accounts/login/":
        client.force_login(alice)
    policy = directives(client.get(path))
    assert {*STRICT, *TRUSTED_TYPES} <= set(policy)
    assert "unsafe" not in " ".join(policy)


@pytest.mark.parametrize("path", ["/admin/", "/admin/password_change/", "/admin/nowhere/"])
def test_the_admin_has_the_strict_policy_without_trusted_types(client, carol, path):
    client.force_login(carol)
    policy = directives(client.get(path))
    assert set(STRICT) <= set(policy)
    assert "trusted-types" not in " ".join(policy)


@pytest.mark.parametrize(
    "path", ["/", "/conversations/", "/settings/tokens/", "/accounts/password/change/", "/admin/", "/nowhere/"]
)
def test_no_cache_stores_the_page_of_a_signed_in_person(client, carol, path):
    client.force_login(carol)
    cache_control = client.get(path)["Cache-Control"]
    assert "no-store" in cache_control
    assert "private" in cache_control


def test_pages_have_the_other_security_headers(client, alice):
    client.force_login(alice)
    response = client.get("/")
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


def test_scripts_and_other_sites_cannot_use_the_session_cookie(client, alice, settings):
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["max-age"] == 14 * 24 * 60 * 60


def test_cookies_are_sent_over_https_only_with_debug_off():
    names = ["SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE"]
    script = f"from django.conf import settings; print(*(getattr(settings, name) for name in {names}))"
    environment = os.environ | {"DEBUG": "off", "SECRET_KEY": "k" * 50, "DJANGO_SETTINGS_MODULE": "chatsite.settings"}
    for name in ("COOKIES_SECURE", "SECURE_SSL_REDIRECT"):
        environment.pop(name, None)
    process = subprocess.run([sys.executable, "-c", script], env=environment, cwd=ROOT, capture_output=True, check=True)
    assert process.stdout.split() == [b"__Host-session", b"True", b"__Host-csrf", b"True"]


def test_the_type_of_a_static_file_is_not_guessed(settings, tmp_path):
    settings.DEBUG, settings.STATIC_ROOT = False, tmp_path
    (tmp_path / "calm.css").write_text("")
    scope = {"type": "http", "method": "GET", "path": "/static/calm.css", "query_string": b"", "headers": []}
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(serve_static_files(None)(scope, None, send))
    assert (b"x-content-type-options", b"nosniff") in sent[0]["headers"]
