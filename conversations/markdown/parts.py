"""Sanitizes a long piece of HTML in parts, as nh3 holds the GIL while it works. Called by `render`.

nh3 takes 0.5 s for a megabyte of character references. A part takes less than 20 ms.
"""

import re

from conversations.markdown.sanitizer import sanitize

MAX_PART = 100_000
PAGE_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*?(/?)>")
PAGE_VOID_ELEMENTS = ("br", "hr")


def sanitize_in_parts(html: str) -> str:
    """Return what `sanitize` returns for HTML of the renderer, in which each element is closed and `>` ends a tag."""
    if len(html) <= MAX_PART:
        return sanitize(html)
    parts: list[str] = []
    open_tags: list[tuple[str, str]] = []  # name and tag of each element that is open at `position`
    open_before: list[tuple[str, str]] = []  # those that are open where the part begins
    start = text_start = 0

    def end_part(end: int) -> None:
        nonlocal start, open_before
        parts.append(_sanitize_part(open_before, html[start:end], open_tags))
        start, open_before = end, open_tags.copy()

    for match in PAGE_TAG.finditer(html):
        while match.start() - text_start > MAX_PART:
            text_start += MAX_PART
            reference = html.rfind("&", text_start - 9, text_start)
            text_start = reference if reference >= 0 else text_start
            end_part(text_start)
        if match.start() - start > MAX_PART // 2:
            end_part(match.start())
        slash, name, is_empty = match.groups()
        if slash:
            open_tags.pop()
        elif not is_empty and name not in PAGE_VOID_ELEMENTS:
            open_tags.append((name, match[0]))
        text_start = match.end()
    end_part(len(html))
    return "".join(parts)


def _sanitize_part(before: list[tuple[str, str]], html: str, after: list[tuple[str, str]]) -> str:
    """Sanitize a part inside the elements that are open where it begins, and return it without them."""
    start_tags = "".join(tag for _, tag in before)
    prefix = sanitize(start_tags + _close(before)).removesuffix(_close(before))
    sanitized = sanitize(start_tags + html + _close(after))
    return sanitized.removeprefix(prefix).removesuffix(_close(after))


def _close(elements: list[tuple[str, str]]) -> str:
    return "".join(f"</{name}>" for name, _ in reversed(elements))
