"""Tells by its first bytes what a file is, whatever its name and its sender say."""

from pathlib import Path
from zipfile import BadZipFile, ZipFile

from conversations.files.facts import Unreadable
from conversations.files.limits import MAX_INFLATED, MAX_PARTS

OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX, XLSX, PPTX = (
    f"{OFFICE}.{name}" for name in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
)
ODS, XLS, EML = "application/vnd.oasis.opendocument.spreadsheet", "application/vnd.ms-excel", "message/rfc822"
#: The part by which each kind of document is known.
PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "xl/workbook.bin": XLSX, "ppt/presentation.xml": PPTX}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}
#: What people may attach and we cannot read: the sentence names it. No text begins like these.
UNSUPPORTED = {
    b"\xd0\xcf\x11\xe0": "old_office",
    b"{\\rtf": "rtf",
    b"PK\x05\x06": "archive",
    b"PK\x07\x08": "archive",
    b"\x1f\x8b": "archive",
    b"Rar!\x1a\x07": "archive",
    b"7z\xbc\xaf": "archive",
    b"ID3\x02": "audio",
    b"ID3\x03": "audio",
    b"ID3\x04": "audio",
    b"fLaC\x00": "audio",
    b"OggS\x00": "audio",
}


def sniff(file: Path, name: str) -> str:
    """The media type: of an image, a PDF, a document whose text can be extracted, or `text/plain` for the rest.

    Raises Unreadable for what is known not to be readable.
    """
    with file.open("rb") as opened:
        start = opened.read(1024)
    if not start:
        raise Unreadable("empty")
    if media_type := sniff_image(start):
        return media_type
    # Readers of PDF allow for something in front of it; a text may be about PDFs.
    if start.lstrip().startswith(b"%PDF-") or (b"%PDF-" in start and name.lower().endswith(".pdf")):
        return "application/pdf"
    if start.startswith(b"PK\x03\x04"):
        return sniff_zip(file)
    if start.startswith(b"\xd0\xcf\x11\xe0") and name.lower().endswith(".xls"):
        return XLS
    for magic, code in UNSUPPORTED.items():
        if start.startswith(magic):
            raise Unreadable(code)
    if start[4:8] == b"ftyp":
        raise Unreadable("video")
    return EML if name.lower().endswith(".eml") else "text/plain"


def sniff_image(start: bytes) -> str:
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if start.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "image/webp"
    if start[4:8] == b"ftyp" and start[8:12] in HEIC_BRANDS:
        return "image/heic"
    if start[4:8] == b"ftyp" and start[8:12] in AVIF_BRANDS:
        return "image/avif"
    return ""


def sniff_zip(file: Path) -> str:
    """The kind of a document that is a zip file. Raises Unreadable for another one, and for one that grows too much."""
    try:
        with ZipFile(file) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise Unreadable("parts", limit=MAX_PARTS, count=len(parts))
            if sum(part.file_size for part in parts) > MAX_INFLATED:
                raise Unreadable("inflates", limit=MAX_INFLATED // 1_000_000)
            names = {part.filename for part in parts}
            mimetype = b""
            if "mimetype" in names:
                with archive.open("mimetype") as opened:
                    mimetype = opened.read(100)
    except (BadZipFile, NotImplementedError, RuntimeError) as error:
        raise Unreadable("damaged") from error
    if mimetype == ODS.encode():
        return ODS
    for part, media_type in PARTS.items():
        if part in names:
            return media_type
    raise Unreadable("archive")
