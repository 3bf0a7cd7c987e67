"""Citations between the API and the database: which attachment each one is of, and how it is sent back. Pure.

https://platform.claude.com/docs/en/build-with-claude/citations
"""

from collections.abc import Iterable, Iterator
from typing import Any

from conversations.models.content import Content


def list_files(messages: Content) -> list[str]:
    """Return the attachment of each document in these messages, or the address of a page that was fetched from the web.

    An empty text for a document that is neither.
    """
    return [(document.get("source") or {}).get("file_id") or address for document, address in find_documents(messages)]


def name_files(block: dict[str, Any], files: list[str]) -> dict[str, Any]:
    """Return a content block of an answer; its citations name the attachments that they are of.

    `document_index` counts the documents of the request, `files` are those of `list_files`. `file_id`, which the API
    sends for files that it keeps itself, holds the id of the attachment, as it does in the documents of the request, or
    the address of a page.
    """
    citations = block.get("citations")
    if block.get("type") != "text" or not citations:
        return block
    return {**block, "citations": [_name_file(citation, files) for citation in citations]}


def _name_file(citation: Any, files: list[str]) -> Any:
    match citation:
        case {"document_index": int(index)} if 0 <= index < len(files):
            return {**citation, "file_id": files[index] or None}
    return citation


def find_documents(items: Iterable[Any], address: str = "") -> Iterator[tuple[dict[str, Any], str]]:
    """The documents in messages or blocks, also those in results of tools, in their order.

    Each with the `address` of what it is in, such as a `web_fetch_result`.
    """
    for item in items:
        match item:
            case {"type": "document"}:
                yield item, address
            case {"content": list(content)}:
                yield from find_documents(content)
            case {"content": dict(content)}:
                url = item.get("url")
                yield from find_documents([content], url if isinstance(url, str) else "")


def restore_citations(content: Content, files: list[str]) -> Content:
    """Return blocks as they are sent back with documents that are of these files.

    They are as they were received, without `file_id`, which the API refuses here. Where the request has other documents
    than that of the answer, because turns or files are left out, `document_index` is the place of the document now, and
    a citation of a document that it does not have is left out.
    """
    return [_send_block(block, files) for block in content]


def _send_block(block: dict[str, Any], files: list[str]) -> dict[str, Any]:
    if block.get("type") != "text" or not block.get("citations"):
        return block
    citations = [sent for citation in block["citations"] if (sent := _send_citation(citation, files))]
    others = {name: value for name, value in block.items() if name != "citations"}
    return {**others, "citations": citations} if citations else others


def _send_citation(citation: Any, files: list[str]) -> dict[str, Any] | None:
    if not isinstance(citation, dict):
        return None
    sent = {name: value for name, value in citation.items() if name != "file_id"}
    if "document_index" not in sent:
        return sent
    index, file = sent["document_index"], citation.get("file_id") or ""
    if isinstance(index, int) and 0 <= index < len(files) and files[index] == file:
        return sent
    return {**sent, "document_index": files.index(file)} if file and file in files else None
