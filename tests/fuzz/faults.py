"""What may be wrong with the events of a message, and what may come between them without harm."""

from copy import deepcopy
from random import Random
from typing import Any

from tests.fuzz.reference import Payload

NOISE: list[Payload] = [
    {"type": "ping"},
    {"type": "mystery", "index": 0, "delta": {"type": "text_delta", "text": "not this"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "mystery_delta", "text": "not this"}},
    "data: [DONE]\n\n",
    ": a comment\n\n",
    "event: mystery\n\n",
    "id: 1\nretry: 5\n\n",
    "\n\n\n",
]
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    5,
    0.5,
    1e300,
    10**30,
    "",
    "x",
    "\0",
    "\ud800",
    "x" * 500,
    [],
    [5],
    {},
    {"type": 5},
]
ERRORS: list[Payload] = [
    {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
    {"type": "error", "error": {"type": "api_error", "message": None}, "request_id": 5},
    {"type": "error", "error": ["\ud800"]},
    {"type": "error"},
    'event: error\ndata: {"type": "error", "error": {"type": 5}}\n\n',
]
GARBAGE: list[Payload] = [
    "data: {\n\n",
    "data: 5\n\n",
    "data: null\n\n",
    "data: \xff\n\n",
    "data: " + "[" * 5000 + "\n\n",
]


def break_message(random: Random, payloads: list[Payload]) -> tuple[list[Payload], int]:
    """The events with one or two faults; and how many come before the first of these."""
    # One by one: a payload may be there twice, and a fault changes one of them.
    broken, intact = [deepcopy(payload) for payload in payloads], len(payloads)
    for _ in range(random.choice([1, 1, 2])):
        place = random.randrange(len(broken)) if broken else 0
        broken, intact = random.choice(FAULTS)(random, broken, place), min(intact, place)
    return broken, intact


def leave_out(random: Random, payloads: list[Payload], place: int) -> list[Payload]:
    return payloads[:place] + payloads[place + 1 :]


def cut_off(random: Random, payloads: list[Payload], place: int) -> list[Payload]:
    return payloads[:place]


def repeat(random: Random, payloads: list[Payload], place: int) -> list[Payload]:
    return payloads[: place + 1] + deepcopy(payloads[place : place + 1]) + payloads[place + 1 :]


def move_here(random: Random, payloads: list[Payload], place: int) -> list[Payload]:
    """A later event comes too early."""
    later = random.randrange(place, len(payloads)) if payloads else 0
    return [*payloads[:place], *payloads[later : later + 1], *payloads[place:later], *payloads[later + 1 :]]


def fail(random: Random, payloads: list[Payload], place: int) -> list[Payload]:
    return [*payloads[:place], deepcopy(random.choice(ERRORS)), *random.choice([[], payloads[place:]])]


def insert_garbage(random: Random, payloads: list[Payload], place: int) -> list[Payload]:
    return [*payloads[:place], random.choice(GARBAGE), *payloads[place:]]


def change_field(random: Random, payloads: list[Payload], place: int) -> list[Payload]:
    """Another value for one field of the event, or none."""
    objects = find_objects(payloads[place]) if payloads else []
    if not objects:
        return payloads
    holder = random.choice(objects)
    key = random.choice(sorted(holder))
    if random.random() < 0.2:
        del holder[key]
    else:
        holder[key] = random.choice(VALUES)
    return payloads


def find_objects(value: Any) -> list[dict[str, Any]]:
    """All objects in a JSON value that have fields."""
    if not isinstance(value, dict):
        return []
    return [value] * bool(value) + [found for inner in value.values() for found in find_objects(inner)]


FAULTS = [leave_out, cut_off, repeat, move_here, fail, insert_garbage, change_field, change_field, change_field]
