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
    ("LOG_LEVEL", "LOUD"),
]


def start(**environment):
    command = [sys.executable, "-c", "from django.conf import settings; settings.DEBUG"]
    whole = os.environ | {"DJANGO_SETTINGS_MODULE": "chatsite.settings", "SECRET_KEY": "s" * 50} | environment
    return subprocess.run(command, cwd=ROOT, env=whole, capture_output=True, text=True)


def test_the_example_of_a_secret_starts():
    assert start().returncode == 0


@pytest.mark.parametrize(("name", "value"), NONSENSE)
def test_nonsense_is_refused_by_name(name, value):
    refused = start(**{name: value})
    last = refused.stderr.strip().splitlines()[-1]
    assert refused.returncode != 0
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert name in last
