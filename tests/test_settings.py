"""Nonsense in the environment is refused at the start, with a sentence that names the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NONSENSE = [
    ("SECRET_KEY", "short"),
    ("DEBUG", "perhaps"),
    ("COOKIES_SECURE", "2"),
    ("SESSION_DAYS", "0"),
    ("SECURE_HSTS_SECONDS", "-1"),
    ("TRUSTED_PROXIES", "many"),
    ("ANTHROPIC_BASE_URL", "api.anthropic.com"),
    ("CHAT_MODEL", "gpt-4"),
    ("CHAT_MAX_TOKENS", "1e4"),
    ("CHAT_EFFORT", "heroic"),
    ("CHAT_MAX_RUNNING_PER_PERSON", "0"),
    ("REPLY_GRACE_SECONDS", "soon"),
    ("DRAIN_SECONDS", "99999"),
    ("DRAIN_NOTICE_SECONDS", "61"),
    ("LOG_LEVEL", "LOUD"),
    ("TIME_ZONE", "Mars/Olympus"),
    ("ALLOWED_HOSTS", "https://chat.example.com"),
    ("CSRF_TRUSTED_ORIGINS", "chat.example.com"),
    ("DATABASE_URL", "chatsite.sqlite3"),
    ("DATABASE_URL", ""),
    ("DATABASE_URL", "mysql://localhost/chatsite"),
    ("DATABASE_URL", "postgres://localhost:many/chatsite"),
    ("DATABASE_URL", "postgres://localhost"),
    ("EMAIL_URL", "mail.example.com"),
    ("EMAIL_URL", "smtp://mail.example.com:many"),
]


def start(code="from django.conf import settings; settings.DEBUG", **environment):
    command = [sys.executable, "-c", code]
    whole = os.environ | {"DJANGO_SETTINGS_MODULE": "chatsite.settings", "SECRET_KEY": "s" * 50} | environment
    return subprocess.run(command, cwd=ROOT, env=whole, capture_output=True, text=True)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"DATABASE_URL": "postgres://chatsite:password@localhost/chatsite", "EMAIL_URL": "smtp+tls://u:p@mail:587"},
        {"DATABASE_URL": "sqlite:////var/lib/chatsite.sqlite3", "EMAIL_URL": "consolemail://"},
        {"ALLOWED_HOSTS": "chat.example.com, .example.org", "CSRF_TRUSTED_ORIGINS": "https://chat.example.com"},
    ],
)
def test_what_is_meant_is_taken(environment):
    assert start(**environment).stderr == ""


@pytest.mark.parametrize(("name", "value"), NONSENSE)
def test_nonsense_is_refused_by_name(name, value):
    refused = start(**{name: value})
    last = refused.stderr.strip().splitlines()[-1]
    assert refused.returncode != 0
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert name in last


@pytest.mark.parametrize("name", ["DATABASE_URL", "EMAIL_URL"])
def test_a_refusal_does_not_repeat_a_password(name):
    assert "hush" not in start(**{name: "nonsense://alice:hush@localhost/x"}).stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(("level", "times"), [("DEBUG", 1), ("WARNING", 1), ("ERROR", 0)])
@pytest.mark.parametrize("debug", ["on", "off"])
def test_the_terminal_says_once_what_the_level_lets_pass(debug, level, times):
    code = "import django, logging; django.setup(); logging.getLogger('django.request').warning('Not Found')"
    assert start(code, DEBUG=debug, LOG_LEVEL=level).stderr.count("Not Found") == times
