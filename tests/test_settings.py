"""An invalid value in the environment stops startup with an error that names the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from chatsite.environment import read_env_file

ROOT = Path(__file__).resolve().parent.parent
INVALID_VALUES = [
    ("SECRET_KEY", "short"),
    ("DEBUG", "perhaps"),
    ("COOKIES_SECURE", "2"),
    ("SESSION_DAYS", "0"),
    ("SECURE_HSTS_SECONDS", "-1"),
    ("TRUSTED_PROXIES", "many"),
    ("ANTHROPIC_BASE_URL", "api.anthropic.com"),
    ("ANTHROPIC_BASE_URL", "https://[api.anthropic.com"),
    ("CHAT_MODEL", "gpt-4"),
    ("CHAT_MAX_TOKENS", "1e4"),
    ("CHAT_MAX_TOKENS", "9" * 5_000),
    ("CHAT_EFFORT", "heroic"),
    ("CHAT_MAX_RUNNING_PER_PERSON", "0"),
    ("REPLY_GRACE_SECONDS", "soon"),
    ("DRAIN_SECONDS", "99999"),
    ("DRAIN_NOTICE_SECONDS", "61"),
    ("STOP_SECONDS", "9"),
    ("LOG_LEVEL", "LOUD"),
    ("TIME_ZONE", "Mars/Olympus"),
    ("LANGUAGE_CODE", "tlh"),
    ("ALLOWED_HOSTS", "https://chat.example.com"),
    ("CSRF_TRUSTED_ORIGINS", "chat.example.com"),
    ("DATABASE_URL", "chatsite.sqlite3"),
    ("DATABASE_URL", ""),
    ("DATABASE_URL", "mysql://localhost/chatsite"),
    ("DATABASE_URL", "postgres://localhost:many/chatsite"),
    ("DATABASE_URL", "postgres://localhost"),
    ("CHAT_TOOL_DATABASE_URL", "figures.sqlite3"),
    ("CHAT_TOOL_FETCH_HOSTS", "https://docs.example.com"),
    ("ATTACHMENTS_S3_URL", "s3.example.com"),
    ("EMAIL_URL", "mail.example.com"),
    ("EMAIL_URL", "smtp://mail.example.com:many"),
]


def run_python(code, **environment):
    """Run a statement in a process that has these environment variables."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "chatsite.settings", "SECRET_KEY": "s" * 50} | environment,
        capture_output=True,
        text=True,
    )


def load_settings(**environment):
    return run_python("from django.conf import settings; settings.DEBUG", **environment)


def last_line(text):
    return text.strip().splitlines()[-1]


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"DATABASE_URL": "postgres://chatsite:password@localhost/chatsite", "EMAIL_URL": "smtp+tls://u:p@mail:587"},
        {"DATABASE_URL": "sqlite:////var/lib/chatsite.sqlite3", "EMAIL_URL": "consolemail://"},
        {"ALLOWED_HOSTS": "chat.example.com, .example.org", "CSRF_TRUSTED_ORIGINS": "https://chat.example.com"},
    ],
)
def test_valid_values_are_accepted(environment):
    assert load_settings(**environment).stderr == ""


@pytest.mark.parametrize(("name", "value"), INVALID_VALUES)
def test_an_invalid_value_stops_startup_with_an_error_that_names_the_variable(name, value):
    process = load_settings(**{name: value})
    assert process.returncode != 0
    assert last_line(process.stderr).startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert name in last_line(process.stderr)


@pytest.mark.parametrize("name", ["s3://team-files", "Team Files", "team/files", "ab"])
def test_an_address_is_no_name_of_a_bucket(name):
    process = run_python("from django.conf import settings; settings.DEBUG", ATTACHMENTS_BUCKET=name)
    assert process.returncode != 0
    assert "ATTACHMENTS_BUCKET must be the name of a bucket alone" in last_line(process.stderr)


def test_a_bucket_without_the_library_for_it_stops_startup():
    """`None` in `sys.modules` makes the import system say that a module is not there."""
    code = "import sys; sys.modules['storages'] = None; from django.conf import settings; settings.DEBUG"
    process = run_python(code, ATTACHMENTS_BUCKET="chatsite")
    assert process.returncode != 0
    assert "ATTACHMENTS_BUCKET needs a library: pip install 'django-storages[s3]'." in last_line(process.stderr)


@pytest.mark.parametrize(
    "command", [["manage.py", "check"], ["-m", "chatsite.server"], ["-m", "uvicorn", "chatsite.asgi:application"]]
)
def test_the_commands_print_the_sentence_alone(command):
    environment = os.environ | {"SECRET_KEY": "s" * 50, "SESSION_DAYS": "0"}
    process = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert process.returncode == 1
    assert process.stderr == "SESSION_DAYS must be a whole number from 1 to 365, not '0'.\n"


def test_a_file_of_variables_that_is_no_text_is_named(tmp_path):
    (tmp_path / ".env").write_bytes(b"\xff\xfeS")
    with pytest.raises(ImproperlyConfigured, match=r"/\.env cannot be read as text in UTF-8"):
        read_env_file(tmp_path / ".env")


@pytest.mark.parametrize("name", ["DATABASE_URL", "CHAT_TOOL_DATABASE_URL", "EMAIL_URL"])
def test_an_error_does_not_repeat_a_password(name):
    process = load_settings(**{name: "nonsense://alice:hush@localhost/x"})
    assert "hush" not in last_line(process.stderr)


@pytest.mark.parametrize(("level", "times"), [("DEBUG", 1), ("WARNING", 1), ("ERROR", 0)])
@pytest.mark.parametrize("debug", ["on", "off"])
def test_a_log_line_is_printed_once_if_the_level_permits_it(debug, level, times):
    code = "import django, logging; django.setup(); logging.getLogger('django.request').warning('Not Found')"
    process = run_python(code, DEBUG=debug, LOG_LEVEL=level)
    assert process.stderr.count("Not Found") == times
