"""The text of documents: Word, PowerPoint, spreadsheets and mail. Only the worker calls this, with its limits.

The XML comes from anybody. Its parser, expat, refuses entities that grow (since 2.4.1), loads none from elsewhere, and
the worker's limits end it.
"""

import csv
import io
import re
from collections.abc import Iterator
from email import message_from_binary_file, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

from python_calamine import CalamineWorkbook

from conversations.files.facts import Unreadable
from conversations.files.limits import MAX_TAGS, MAX_TEXT

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
BLOCK_TAGS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote"}
HIDDEN_TAGS = {"script", "style", "head", "title"}


def parse_part(archive: ZipFile, name: str) -> ElementTree.Element:
    """The XML of a part; raises Unreadable where it has so many elements that they would take far more memory."""
    content = archive.read(name)
    if content.count(b"<") > MAX_TAGS:
        raise Unreadable("exhausting")
    return ElementTree.fromstring(content)  # noqa: S314 (see the module's docstring)


def extract_docx(file: Path) -> str:
    """Paragraphs, headings as in Markdown, and the rows of tables."""
    with ZipFile(file) as archive:
        body = parse_part(archive, "word/document.xml").find(f"{WORD}body")
    return "\n\n".join(word_blocks(body)) if body is not None else ""


def word_blocks(parent: ElementTree.Element) -> Iterator[str]:
    for child in parent:
        if child.tag == f"{WORD}p":
            if text := word_paragraph(child):
                yield text
        elif child.tag == f"{WORD}tbl":
            yield "\n".join(word_row(row) for row in child.iter(f"{WORD}tr"))
        elif child.tag in {f"{WORD}sdt", f"{WORD}sdtContent"}:
            yield from word_blocks(child)


def word_row(row: ElementTree.Element) -> str:
    cells = [" ".join(filter(None, map(word_paragraph, cell.iter(f"{WORD}p")))) for cell in row.findall(f"{WORD}tc")]
    return f"| {' | '.join(cells)} |"


def word_paragraph(paragraph: ElementTree.Element) -> str:
    pieces = []
    for node in paragraph.iter():
        if node.tag == f"{WORD}t":
            pieces.append(node.text or "")
        elif node.tag == f"{WORD}tab":
            pieces.append("\t")
        elif node.tag in {f"{WORD}br", f"{WORD}cr"}:
            pieces.append("\n")
    text = "".join(pieces).strip()
    style = paragraph.find(f"{WORD}pPr/{WORD}pStyle")
    name = style.get(f"{WORD}val", "") if style is not None else ""
    if text and (heading := re.fullmatch(r"(?:Heading|berschrift|Titre)\s?([1-6])", name)):
        return f"{'#' * int(heading[1])} {text}"
    return f"- {text}" if text and paragraph.find(f"{WORD}pPr/{WORD}numPr") is not None else text


def extract_pptx(file: Path) -> str:
    """The paragraphs of each slide under its number."""
    with ZipFile(file) as archive:
        numbers = sorted(int(found[1]) for name in archive.namelist() if (found := SLIDE.fullmatch(name)))
        slides = []
        for number in numbers:
            slide = parse_part(archive, f"ppt/slides/slide{number}.xml")
            lines = ["".join(text.text or "" for text in p.iter(f"{DRAWING}t")) for p in slide.iter(f"{DRAWING}p")]
            slides.append("\n".join([f"# Slide {number}", *filter(str.strip, lines)]))
    return "\n\n".join(slides)


def extract_sheets(file: Path) -> str:
    """Each sheet as CSV under its name, without empty lines. Raises Unreadable."""
    workbook = CalamineWorkbook.from_path(file)
    text = io.StringIO()
    for name in workbook.sheet_names:
        rows = workbook.get_sheet_by_name(name).to_python()
        if not rows:
            continue
        text.write(f"# {name}\n\n")
        writer = csv.writer(text, lineterminator="\n")
        for row in rows:
            if any(cell != "" for cell in row):
                writer.writerow([format_cell(cell) for cell in row])
            if text.tell() > MAX_TEXT:
                raise Unreadable("text", limit=MAX_TEXT)
        text.write("\n")
    return text.getvalue()


def format_cell(cell: object) -> str:
    """A number without the fraction that every number of a sheet has."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def extract_eml(file: Path) -> str:
    """The usual headers, the text, and the names of what was attached."""
    with file.open("rb") as opened:
        mail = message_from_binary_file(opened, policy=policy.default)
    if not isinstance(mail, EmailMessage):
        raise Unreadable("damaged")
    headers = [f"{name}: {mail[name]}" for name in ("From", "To", "Cc", "Date", "Subject") if mail[name]]
    body = mail.get_body(("plain", "html"))
    content = str(body.get_content()) if body is not None else ""
    if body is not None and body.get_content_type() == "text/html":
        content = html_to_text(content)
    names = [name for part in mail.iter_attachments() if (name := part.get_filename())]
    attached = f"Attached: {', '.join(names)}" if names else ""
    return "\n\n".join(filter(None, ["\n".join(headers), content.strip(), attached]))


class TextOfHtml(HTMLParser):
    """Collects what a page shows."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in HIDDEN_TAGS
        if tag in BLOCK_TAGS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        # An end without a beginning hides nothing.
        self._hidden = max(self._hidden - (tag in HIDDEN_TAGS), 0)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)


def html_to_text(html: str) -> str:
    parser = TextOfHtml()
    parser.feed(html)
    lines = [" ".join(line.split()) for line in "".join(parser.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
