"""Reads the markers in a question, such as `[[rate:0]]`, which control the reply. README.md explains them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

MARKER = re.compile(r"\[\[([a-z0-9_]+)(?::(.*?))?\]\]", re.DOTALL)
LITERAL_TEXT = re.compile(r"\[\[text\]\](.*?)\[\[/text\]\]", re.DOTALL)
THEN = "[[then]]"
STATUS = re.compile(r"([45]\d\d)(?::(?!times:)(.+?))?(?::times:(\d+))?")

# `times` limits how often these apply. The other markers shape an ordinary reply and always apply.
FAULTS = {
    "status",
    "header",
    "hang",
    "too_long",
    "delay",
    "drop",
    "html",
    "json",
    "error",
    "truncate",
    "reset",
    "stall",
    "pause",
    "malformed",
    "badutf8",
    "misshaped",
    "empty",
    "noreason",
    "nodelta_usage",
    "usage",
    "refusal",
    "unknown",
}


# What holds for the whole turn. The other markers hold for one call to the API, up to the next `then`.
OF_TURN = {"rate", "bytes", "burst", "split", "nothinking"}
# These may be there several times.
REPEATABLE = {"tool", "search", "fetch", "code", "bash"}


class BadMarker(ValueError):
    """A marker has invalid arguments. The message names it."""


class Markers(dict[str, tuple[Any, ...]]):
    """The arguments of each marker by its name. A marker without arguments has an empty tuple."""

    def first(self, name: str, default: Any = None) -> Any:
        """Return the marker's first argument, or the default if the marker or the argument is missing."""
        arguments = self.get(name)
        return arguments[0] if arguments else default

    def without_faults(self) -> Markers:
        return Markers({name: arguments for name, arguments in self.items() if name not in FAULTS})


def parse_turn(question: str, step: int) -> Markers:
    """Return the markers for one call to the API: the first of the turn is step 0; raise BadMarker.

    After the last `then` only those for the whole turn are left, and the answer is an ordinary one.
    """
    steps: list[Markers] = []
    for part in question.split(THEN):
        markers = parse_markers(part)
        steps += [markers] * markers.first("steps", 1)
    of_turn = {name: arguments for name, arguments in steps[0].items() if name in OF_TURN}
    return Markers(of_turn | steps[step] if step < len(steps) else of_turn)


def parse_markers(question: str, *, purpose: str = "") -> Markers:
    """Return the question's markers, or for a title or a summary those written `[[title:…]]`; raise BadMarker."""
    markers = Markers()
    literal = LITERAL_TEXT.search(question)
    if literal and not purpose:
        if not literal[1]:
            raise BadMarker("marker [[text]] is empty")
        markers["text"] = (literal[1],)
    for name, raw in MARKER.findall(LITERAL_TEXT.sub("", question)):
        if purpose and name != purpose:
            continue
        if purpose:
            name, _, raw = raw.partition(":")
        if name in MARKER_NAMES:
            add_markers(markers, parse_marker(name, raw))
    if "pause_turn" in markers and not markers.keys().isdisjoint(("endless", "clock")):
        raise BadMarker("marker [[pause_turn]] needs a text that is known in advance, not [[endless]] or [[clock]]")
    return markers


def add_markers(markers: Markers, more: dict[str, tuple[Any, ...]]) -> None:
    for name, arguments in more.items():
        markers[name] = markers.get(name, ()) + arguments if name in REPEATABLE else arguments


def remove_markers(question: str) -> str:
    """Return the question as a person would write it, without markers."""
    return MARKER.sub("", LITERAL_TEXT.sub("", question)).strip()


def parse_marker(name: str, raw: str) -> dict[str, tuple[Any, ...]]:
    try:
        if name in FREE_FORMS:
            return FREE_FORMS[name](raw)
        return {name: parse_arguments(ARGUMENTS[name], raw.split(":") if raw else [])}
    except ValueError as error:
        raise BadMarker(f"marker [[{name}]] {error}") from error


# Markers with a form of their own


def parse_status(raw: str) -> dict[str, tuple[Any, ...]]:
    match = STATUS.fullmatch(raw)
    if match is None:
        raise ValueError(f"cannot be {raw!r}")
    code, retry_after, times = match.groups()
    markers: dict[str, tuple[Any, ...]] = {"status": (int(code), retry_after)}
    if times:
        markers["times"] = (int(times),)
    return markers


def required_text(name: str) -> Callable[[str], dict[str, tuple[Any, ...]]]:
    def parse(raw: str) -> dict[str, tuple[Any, ...]]:
        if not raw:
            raise ValueError("is empty")
        return {name: (raw,)}

    return parse


