"""The part of a text in which words were found, as HTML with the words marked."""

import re
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

#: The number of characters before the first match, and in the whole snippet.
CHARACTERS_BEFORE = 80
MAX_CHARACTERS = 280


def make_snippet(text: str, words: Sequence[str]) -> SafeString:
    """Return escaped HTML: the text around the first match.

    Returns the start of the text if nothing matches. A database may find a text that Python does not match, because
    it compares some letters in another way.
    """
    longest_first = sorted(words, key=len, reverse=True)
    pattern = re.compile("|".join(re.escape(word) for word in longest_first), re.IGNORECASE)
    match = pattern.search(text)
    start = max(match.start() - CHARACTERS_BEFORE, 0) if match else 0
    end = start + MAX_CHARACTERS
    return format_html(
        "{}{}{}",
        "… " if start else "",
        mark_matches(text[start:end], pattern),
        " …" if end < len(text) else "",
    )


def mark_matches(text: str, pattern: re.Pattern[str]) -> SafeString:
    parts = []
    end = 0
    for match in pattern.finditer(text):
        parts.append((text[end : match.start()], match[0]))
        end = match.end()
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", parts), text[end:])
