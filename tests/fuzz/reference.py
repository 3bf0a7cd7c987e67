"""What a reader must get from a stream of the Messages API and from a text, found without any code of the site."""

import re
import unicodedata
from collections import Counter
from html.parser import HTMLParser
from typing import Any, TypeAlias

from tests.fuzz.texts import HIDDEN

#: An event of the Messages API, or a text for whatever else is on the wire.
Payload: TypeAlias = Any

# Markup that holds words which no reader sees: addresses of links, TeX commands, entities, numbers of items, boxes.
MARKUP = re.compile(
    r"\]\((?:[^()]|\([^()]*\))*|\\(?:begin|end)\{\w*\}|\\[A-Za-z]+|&#?\w+;|\b\d{1,9}[.)](?=\s|$)|\[[xX]\]", re.MULTILINE
)


def read_blocks(payloads: list[Payload], block_type: str, delta_type: str) -> dict[int, str]:
    """The contents of the blocks of one type, by their index, in the order of their beginnings."""
    key = delta_type.partition("_")[0]
    blocks: dict[int, list[Any]] = {}
    for payload in payloads:
        match payload:
            case {"type": "content_block_start", "index": index, "content_block": {"type": found, **block}}:
                if found == block_type:
                    blocks[index] = [block.get(key) or ""]
            case {"type": "content_block_delta", "index": index, "delta": {"type": found, **delta}}:
                if found == delta_type and index in blocks:
                    blocks[index].append(delta[key])
    return {index: "".join(pieces) for index, pieces in blocks.items()}


def read_text(payloads: list[Payload]) -> str:
    """The text of a message: an empty line where another block is between; what no database can store is U+FFFD."""
    blocks = read_blocks(payloads, "text", "text_delta")
    text, separator = "", ""
    for payload in payloads:
        match payload:
            case {"type": "content_block_start", "index": index, "content_block": {"type": "text"}}:
                if blocks[index]:
                    text, separator = text + separator + blocks[index], ""
            case {"type": "content_block_start"} if text:
                separator = "\n\n"
    return scrub(text)


def read_thinking(payloads: list[Payload]) -> str:
    return scrub("".join(read_blocks(payloads, "thinking", "thinking_delta").values()))


def scrub(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "\ufffd")


class ShownText(HTMLParser):
    """What a reader sees of HTML, and the addresses and titles of its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.addresses: list[str] = []
        self.depth, self.max_depth = 0, 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.addresses += [value for name, value in attributes if name in {"href", "title"} and value]
        if tag not in {"br", "hr", "img"}:
            self.depth += 1
            self.max_depth = max(self.depth, self.max_depth)

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1

    def handle_data(self, data: str) -> None:
        self.shown.append(data)


def find_lost_words(text: str, html: str) -> list[str]:
    """The words of a text that its HTML does not show, or not as often; letters and digits count, wherever they are."""
    page = ShownText(html)
    shown = join_letters("".join(page.shown))
    addresses = join_letters(" ".join(page.addresses), " ")
    words = Counter(join_letters(MARKUP.sub(" ", text), " ").split())
    return [
        word
        for word, count in words.items()
        if word not in HIDDEN and shown.count(word) + addresses.count(word) < count
    ]


def join_letters(text: str, between: str = "") -> str:
    """The letters and digits of a text, in their plainest form; `between` stands for everything else."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(character if character.isalnum() else between for character in plain)
