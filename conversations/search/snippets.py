"""The piece of a text in which words were found, with the words marked: pure, and safe to show."""

import re
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

#: How many characters stand before the first hit, and how many there are at most in all.
BEFORE = 80
LONGEST = 280


def snippet(text: str, words: Sequence[str]) -> SafeString:
    """HTML, with the text escaped. Its start where no hit is found: a database compares some letters in its own way."""
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE)
    hit = pattern.search(text)
    start = max(hit.start() - BEFORE, 0) if hit else 0
    piece = text[start : start + LONGEST]
    dots = ("… " if start else "", " …" if start + LONGEST < len(text) else "")
    return format_html("{}{}{}", dots[0], _marked(piece, pattern), dots[1])


def _marked(piece: str, pattern: re.Pattern[str]) -> SafeString:
    parts, end = [], 0
    for hit in pattern.finditer(piece):
        parts.append((piece[end : hit.start()], hit[0]))
        end = hit.end()
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", parts), piece[end:])
