"""What the worker makes of files: of good ones, and of those that are made to harm their reader."""

import io
import json
import resource
import struct
import subprocess
import sys
import time
import zlib
from functools import partial
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.conf import settings
from PIL import Image

from conversations.files.facts import Unreadable
from conversations.files.reading import run_worker
from tests.samples import docx_file, image_file, pdf_file, zip_file

MEGABYTE = 1024 * 1024
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET_OPENING = f'<worksheet xmlns="{SHEETS}"><sheetData>'
#: The parts of a workbook, apart from its sheet.
WORKBOOK = {
    "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r0" '
    f'Type="{OFFICE_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE_RELATIONS}"><sheets>'
    '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" '
    f'Type="{OFFICE_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


@pytest.fixture
def read(tmp_path):
    """Read a file of this name and content; returns the facts and the folder with what the worker wrote."""

    def reading(name, content):
        file = tmp_path / "original"
        file.write_bytes(content)
        return run_worker(file, name), tmp_path

    return reading


def read_text(read, name, content) -> str:
    _facts, folder = read(name, content)
    text: str = (folder / "sent").read_text()
    return text


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.py", b"x = 1\r\n", "x = 1\n"),
        ("a.txt", "héllo".encode("utf-16"), "héllo"),
        ("a.txt", "héllo".encode("utf-8-sig"), "héllo"),
        ("a.csv", "Name;Größe\nMüller;12\n".encode("cp1252") * 20, "Name;Größe\nMüller;12\n" * 20),
        ("a.txt", ("これは日本語の文章です。" * 30).encode("shift_jis"), "これは日本語の文章です。" * 30),
        ("a.svg", b"<svg onload='alert(1)'/>", "<svg onload='alert(1)'/>"),
        ("a.csv", b"PK;Name\n1;Anna\n", "PK;Name\n1;Anna\n"),
        ("a.txt", b"ID3 builds a tree of decisions.", "ID3 builds a tree of decisions."),
        ("a.md", b"A PDF begins with %PDF-1.7.", "A PDF begins with %PDF-1.7."),
        ("a.docx", docx_file("One.", "Two."), "One.\n\nTwo."),
        ("a.eml", b"Subject: =?utf-8?q?H=C3=A9?=\r\n\r\nHello.\r\n", "Subject: Hé\n\nHello."),
        (
            "a.eml",
            b"From: a@b.c\nContent-Type: text/html\n\n</style><p>Hi</p>",
            "From: a@b.c\n\nHi",
        ),
        (
            "a.eml",
            b"From: a@b.c\nContent-Type: text/html\n\n<style>p{}</style><p>Hi <b>you</b></p><script>x</script>",
            "From: a@b.c\n\nHi you",
        ),
    ],
)
def test_texts_become_utf_8(read, name, content, text):
    assert read_text(read, name, content) == text


def test_a_presentation_becomes_its_slides(read):
    drawing = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    slides = {
        f"ppt/slides/slide{number}.xml": f"<s {drawing}><a:p><a:t>Slide</a:t><a:t> {word}</a:t></a:p></s>"
        for number, word in ((10, "ten"), (2, "two"))
    }
    content = zip_file({"ppt/presentation.xml": "<p/>", **slides})
    assert read_text(read, "a.pptx", content) == "# Slide 2\nSlide two\n\n# Slide 10\nSlide ten"


