"""The cases of a run: what Claude sends, how it arrives, what the readers do. A seed makes the same cases each time."""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random
from typing import Any

from tests.fuzz import faults, reference
from tests.fuzz.reference import Payload
from tests.fuzz.texts import TextMaker

READERS = ["page", "page", "page", "returning", "returning", "stopping", "form", "chat", "chat", "chat", "aborting"]
#: How the stream ends: as HTTP says, without the last chunk, or not at all.
ENDINGS = ["end", "end", "end", "end", "cut", "silence"]
#: Responses that are no streams; most cases have none of them.
RESPONSES = ["overloaded", "html", "json", "reset", "half a head"]
MAX_LENGTHS = [200, 2_000, 2_000, 10_000, 70_000, 70_000]
COUNTS = [0, 1, 5, 200_000, 2**31, 10**30, -1, 0.5, 1.0, "12", "", None, True, [], {}]
COUNTERS = ["input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"]


@dataclass(frozen=True)
class Case:
    """One reply. `intact`: how many of the payloads come before the first fault; `is_whole`: that there is none."""

    name: str
    payloads: tuple[Payload, ...]
    intact: int
    is_whole: bool = True
    reader: str = "page"
    response: str = "stream"
    ending: str = "end"
    #: Writes of the connection: 0 is one for each event, 1 one for all, more is cut at random places.
    writes: int = 0
    #: Seconds that the whole takes.
    seconds: float = 0.0
    is_ascii: bool = True
    line_end: str = "\n"
    #: Whether the blank line after the last event is missing.
    is_open_ended: bool = False

    @property
    def has_message_start(self) -> bool:
        """Whether Claude begins to count, so that there must be a row of usage."""
        return any(payload["type"] == "message_start" for payload in self.intact_payloads if isinstance(payload, dict))

    @property
    def intact_payloads(self) -> list[Payload]:
        return list(self.payloads[: self.intact])

    @property
    def is_disturbed(self) -> bool:
        """Whether a reader ends the reply before Claude does."""
        return self.reader in {"stopping", "aborting"}

    @property
    def is_possible(self) -> bool:
        """Whether it is clear what must happen: without an end of the stream its last event may not be over."""
        is_over = self.is_whole and not self.is_open_ended and self.line_end != "\r"
        return is_over or self.is_disturbed or self.ending == "end"

    @property
    def random(self) -> Random:
        """For places of cuts, lengths of pauses and moments of leaving: the same whenever the case is played."""
        return Random(self.name.partition("+")[0])

    @cached_property
    def text(self) -> str:
        """What must be stored, if nothing cuts the reply short."""
        return reference.read_text(self.intact_payloads)

    @property
    def text_blocks(self) -> list[str]:
        """The same block by block."""
        return [
            reference.scrub(text)
            for text in reference.read_blocks(self.intact_payloads, "text", "text_delta").values()
            if text
        ]

    @cached_property
    def stream(self) -> list[bytes]:
        """The body, event by event."""
        events = [self._encode(payload) for payload in self.payloads]
        if self.is_open_ended and events:
            events[-1] = events[-1].rstrip(b"\r\n")
        return events

    def _encode(self, payload: Payload) -> bytes:
        if isinstance(payload, str):
            return payload.encode(errors="surrogatepass")
        try:
            data = json.dumps(payload, ensure_ascii=self.is_ascii).encode()
        except UnicodeEncodeError:
            data = json.dumps(payload).encode()
        end = self.line_end.encode()
        return b"event: " + str(payload.get("type")).encode(errors="replace") + end + b"data: " + data + end + end

    def pieces(self) -> list[bytes]:
        """The writes that the body is sent in."""
        body = b"".join(self.stream)
        if self.writes == 0:
            return self.stream
        places = sorted(self.random.randrange(len(body) + 1) for _ in range(self.writes - 1))
        return [body[begin:end] for begin, end in zip([0, *places], [*places, len(body)], strict=True)]


