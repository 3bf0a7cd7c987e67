"""Cites the documents of a request: a text becomes many small blocks, some of which quote a document."""

from __future__ import annotations

import base64
import io
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pypdf

from chatsite.standin import prose
from chatsite.standin.reply import Block, Text
from chatsite.standin.tokens import content_blocks

MAX_PASSAGES = 40  # of each document
#: A sentence, or the rest of a line; code and tables are not cited.
SENTENCE = re.compile(r"[^\s#>|`*-][^\n|`]*?[.!?](?=\s|\Z)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
#: Every other sentence of an ordinary answer cites something.
CITED_SHARE = 2
#: What a citation that is sent back may have besides its type.
LOCATION_FIELDS = {
    "char_location": {"cited_text", "document_index", "document_title", "start_char_index", "end_char_index"},
    "page_location": {"cited_text", "document_index", "document_title", "start_page_number", "end_page_number"},
    "content_block_location": {
        "cited_text",
        "document_index",
        "document_title",
        "start_block_index",
        "end_block_index",
    },
    "search_result_location": {
        "cited_text",
        "search_result_index",
        "source",
        "title",
        "start_block_index",
        "end_block_index",
    },
    "web_search_result_location": {"cited_text", "encrypted_index", "title", "url"},
}


class Passage(NamedTuple):
    """A part of a document, and where it is, in the fields of a citation."""

    text: str
    location: dict[str, Any]


def cite(body: dict[str, Any], pieces: tuple[str, ...], *, every_sentence: bool) -> Iterator[Block]:
    """Divide a text into blocks, of which some cite the documents of the request in turns, each from its beginning."""
    documents = list_documents(body)
    citations = interleave(citations_of(index, document) for index, document in documents)
    text, end = "".join(pieces), 0
    for number, sentence in enumerate(find_sentences(text)):
        citation = None if number % CITED_SHARE and not every_sentence else next(citations, None)
        if citation is None:
            continue
        if sentence.start() > end:
            yield Text(prose.split_into_words(text[end : sentence.start()]))
        yield Text(prose.split_into_words(sentence[0]), (citation,))
        end = sentence.end()
    if text[end:]:
        yield Text(prose.split_into_words(text[end:]))


def has_documents(body: dict[str, Any]) -> bool:
    """Whether the request has a document that may be cited."""
    return bool(list_documents(body))


def list_documents(body: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    """Return the documents that may be cited, with their index among all of the request."""
    return [pair for pair in enumerate(find_documents(body)) if may_be_cited(pair[1])]


def find_documents(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the documents of the request, and the pages that were fetched from the web."""
    for message in body["messages"]:
        for block in content_blocks(message["content"]):
            if block["type"] == "document":
                yield block
            elif block["type"] == "web_fetch_tool_result" and "content" in block["content"]:
                yield block["content"]["content"]


def may_be_cited(document: dict[str, Any]) -> bool:
    return bool((document.get("citations") or {}).get("enabled"))


def find_sentences(text: str) -> list[re.Match[str]]:
    code = [match.span() for match in FENCE.finditer(text)]
    sentences = SENTENCE.finditer(text)
    return [match for match in sentences if not any(start <= match.start() < end for start, end in code)]


def interleave(iterators: Iterable[Iterator[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    rounds = itertools.zip_longest(*iterators)
    return (citation for items in rounds for citation in items if citation is not None)


def citations_of(index: int, document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    title = document.get("title")
    for passage in itertools.islice(passages_of(document["source"]), MAX_PASSAGES):
        about = {"document_index": index, "document_title": title, "file_id": None}
        yield {**passage.location, "cited_text": passage.text, **about}


def passages_of(source: dict[str, Any]) -> Iterator[Passage]:
    match source:
        case {"type": "text", "data": str(data)}:
            for sentence in SENTENCE.finditer(data):
                location = {"start_char_index": sentence.start(), "end_char_index": sentence.end()}
                yield Passage(sentence[0], {"type": "char_location", **location})
        case {"type": "base64", "data": str(data)}:
            yield from passages_of_pdf(base64.b64decode(data))
        case {"type": "content", "content": content}:
            for number, block in enumerate(content_blocks(content)):
                if block["type"] == "text":
                    location = {"start_block_index": number, "end_block_index": number + 1}
                    yield Passage(block["text"], {"type": "content_block_location", **location})


def passages_of_pdf(data: bytes) -> Iterator[Passage]:
    """The first sentence of each page. A page that is only scanned has no text, and cannot be cited."""
    try:
        pages = [
            page.extract_text() for page in itertools.islice(pypdf.PdfReader(io.BytesIO(data)).pages, MAX_PASSAGES)
        ]
    except (pypdf.errors.PyPdfError, ValueError):
        return
    for number, text in enumerate(pages, start=1):
        if first := SENTENCE.search(text):
            location = {"start_page_number": number, "end_page_number": number + 1}
            yield Passage(first[0], {"type": "page_location", **location})


def find_invalid_citation(role: str, blocks: list[dict[str, Any]]) -> str:
    """Return what is wrong with the citations of a message that is sent, or an empty text."""
    citations = [citation for block in blocks if block["type"] == "text" for citation in block.get("citations") or []]
    if citations and role != "assistant":
        return "citations: only the text of an assistant can have citations"
    for citation in citations:
        fields = LOCATION_FIELDS.get(citation.get("type"))
        if fields is None:
            return "citations: unknown type"
        if extra := citation.keys() - fields - {"type"}:
            return f"citations.{sorted(extra)[0]}: Extra inputs are not permitted"
        if missing := fields - citation.keys():
            return f"citations.{sorted(missing)[0]}: Field required"
    return ""
