"""Reads settings from the environment. An invalid value stops startup with an error that names the variable."""

import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def read_env_file(path: Path) -> None:
    """Add the variables in `.env` to the environment; a variable that is set already keeps its value."""
    if not path.is_file():
        return
    try:
        env.read_env(str(path))
    except ValueError as error:
        raise ImproperlyConfigured(f"{path} cannot be read as text in UTF-8.") from error


def env_str(name: str, default: str = "") -> str:
    return str(env.str(name, default=default)).strip()


def env_bool(name: str, default: bool) -> bool:
    value = env_str(name, "on" if default else "off").lower()
    if value in {"on", "true", "yes", "1"}:
        return True
    if value in {"off", "false", "no", "0"}:
        return False
    raise ImproperlyConfigured(f"{name} must be on or off, not {value!r}.")


def env_int(name: str, default: int, *, min_value: int = 0, max_value: int = 10**9) -> int:
    value = env_str(name, str(default))
    # Python refuses to convert very long numbers.
    if not value.isdecimal() or len(value) > 20 or not min_value <= int(value) <= max_value:
        raise ImproperlyConfigured(f"{name} must be a whole number from {min_value} to {max_value}, not {value!r}.")
    return int(value)


def env_list(name: str, default: str = "") -> list[str]:
    """The values of a list separated by commas; empty values are left out."""
    return [value.strip() for value in env_str(name, default).split(",") if value.strip()]


def env_choice(name: str, default: str, choices: list[str]) -> str:
    value = env_str(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def env_url(name: str, default: str) -> str:
    """An http or https URL, without a slash at its end; empty if the variable and the default are."""
    value = env_str(name, default)
    if not value and not default:
        return ""
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ImproperlyConfigured(f"{name} must be an http or https address, not {value!r}.")
    return value.rstrip("/")


def env_bucket(name: str) -> str:
    """The name of a bucket of S3, for which a library is needed that the site does without otherwise; may be empty."""
    bucket = env_str(name)
    if bucket and not re.fullmatch(r"[A-Za-z0-9._-]{3,63}", bucket):
        raise ImproperlyConfigured(f"{name} must be the name of a bucket alone, such as team-files, not {bucket!r}.")
    if bucket and not (find_spec("storages") and find_spec("boto3")):
        raise ImproperlyConfigured(f"{name} needs a library: pip install 'django-storages[s3]'.")
    return bucket


def env_hosts(name: str, default: str) -> list[str]:
    """Host names, without scheme, port or path."""
    hosts = env_list(name, default)
    for host in hosts:
        if "/" in host:
            raise ImproperlyConfigured(f"{name} must hold host names such as chat.example.com, not {host!r}.")
    return hosts


def env_origins(name: str) -> list[str]:
    origins = env_list(name)
    for origin in origins:
        if not origin.startswith(("http://", "https://")):
            raise ImproperlyConfigured(f"{name} must hold origins such as https://chat.example.com, not {origin!r}.")
    return origins


def env_time_zone(name: str, default: str) -> str:
    value = env_str(name, default)
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError) as error:
        raise ImproperlyConfigured(f"{name} must be a time zone such as Europe/Berlin, not {value!r}.") from error
    return value


# The errors of the next three do not repeat the value: it may contain a password.


def env_database(name: str, default: str) -> dict[str, Any]:
    """An entry of Django's DATABASES, from a URL."""
    database = parse_url(env.db_url_config, env_str(name, default), {"sqlite", "postgres", "postgresql"})
    if database.get("NAME") in {None, "", ":memory:"}:
        raise ImproperlyConfigured(f"{name} must be sqlite:///path or postgres://user:password@host/name.")
    return database


def env_optional_database(name: str) -> dict[str, Any] | None:
    """As `env_database`; None if the variable is empty."""
    return env_database(name, "") if env_str(name) else None


def env_email(name: str, default: str) -> dict[str, Any]:
    """Django's EMAIL_… settings, from the URL of a mail server."""
    schemes = {"smtp", "smtp+tls", "smtp+ssl", "consolemail", "dummymail"}
    email_settings = parse_url(env.email_url_config, env_str(name, default), schemes)
    if not email_settings:
        raise ImproperlyConfigured(f"{name} must be smtp+tls://user:password@host:587 or consolemail://.")
    return email_settings


def parse_url(parser: Callable[[str], Any], url: str, schemes: set[str]) -> dict[str, Any]:
    """What a parser of django-environ makes of the URL; empty if it is invalid or has another scheme."""
    try:
        return dict(parser(url)) if urlsplit(url).scheme in schemes else {}
    except (ValueError, KeyError, ImproperlyConfigured):
        return {}