def make_case(seed: str, number: int) -> Case:
    name = f"{seed}-{number}"
    random = Random(f"case {name}")
    payloads = make_message(random)
    case = Case(
        name,
        tuple(payloads),
        len(payloads),
        reader=random.choice(READERS),
        ending=random.choice(ENDINGS),
        writes=random.choice([0, 0, 1, 2, 5, 40, 400]),
        seconds=random.choice([0, 0.1, 0.3, 1]),
        is_ascii=random.random() < 0.5,
        line_end=random.choice(["\n", "\n", "\n", "\r\n", "\r"]),
        is_open_ended=random.random() < 0.1,
    )
    if random.random() < 0.02:
        return replace(case, response=random.choice(RESPONSES), ending="cut", intact=0, is_whole=False)
    if random.random() < 0.35:
        case = break_case(random, case)
    if not case.is_possible:
        case = replace(case, ending="end")
    if case.is_disturbed and random.random() < 0.5:
        # Claude falls silent in the middle, until the reader leaves.
        place = random.randrange(len(case.payloads) + 1)
        case = replace(
            case, payloads=case.payloads[:place], intact=min(case.intact, place), ending="silence", is_whole=False
        )
    return case


def break_case(random: Random, case: Case) -> Case:
    payloads, intact = faults.break_message(random, list(case.payloads))
    broken = replace(case, payloads=tuple(payloads), intact=intact, is_whole=False)
    return replace(broken, is_open_ended=False)


def make_message(random: Random) -> list[Payload]:
    """The events of a whole message, with whatever else may come between them."""
    maker = TextMaker(random, random.choice(MAX_LENGTHS))
    blocks = [make_block(random, maker, index) for index in range(random.choice([1, 1, 1, 2, 3, 5]))]
    body = interleave(random, blocks) if random.random() < 0.05 else [event for block in blocks for event in block]
    delta = {"type": "message_delta", "delta": {"stop_reason": random.choice(["end_turn", "end_turn", "max_tokens"])}}
    if random.random() < 0.95:
        delta["usage"] = make_usage(random)
    payloads: list[Payload] = [make_start(random), *body, delta, {"type": "message_stop"}]
    for _ in range(random.choice([0, 0, 1, 3])):
        payloads.insert(random.randrange(len(payloads)), random.choice(faults.NOISE))
    return payloads


def make_start(random: Random) -> dict[str, Any]:
    message: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": [],
        "model": "claude-sonnet-5-5",
    }
    message["usage"] = make_usage(random)
    if random.random() < 0.1:
        message[random.choice(["usage", "model"])] = None
    if random.random() < 0.1:
        del message[random.choice(["usage", "model", "id", "content"])]
    return {"type": "message_start", "message": message}


def make_usage(random: Random) -> dict[str, Any]:
    """Counts as they are; one time in five of any shape."""
    if random.random() < 0.8:
        return {"input_tokens": random.randrange(5_000), "output_tokens": random.randrange(5_000)}
    usage = {name: random.choice(COUNTS) for name in random.sample(COUNTERS, random.randint(0, 4))}
    if random.random() < 0.5:
        usage["cache_creation"] = {"ephemeral_1h_input_tokens": random.choice(COUNTS)}
    return usage


def make_block(random: Random, maker: TextMaker, index: int) -> list[Payload]:
    block_type = random.choice(["text", "text", "text", "thinking", "redacted_thinking", "mystery"])
    key, deltas = block_type, []
    block: dict[str, Any] = {"type": block_type}
    match block_type:
        case "text" | "thinking":
            first, *others = split(random, maker.text())
            block[key] = first if random.random() < 0.2 else ""
            deltas = others if block[key] else [first, *others]
        case "redacted_thinking":
            block["data"] = "AAAA"
    events = [{"type": f"{key}_delta", key: piece} for piece in deltas]
    if block_type == "thinking" and random.random() < 0.8:
        events.append({"type": "signature_delta", "signature": "AAAA"})
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        *({"type": "content_block_delta", "index": index, "delta": event} for event in events),
        {"type": "content_block_stop", "index": index},
    ]


def split(random: Random, text: str) -> list[str]:
    """The text in deltas; a character of two UTF-16 units may be cut in half."""
    units = text.encode("utf-16-le", "surrogatepass")
    count = min(random.choice([1, 3, 20, 100, 600]), len(units) // 2)
    places = sorted(2 * random.randrange(len(units) // 2) for _ in range(count - 1))
    pieces = [units[begin:end] for begin, end in zip([0, *places], [*places, len(units)], strict=True)]
    return [piece.decode("utf-16-le", "surrogatepass") for piece in pieces]


def interleave(random: Random, blocks: list[list[Payload]]) -> list[Payload]:
    """The events of all blocks, each block in its order. They begin in theirs."""
    merged: list[Payload] = [block.pop(0) for block in blocks]
    while blocks := [block for block in blocks if block]:
        merged.append(random.choice(blocks).pop(0))
    return merged
