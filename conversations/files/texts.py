"""Texts of any encoding, and documents of which the text is extracted."""

from pathlib import Path

from charset_normalizer import from_bytes

from conversations.files.documents import extract_docx, extract_eml, extract_pptx, extract_sheets
from conversations.files.facts import Facts, Unreadable
from conversations.files.limits import BYTES_PER_TOKEN, MAX_TEXT
from conversations.files.sniffing import DOCX, EML, ODS, PPTX, XLS, XLSX

EXTRACTORS = {
    DOCX: extract_docx,
    PPTX: extract_pptx,
    XLSX: extract_sheets,
    ODS: extract_sheets,
    XLS: extract_sheets,
    EML: extract_eml,
}
#: The longest first: the mark of UTF-16 begins that of UTF-32.
BYTE_ORDER_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
#: Bytes from which an encoding is guessed.
GUESSED_BYTES = 100_000
#: Characters that no text has; a form feed and an escape are in some.
CONTROL = {chr(code) for code in range(32)} - set("\t\n\r\f\x1b")


def read_text(file: Path, name: str, media_type: str, folder: Path) -> Facts:
    """Write `sent`, the text as UTF-8 with LF line ends. Raises Unreadable and what the parsers raise."""
    extract = EXTRACTORS.get(media_type)
    text = extract(file) if extract else decode(file.read_bytes())
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Unreadable("no_text")
    if len(text) > MAX_TEXT:
        raise Unreadable("text", limit=MAX_TEXT, count=len(text))
    data = text.encode(errors="replace")
    (folder / "sent").write_bytes(data)
    return Facts("text", media_type, "text/plain", len(data) // BYTES_PER_TOKEN + 1, has_sent=True)


def decode(data: bytes) -> str:
    """The text of bytes: by their byte order mark, as UTF-8, or as what they most likely are. Raises Unreadable."""
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return check_text(data.decode(encoding, errors="replace"))
    try:
        return check_text(data.decode())
    except UnicodeDecodeError:
        pass
    if b"\0" in data[:GUESSED_BYTES]:
        raise Unreadable("unknown")
    guess = from_bytes(data[:GUESSED_BYTES]).best()
    if guess is None:
        raise Unreadable("unknown")
    return check_text(data.decode(guess.encoding, errors="replace"))


def check_text(text: str) -> str:
    """The text, unless its beginning has characters that only other files have. Raises Unreadable."""
    if CONTROL & set(text[:GUESSED_BYTES]):
        raise Unreadable("unknown")
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
