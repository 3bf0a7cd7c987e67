"""What an answer cites: the citations of its text blocks become sources, numbered in the order of the text.

https://platform.claude.com/docs/en/build-with-claude/citations
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conversations.models.content import Content, text_pieces

#: More are not numbered: Claude cites some dozens of passages.
MAX_SOURCES = 999


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that an answer cites.

    Of a document `document` is the index in the request, and `file_id` the attachment, if it is one. `pages` are the
    first and the last one, from 1. `url` is the address of a search result; any text may be in its place.
    """

    quote: str
    title: str = ""
    document: int | None = None
    file_id: str = ""
    pages: tuple[int, int] | None = None
    url: str = ""


class SourceNumbers:
    """The sources of one answer, each with its number."""

    def __init__(self) -> None:
        self._numbers: dict[Source, int] = {}

    def __iter__(self) -> Iterator[tuple[int, Source]]:
        return ((number, source) for source, number in self._numbers.items())

    def cite(self, block: dict[str, Any]) -> tuple[int, ...]:
        """Return the numbers of what a text block cites; a source that is new gets the next one."""
        if block.get("type") != "text" or not block["text"]:
            return ()
        sources = [source for citation in block.get("citations") or [] if (source := read_source(citation))]
        return tuple(dict.fromkeys(filter(None, map(self._get_number, sources))))

    def _get_number(self, source: Source) -> int | None:
        if source not in self._numbers and len(self._numbers) < MAX_SOURCES:
            self._numbers[source] = len(self._numbers) + 1
        return self._numbers.get(source)


def cited_pieces(content: Content, numbers: SourceNumbers) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The pieces of `extract_text`, each with the numbers of what it cites; `numbers` learns the sources."""
    for text, block in text_pieces(content):
        yield text, numbers.cite(block)


def has_citations(content: Content) -> bool:
    return any(block.get("type") == "text" and block.get("citations") for block in content)


def number_sources(content: Content) -> SourceNumbers:
    """The sources of an answer with this content."""
    numbers = SourceNumbers()
    for block in content:
        numbers.cite(block)
    return numbers


def read_source(citation: Any) -> Source | None:
    """The source that a citation names; None for one of an unknown type or another shape."""
    match citation:
        case {"type": "web_search_result_location", "cited_text": str(quote), "url": str(url)}:
            return Source(quote, _read_text(citation, "title"), url=url)
        case {"type": "search_result_location", "cited_text": str(quote), "source": str(source)}:
            return Source(quote, _read_text(citation, "title"), url=source)
        case {
            "type": "page_location" | "char_location" | "content_block_location",
            "cited_text": str(quote),
            "document_index": int(index),
        }:
            title, file_id = _read_text(citation, "document_title"), _read_text(citation, "file_id")
            if file_id.startswith(("http://", "https://")):
                return Source(quote, title, url=file_id)
            return Source(quote, title, index, file_id, _read_pages(citation))
    return None


def _read_pages(citation: dict[str, Any]) -> tuple[int, int] | None:
    match citation:
        case {"start_page_number": int(first), "end_page_number": int(end)}:
            return first, max(first, end - 1)  # the page after the last one
    return None


def _read_text(citation: dict[str, Any], field: str) -> str:
    value = citation.get(field)
    return value if isinstance(value, str) else ""
