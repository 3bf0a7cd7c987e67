"""PDFs are sent as they are; only what the API refuses is found out before: encryption, and too many pages."""

from pathlib import Path

from pypdf import PdfReader

from conversations.files.facts import Facts, Unreadable
from conversations.files.limits import MAX_PAGES, TOKENS_PER_PAGE


def read_pdf(file: Path) -> Facts:
    """Raises Unreadable, and what pypdf raises at a damaged file."""
    reader = PdfReader(file)
    if reader.is_encrypted:
        raise Unreadable("encrypted")
    pages = len(reader.pages)
    if pages == 0:
        raise Unreadable("damaged")
    if pages > MAX_PAGES:
        raise Unreadable("pages", limit=MAX_PAGES, count=pages)
    return Facts("pdf", "application/pdf", "application/pdf", pages * TOKENS_PER_PAGE, pages=pages)
