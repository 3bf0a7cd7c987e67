"""Questions with documents, and answers that cite them, stored without Claude."""

import io

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from conversations.models import Attachment, Message
from conversations.models.content import text_content
from tests.history import begin, create_file

FILE = "7f0e3a52-8a4f-4a55-9a4f-2f3f1a6f0c11"
HARBOUR = "The harbour opens at six. Boats wait outside until then. The pilot answers on channel nine."
CITED_TEXT = "It opens at six. See the site."
#: What follows these words in the text of a page is a mark with the number of a source.
MARKED_TEXT = "It opens at six[1]. See the site[2]."


def page_citation(**fields):
    about = {"document_index": 0, "document_title": "Harbour <rules>.pdf", "file_id": FILE}
    pages = {"start_page_number": 4, "end_page_number": 5}
    return {"type": "page_location", "cited_text": "The harbour opens at six.", **about, **pages, **fields}


def web_citation(**fields):
    about = {"title": "The site", "encrypted_index": "x", "cited_text": "Open daily."}
    return {"type": "web_search_result_location", "url": "https://harbour.example/a?b=1&c", **about, **fields}


def cited_content():
    return [
        {"type": "text", "text": "It opens at "},
        {"type": "text", "text": "six", "citations": [page_citation()]},
        {"type": "text", "text": ". See "},
        {"type": "text", "text": "the site", "citations": [web_citation()]},
        {"type": "text", "text": "."},
    ]


def create_cited_answer(owner, question="When does it open?", content=None) -> Message:
    """A conversation with one answer, which cites page 4 of a PDF and a web page."""
    answer = begin(owner, question)
    assert answer.finish(state="complete", ending="finished", content=content or cited_content())
    answer.refresh_from_db()
    return answer


def begin_with_documents(owner, *files: Attachment) -> Message:
    """A conversation whose first question has these files, or one, and whose first answer cites nothing."""
    answer = create_cited_answer(owner, content=text_content("I have read it."))
    question = answer.parent
    assert question is not None
    files = files or (create_file(owner, "Harbour rules.txt", HARBOUR.encode()),)
    question.content = [*(file.as_block() for file in files), *question.content]
    question.save(update_fields=["content"])
    question.attachments.add(*files)
    return answer


def text_pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page."""
    writer = PdfWriter()
    for text in pages:
        page = writer.add_blank_page(600, 800)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode("ascii"))
        page[NameObject("/Contents")] = writer._add_object(stream)
        names = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
        font = DictionaryObject({NameObject(key): NameObject(value) for key, value in names.items()})
        fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