def parse_tool(raw: str) -> dict[str, tuple[Any, ...]]:
    """A name and the input as it is sent, which need not be JSON. Both may be left out."""
    name, _, arguments = raw.partition(":")
    return {"tool": ((name, arguments),)}


def parse_thinking(raw: str) -> dict[str, tuple[Any, ...]]:
    return {"thinking": (raw,) if raw else ()}


def parse_header(raw: str) -> dict[str, tuple[Any, ...]]:
    name, colon, value = raw.partition(":")
    if not re.fullmatch(r"[A-Za-z0-9-]+", name) or not colon or not value.isprintable():
        raise ValueError("takes a name and a value")
    return {"header": (name, value)}


def parse_usage(raw: str) -> dict[str, tuple[Any, ...]]:
    usage = json.loads(raw)
    if not isinstance(usage, dict):
        raise ValueError("takes a JSON object")
    return {"usage": (usage,)}


FREE_FORMS: dict[str, Callable[[str], dict[str, tuple[Any, ...]]]] = {
    "echo": required_text("text"),
    "after": required_text("after"),
    "tool": parse_tool,
    "search": required_text("search"),
    "fetch": required_text("fetch"),
    "code": required_text("code"),
    "bash": required_text("bash"),
    "thinking": parse_thinking,
    "header": parse_header,
    "status": parse_status,
    "usage": parse_usage,
}


# All other markers: a fixed number of arguments, separated by colons


class Argument(NamedTuple):
    parse: Callable[[str], Any]
    is_required: bool = True

    def optional(self) -> Argument:
        return self._replace(is_required=False)


def parse_arguments(arguments: tuple[Argument, ...], values: list[str]) -> tuple[Any, ...]:
    min_count = sum(argument.is_required for argument in arguments)
    if not min_count <= len(values) <= len(arguments):
        raise ValueError(f"takes {min_count} to {len(arguments)} arguments")
    return tuple(argument.parse(value) for argument, value in zip(arguments, values, strict=False))


def parse_number(value: str) -> float:
    if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", value):
        raise ValueError(f"cannot take {value!r} as a number")
    return float(value)


def parse_count(value: str) -> int:
    if not re.fullmatch(r"\d{1,8}", value):
        raise ValueError(f"cannot take {value!r} as a count")
    return int(value)


def parse_positive(value: str) -> int:
    count = parse_count(value)
    if count < 1:
        raise ValueError("must be at least 1")
    return count


def one_of(*choices: str) -> Argument:
    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return value

    return Argument(parse)


NUMBER, COUNT, POSITIVE = Argument(parse_number), Argument(parse_count), Argument(parse_positive)
ERROR_TYPE = one_of(
    "invalid_request_error",
    "authentication_error",
    "billing_error",
    "permission_error",
    "not_found_error",
    "rate_limit_error",
    "timeout_error",
    "api_error",
    "overloaded_error",
)
TOOL_ERROR = one_of(
    "invalid_tool_input",
    "unavailable",
    "max_uses_exceeded",
    "too_many_requests",
    "query_too_long",
    "url_not_accessible",
    "url_not_allowed",
    "execution_time_exceeded",
)
ARGUMENTS: dict[str, tuple[Argument, ...]] = {
    # what the reply contains
    "rate": (NUMBER,),
    "chars": (POSITIVE,),
    "deltas": (POSITIVE,),
    "kind": (one_of("prose", "list", "fence", "table"),),
    "nothinking": (),
    "redacted": (),
    "cut": (),
    "blank": (),
    "web_error": (TOOL_ERROR,),
    "then": (),
    "steps": (POSITIVE,),
    "nul": (),
    "endless": (),
    "clock": (POSITIVE,),
    "unknown": (),
    "cite": (),
    # how it is cut into chunks
    "bytes": (POSITIVE,),
    "burst": (),
    "split": (one_of("utf8"),),
    "hugeline": (POSITIVE,),
    "pause": (COUNT, NUMBER),
    # how it ends
    "refusal": (),
    "max_tokens": (),
    "window": (),
    "pause_turn": (POSITIVE.optional(),),
    "empty": (),
    "noreason": (),
    "nodelta_usage": (),
    # what goes wrong
    "times": (POSITIVE,),
    "hang": (),
    "too_long": (),
    "delay": (NUMBER,),
    "drop": (),
    "html": (),
    "json": (),
    "error": (ERROR_TYPE, COUNT),
    "truncate": (COUNT,),
    "reset": (COUNT,),
    "stall": (COUNT, one_of("ping").optional()),
    "malformed": (COUNT,),
    "badutf8": (COUNT,),
    "misshaped": (COUNT,),
}
MARKER_NAMES = ARGUMENTS.keys() | FREE_FORMS.keys()
