"""Addresses and titles that come from the web: which may be links, and how they are shown. Pure."""

import unicodedata
from urllib.parse import urlsplit

#: Characters of an address that is a link. Browsers take longer ones; nobody can read them.
MAX_ADDRESS = 2_000
#: Characters that are shown of an address or a title.
MAX_SHOWN = 200
#: Categories of characters that nobody sees: controls, formats such as U+202E, which turns the direction of text, and
#: halves of surrogate pairs. https://www.unicode.org/reports/tr44/#General_Category_Values
UNSEEN = {"Cc", "Cf", "Cs"}
#: Formats that words and emoji are written with.
JOINERS = "\u200c\u200d"


def is_safe_link(address: str) -> bool:
    """Whether an address may be a link: a page of the web whose host is what a reader takes for it.

    Without a login in front of the host (`https://bank.example@evil.example/`), without spaces, backslashes and
    characters that nobody sees, such as those that turn the direction of text.
    """
    if len(address) > MAX_ADDRESS or "\\" in address or not all(map(is_visible, address)):
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc and port != 0


def clean_line(text: str) -> str:
    """A text on one line, without characters that nobody sees, and shortened to MAX_SHOWN characters."""
    line = " ".join("".join(character for character in text if is_visible(character, in_text=True)).split())
    return line if len(line) <= MAX_SHOWN else f"{line[: MAX_SHOWN - 1]}…"


def is_visible(character: str, *, in_text: bool = False) -> bool:
    """Whether a reader sees a character. `in_text`: or as a space, or in how its neighbours are joined."""
    if character.isspace() or character in JOINERS:
        return in_text
    return unicodedata.category(character) not in UNSEEN
