"""Reading settings from the environment; nonsense is refused with a sentence that names the variable."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def read_env_file(path: Path) -> None:
    """Take what `.env` says where the real environment is silent."""
    if path.is_file():
        env.read_env(str(path))


def flag(name: str, default: bool) -> bool:
    value = str(env.str(name, default="on" if default else "off")).strip().lower()
    if value in {"on", "true", "yes", "1"}:
        return True
    if value in {"off", "false", "no", "0"}:
        return False
    raise ImproperlyConfigured(f"{name} must be on or off, not {value!r}.")


def whole(name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
    value = env.str(name, default=str(default)).strip()
    if not value.isdecimal() or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def text(name: str, default: str = "") -> str:
    return str(env.str(name, default=default)).strip()


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas; empty parts are left out."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def choice(name: str, default: str, allowed: list[str]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def address(name: str, default: str) -> str:
    value = text(name, default)
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ImproperlyConfigured(f"{name} must be an http or https address, not {value!r}.")
    return value.rstrip("/")


def hosts(name: str, default: str) -> list[str]:
    """Host names, each without scheme, port or path."""
    values = words(name, default)
    for value in values:
        if "/" in value:
            raise ImproperlyConfigured(f"{name} must hold host names such as chat.example.com, not {value!r}.")
    return values


def origins(name: str) -> list[str]:
    values = words(name)
    for value in values:
        if not value.startswith(("http://", "https://")):
            raise ImproperlyConfigured(f"{name} must hold origins such as https://chat.example.com, not {value!r}.")
    return values


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError) as error:
        raise ImproperlyConfigured(f"{name} must be a time zone such as Europe/Berlin, not {value!r}.") from error
    return value


# Refusals of the next two do not repeat the value: it may hold a password.


def database(name: str, default: str) -> dict[str, Any]:
    """What Django needs to know of a database, from its address."""
    found = _parsed(env.db_url_config, text(name, default), {"sqlite", "postgres", "postgresql"})
    if not found.get("NAME") or found["NAME"] == ":memory:":
        raise ImproperlyConfigured(f"{name} must be sqlite:///path or postgres://user:password@host/name.")
    return found


def mail(name: str, default: str) -> dict[str, Any]:
    """Django's settings for sending mail, from the address of a server."""
    schemes = {"smtp", "smtp+tls", "smtp+ssl", "consolemail", "dummymail"}
    found = _parsed(env.email_url_config, text(name, default), schemes)
    if not found:
        raise ImproperlyConfigured(f"{name} must be smtp+tls://user:password@host:587 or consolemail://.")
    return found


def _parsed(parse: Any, value: str, schemes: set[str]) -> dict[str, Any]:
    try:
        return dict(parse(value)) if urlsplit(value).scheme in schemes else {}
    except (ValueError, KeyError, ImproperlyConfigured):
        return {}
