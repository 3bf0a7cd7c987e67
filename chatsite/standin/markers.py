"""What a person wrote in double brackets into the question, as `[[rate:0]]`; README.md lists them all."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

MARKER = re.compile(r"\[\[([a-z0-9_]+)(?::(.*?))?\]\]", re.DOTALL)
LITERAL = re.compile(r"\[\[text\]\](.*?)\[\[/text\]\]", re.DOTALL)
STATUS = re.compile(r"([45]\d\d)(?::(?!times:)(.+?))?(?::times:(\d+))?")

# Taken away once a `times` is used up; what shapes an ordinary reply stays.
FAULTS = {
    "status", "header", "hang", "delay", "drop", "html", "json", "error", "truncate", "reset", "stall",
    "pause", "malformed", "badutf8", "misshaped", "empty", "noreason", "nodelta_usage", "refusal", "unknown",
}  # fmt: skip


class BadMarker(ValueError):
    """A marker whose arguments make no sense; the message names it."""


class Markers(dict[str, tuple[Any, ...]]):
    """The arguments of each marker found, by its name; one without arguments has an empty tuple."""

    def first(self, name: str, default: Any = None) -> Any:
        return self[name][0] if name in self else default

    def without_faults(self) -> Markers:
        return Markers({name: args for name, args in self.items() if name not in FAULTS})


def parse(question: str, *, title: bool = False) -> Markers:
    """The markers of a question; a title request obeys those written `[[title:…]]`, and it alone does."""
    found = Markers()
    if not title and (literal := LITERAL.search(question)):
        found["text"] = (literal[1],) if literal[1] else bad("text", "is empty")
    for name, raw in MARKER.findall(LITERAL.sub("", question)):
        if title:
            name, _, raw = raw.partition(":") if name == "title" else ("", "", "")
        if name in ARGUMENTS:
            found |= read(name, raw)
    return found


def strip(question: str) -> str:
    """The question as a person would have put it, without markers."""
    return MARKER.sub("", LITERAL.sub("", question)).strip()


def read(name: str, raw: str) -> dict[str, tuple[Any, ...]]:
    if name == "status":
        return read_status(raw)
    if name in ("echo", "thinking", "header"):
        return read_free(name, raw)
    kinds, given = ARGUMENTS[name], raw.split(":") if raw else []
    needed = sum(kind not in OPTIONAL for kind in kinds)
    if not needed <= len(given) <= len(kinds):
        bad(name, f"takes {needed} to {len(kinds)} arguments")
    try:
        return {name: tuple(kind(value) for kind, value in zip(kinds, given, strict=False))}
    except ValueError as error:
        return {name: bad(name, str(error))}


def read_status(raw: str) -> dict[str, tuple[Any, ...]]:
    match = STATUS.fullmatch(raw)
    if not match:
        return {"status": bad("status", f"cannot be {raw!r}")}
    code, retry_after, times = match.groups()
    return {"status": (int(code), retry_after)} | ({"times": (int(times),)} if times else {})


def read_free(name: str, raw: str) -> dict[str, tuple[Any, ...]]:
    """Markers whose argument is any text, colons included."""
    if name == "thinking":
        return {name: (raw,) if raw else ()}
    if name == "echo":
        return {"text": (raw,) if raw else bad(name, "is empty")}
    key, colon, value = raw.partition(":")
    if not re.fullmatch(r"[A-Za-z0-9-]+", key) or not colon or not value.isprintable():
        bad(name, "takes a name and a value")
    return {name: (key, value)}


def bad(name: str, why: str) -> Any:
    raise BadMarker(f"marker [[{name}]] {why}")


def number(value: str) -> float:
    if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", value):
        raise ValueError(f"cannot take {value!r} as a number")
    return float(value)


def count(value: str) -> int:
    if not re.fullmatch(r"\d{1,8}", value):
        raise ValueError(f"cannot take {value!r} as a count")
    return int(value)


def positive(value: str) -> int:
    return count(value) or bad_value("must be at least 1")


def bad_value(why: str) -> Any:
    raise ValueError(why)


def one_of(*choices: str) -> Callable[[str], str]:
    def choose(value: str) -> str:
        return value if value in choices else str(bad_value(f"must be one of {', '.join(choices)}"))

    return choose


PING, CUT = one_of("ping"), one_of("cut")
ERRORS = one_of(
    "invalid_request_error", "authentication_error", "billing_error", "permission_error", "not_found_error",
    "rate_limit_error", "timeout_error", "api_error", "overloaded_error",
)  # fmt: skip
OPTIONAL = {PING, CUT}
ARGUMENTS: dict[str, tuple[Callable[[str], Any], ...]] = {
    # how the reply looks
    "rate": (number,),
    "chars": (positive,),
    "deltas": (positive,),
    "kind": (one_of("prose", "list", "fence", "table"),),
    "echo": (str,),
    "thinking": (str,),
    "nothinking": (),
    "redacted": (),
    "tool": (CUT,),
    "nul": (),
    "endless": (),
    "clock": (positive,),
    # how it is cut into pieces
    "bytes": (positive,),
    "burst": (),
    "split": (one_of("utf8"),),
    "hugeline": (positive,),
    # how it ends
    "refusal": (),
    "max_tokens": (),
    "window": (),
    "pause_turn": (),
    "empty": (),
    "noreason": (),
    "nodelta_usage": (),
    # what goes wrong
    "status": (),
    "times": (positive,),
    "header": (),
    "hang": (),
    "delay": (number,),
    "drop": (),
    "html": (),
    "json": (),
    "error": (ERRORS, count),
    "truncate": (count,),
    "reset": (count,),
    "stall": (count, PING),
    "pause": (count, number),
    "malformed": (count,),
    "badutf8": (count,),
    "misshaped": (count,),
    "unknown": (),
}