def test_a_table_of_word_keeps_its_rows(read):
    word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    cells = "".join(f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>" for text in ("a", "b"))
    body = f"<w:document {word}><w:body><w:tbl><w:tr>{cells}</w:tr></w:tbl></w:body></w:document>"
    assert read_text(read, "a.docx", zip_file({"word/document.xml": body})) == "| a | b |"


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_an_image_gets_a_copy_to_send_and_a_thumbnail(read, image_format):
    facts, folder = read("a", image_file((2000, 1000), image_format))

    assert (facts.width, facts.height, facts.tokens) == (1568, 784, 1568 * 784 // 750 + 1)
    with Image.open(folder / "sent") as sent, Image.open(folder / "thumbnail") as thumbnail:
        assert sent.size == (1568, 784)
        assert thumbnail.size == (320, 160)


def test_a_picture_that_was_taken_sideways_is_turned(read):
    exif = Image.Exif()
    exif[0x0112] = 6
    facts, folder = read("a.jpg", image_file((80, 40), "JPEG", exif=exif))

    assert (facts.width, facts.height) == (40, 80)
    with Image.open(folder / "sent") as sent:
        assert not sent.getexif()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


def inflating(megabytes: int) -> bytes:
    compress = zlib.compressobj(9)
    return b"".join(compress.compress(bytes(MEGABYTE)) for _ in range(megabytes)) + compress.flush()


def looping_pdf() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n2 0 obj <</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>> "
        b"endobj\ntrailer <</Root 1 0 R/Size 3>>\nstartxref\n0\n%%EOF"
    )


def inflating_pdf() -> bytes:
    data = inflating(1024)
    head = b"%%PDF-1.5\n1 0 obj <</Type/XRef/Size 9/W[1 2 1]/Root 2 0 R/Filter/FlateDecode/Length %d>> stream\n"
    return head % len(data) + data + b"\nendstream endobj\nstartxref\n9\n%%EOF"


def entities() -> bytes:
    definitions = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return zip_file({"word/document.xml": f'<!DOCTYPE x [<!ENTITY a0 "lol">{definitions}]><x>&a11;</x>'})


def inflating_mimetype() -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive, archive.open("mimetype", "w") as part:
        for _ in range(500):
            part.write(bytes(MEGABYTE))
    return buffer.getvalue()


def lying_sheet() -> bytes:
    """A workbook that says of its only sheet, of 113 MB, that it has a thousand bytes."""
    row = f'<row><c t="inlineStr"><is><t>{" " * 990}</t></is></c></row>'
    sheet = f"{SHEET_OPENING}{row * 108_000}</sheetData></worksheet>"
    content = zip_file({**WORKBOOK, "xl/worksheets/sheet1.xml": sheet})
    return content.replace(struct.pack("<I", len(sheet)), struct.pack("<I", 1_000))


#: Runs a command and prints how much memory it has taken, in KB.
WATCH = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
HOSTILE = {
    "image of 30,000 × 30,000 pixels": lambda: png(30_000, 30_000, chunk(b"IDAT", zlib.compress(bytes(9_000_000)))),
    "10,000 frames": lambda: png(9, 9, chunk(b"acTL", struct.pack(">II", 10_000, 0)), chunk(b"IDAT", inflating(1))),
    "document that inflates": lambda: zip_file({"word/document.xml": " " * 101_000_000}),
    "document whose type inflates": inflating_mimetype,
    "document of 5,001 parts": lambda: zip_file({f"{n}": "" for n in range(5_001)}),
    "workbook that inflates": lambda: zip_file({**WORKBOOK, "xl/worksheets/sheet1.xml": " " * 101_000_000}),
    "workbook that inflates more than it says": lying_sheet,
    "deep XML": lambda: zip_file({"word/document.xml": "<a>" * 500_000}),
    "many elements": lambda: zip_file({"word/document.xml": f"<a>{'<b/>' * 3_000_000}</a>"}),
    "entities that grow": entities,
    "PDF that refers to itself": looping_pdf,
    "PDF that inflates to a gigabyte": inflating_pdf,
    "half of an image": lambda: image_file((500, 500), "JPEG")[:900],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_before_it_costs_much(read, name):
    content, began = HOSTILE[name](), time.monotonic()

    with pytest.raises(Unreadable):
        read("hostile", content)

    # A second on a machine that has nothing else to do.
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_takes_little_memory(tmp_path, name):
    file = tmp_path / "original"
    file.write_bytes(HOSTILE[name]())
    command = [sys.executable, "-m", "conversations.files.worker", str(file), "hostile", str(tmp_path)]
    # Of its children, the first of which would have had the memory of the tests for a moment.
    watching = [sys.executable, "-c", WATCH, *command]
    finished = subprocess.run(watching, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, check=True)
    assert int(finished.stdout) / 1024 < 200


def test_a_sheet_becomes_lines_of_csv(read):
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>Boat</t></is></c><c r="B1"><v>12</v></c></row>'
    sheet = f"{SHEET_OPENING}{row}</sheetData></worksheet>"
    content = zip_file({**WORKBOOK, "xl/worksheets/sheet1.xml": sheet})
    assert read_text(read, "a.xlsx", content) == "# A\n\nBoat,12\n\n"


def test_a_file_is_read_under_a_lower_limit_of_the_system(tmp_path):
    """As with LimitAS= of systemd."""
    file = tmp_path / "original"
    file.write_bytes(image_file())
    command = [sys.executable, "-m", "conversations.files.worker", str(file), "a.png", str(tmp_path)]
    limit = partial(resource.setrlimit, resource.RLIMIT_AS, (600_000_000, 600_000_000))
    finished = subprocess.run(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, preexec_fn=limit, check=True)
    assert json.loads(finished.stdout)["kind"] == "image"


def test_a_pdf_says_how_many_pages_it_has(read):
    facts, _folder = read("a.pdf", pdf_file(12))
    assert (facts.kind, facts.pages, facts.tokens) == ("pdf", 12, 12 * 2_300)
