"""The part of a text in which something was found, as HTML with the hits marked."""

import re
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from conversations.markdown.plain_text import strip_markup
from conversations.models import Message
from conversations.models.words import fold

#: The number of characters before the first match, and in the whole snippet. The sidebar shows two lines of some 35.
CHARACTERS_BEFORE = 30
MAX_CHARACTERS = 280
#: Characters around the first match of which the signs of Markdown are left out: of more it takes long.
MAX_STRIPPED = 10_000


def make_message_snippet(role: str, text: str, pattern: re.Pattern[str]) -> SafeString:
    """As `make_snippet`, of the words that people read in a message: an answer without the signs of Markdown.

    What was found only in the address of a link or among the signs is shown in the text as it was written.
    """
    if role != Message.Role.ASSISTANT:
        return make_snippet(text, pattern)
    match = find_matches(text, pattern, 1)
    start = max(match[0][0] - MAX_STRIPPED // 2, 0) if match else 0
    words = strip_markup(text[start : start + MAX_STRIPPED])
    is_hidden = match and not find_matches(words, pattern, 1)
    return make_snippet(text if is_hidden else words, pattern)


def make_snippet(text: str, pattern: re.Pattern[str]) -> SafeString:
    """Return escaped HTML: the text around the first match of a pattern for folded texts, or its start without one."""
    match = find_matches(text, pattern, 1)
    start = max(match[0][0] - CHARACTERS_BEFORE, 0) if match else 0
    if start and (space := text.find(" ", start, match[0][0])) >= 0:
        start = space + 1
    end = start + MAX_CHARACTERS
    if end < len(text) and (space := text.rfind(" ", (match[0][1] if match else start), end)) >= 0:
        end = space
    return format_html(
        "{}{}{}",
        "… " if start else "",
        mark_matches(text[start:end], pattern),
        " …" if end < len(text) else "",
    )


def mark_matches(text: str, pattern: re.Pattern[str]) -> SafeString:
    parts = []
    end = 0
    for start, stop in find_matches(text, pattern):
        parts.append((text[end:start], text[start:stop]))
        end = stop
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", parts), text[end:])


def find_matches(text: str, pattern: re.Pattern[str], number: int | None = None) -> list[tuple[int, int]]:
    """Where the first matches begin and end in a text that is not folded."""
    folded, places = fold_with_places(text)
    found = []
    for match in pattern.finditer(folded):
        if match.end() > match.start():
            end = places[match.end()] if match.end() < len(places) else len(text)
            found.append((places[match.start()], end))
        if len(found) == number:
            break
    return found


def fold_with_places(text: str) -> tuple[str, list[int] | range]:
    """The folded text, and of each of its characters the place in the text."""
    if text.isascii():
        return text.lower(), range(len(text))
    parts = [fold_character(character) for character in text]
    return "".join(parts), [place for place, part in enumerate(parts) for _character in part]


@lru_cache(maxsize=4096)
def fold_character(character: str) -> str:
    return fold(character)
