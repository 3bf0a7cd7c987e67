"""Answers that cite documents: over real sockets, as they are streamed, stored, shown again and sent back."""

import re

import pytest

from conversations.models.citation import number_sources
from tests.citing import HARBOUR, begin_with_documents, text_pdf
from tests.history import create_file
from tests.site import Visitor, stored
from tests.views.test_files import upload_id

MARK = re.compile(r'<sup class="cite"><a href="#source-([0-9a-f-]{36})-(\d+)" role="doc-noteref">\2</a></sup>')
EXACT = (
    "[[nothinking]][[cite]][[text]]# Hours\n\nIt opens at six. Then boats come in.\n\n- Call first. \n- Wait.[[/text]]"
)


@pytest.fixture
def alice_visitor(site, alice):
    return Visitor(site, alice)


def shown_html(stream):
    """The HTML that the page has after all frames."""
    shown = ""
    for name, data in stream.frames:
        if name in {"snapshot", "commit"}:
            shown = data["html"] if name == "snapshot" else shown + data["html"]
    return shown


def test_cited_sentences_are_one_text_with_numbered_marks(alice_visitor, alice):
    conversation = begin_with_documents(alice).conversation_id
    stream = alice_visitor.ask(EXACT, conversation)
    answer = stored(stream.start["reply"])

    assert answer.text == "# Hours\n\nIt opens at six. Then boats come in.\n\n- Call first. \n- Wait."
    assert len([block for block in answer.content if block["type"] == "text"]) > 5
    assert [number for _id, number in MARK.findall(answer.html)] == ["1", "2", "3"]
    assert {pk for pk, _number in MARK.findall(answer.html)} == {str(answer.pk)}
    assert 'six.<sup class="cite">' in answer.html


@pytest.mark.parametrize("question", [EXACT, "What does a garden need?", "[[rate:0]][[burst]]Show me a script."])
def test_the_page_shows_the_same_while_it_is_written_when_it_ends_and_again(alice_visitor, alice, question):
    conversation = begin_with_documents(alice).conversation_id
    stream = alice_visitor.ask(question, conversation)
    answer = stored(stream.start["reply"])
    page = alice_visitor.http.get(f"/conversations/{conversation}/").text

    assert MARK.search(answer.html)
    assert shown_html(stream) == answer.html
    assert answer.html in page
    assert answer.html in stream.end["html"]
    sources = re.findall(rf'<li id="source-{answer.pk}-(\d+)"', stream.end["html"])
    assert sources == re.findall(rf'<li id="source-{answer.pk}-(\d+)"', page)
    assert set(sources) == {number for _id, number in MARK.findall(answer.html)}


def test_marks_come_while_the_answer_is_written(alice_visitor, alice):
    conversation = begin_with_documents(alice).conversation_id
    question = f"{EXACT.replace('[[nothinking]]', '[[nothinking]][[rate:30]]')}"
    stream = alice_visitor.ask(question, conversation)
    first = next(index for index, (_name, data) in enumerate(stream.frames) if MARK.search(data.get("html", "")))

    assert stream.frames[first][0] in {"tail", "commit"}
    # No snapshot at the end: what was streamed was right.
    assert [name for name, _data in stream.frames].count("snapshot") == 1


def test_claude_gets_back_what_it_cited(alice_visitor, alice, stand_in):
    files = (
        create_file(alice, "Harbour rules.txt", HARBOUR.encode()),
        create_file(alice, "Tea.txt", b"Tea is at four."),
    )
    conversation = begin_with_documents(alice, *files).conversation_id
    answer = stored(alice_visitor.ask(EXACT, conversation).start["reply"])
    alice_visitor.ask("[[nothinking]][[echo:Yes.]]", conversation)
    sent = stand_in.recorded()[-1]["body"]["messages"][-2]

    assert sent["role"] == "assistant"
    cited = [block["citations"][0] for block in sent["content"] if block.get("citations")]
    assert [(item["document_index"], item["document_title"]) for item in cited[:2]] == [
        (0, "Harbour rules.txt"),
        (1, "Tea.txt"),
    ]
    assert "file_id" not in cited[0]
    assert "".join(block["text"] for block in sent["content"]) == answer.text


def test_the_quotation_is_what_the_document_says(alice_visitor, alice):
    conversation = begin_with_documents(alice).conversation_id
    stream = alice_visitor.ask(EXACT, conversation)
    sources = [source for _number, source in number_sources(stored(stream.start["reply"]).content)]

    assert [source.quote in HARBOUR for source in sources] == [True] * 3
    assert "The harbour opens at six." in stream.end["html"]
    assert "Harbour rules.txt" in stream.end["html"]


def test_the_marks_of_attached_files_lead_to_the_file_at_its_page(alice_visitor, stand_in):
    pages = text_pdf("One calm page.", "Another page.", "The last page.")
    notes, report = upload_id(alice_visitor), upload_id(alice_visitor, "report.pdf", pages)
    stream = alice_visitor.ask(EXACT, files=[notes, report])
    citations = [
        citation for block in stored(stream.start["reply"]).content for citation in block.get("citations") or []
    ]

    assert [(item["file_id"], item["cited_text"]) for item in citations[:3]] == [
        (notes, "The harbour opens at nine."),
        (report, "One calm page."),
        (report, "Another page."),
    ]
    addresses = re.findall(r'<a href="(/files/[^"]*)"', stream.end["html"].partition('class="sources"')[2])
    assert addresses[:3] == [
        f"/files/{notes}/text/",
        f"/files/{report}/?view#page=1",
        f"/files/{report}/?view#page=2",
    ]
    for address in addresses:
        assert alice_visitor.http.get(address).status_code == 200
    alice_visitor.ask("[[nothinking]][[echo:Yes.]]", stream.start["conversation"])
    assert stand_in.recorded()[-1]["status"] == 200
