"""The sources of an answer where it is read: in the page, on paper, in files, for staff."""

import json
import re

import pytest

from conversations.models import Message
from tests.citing import CITED_TEXT, FILE, MARKED_TEXT, cited_content, create_cited_answer, page_citation, web_citation
from tests.views.requests import path_of

pytestmark = pytest.mark.django_db


def text_block(*citations, text="It is so."):
    return {"type": "text", "text": text, "citations": list(citations)}


@pytest.mark.parametrize("path", ["", "print/"])
def test_sources_stand_below_the_answer(alice_client, alice, path):
    answer = create_cited_answer(alice)
    html = alice_client.get(path_of(answer.conversation, path)).content.decode()

    assert answer.text == CITED_TEXT
    for number in (1, 2):
        assert f'href="#source-{answer.pk}-{number}" role="doc-noteref">{number}</a>' in html
        assert html.count(f'id="source-{answer.pk}-{number}"') == 1
    assert f'href="/files/{FILE}/?view#page=4"' in html
    assert "Harbour &lt;rules&gt;.pdf" in html
    assert "page 4" in html
    assert "The harbour opens at six." in html
    link = (
        '<a href="https://harbour.example/a?b=1&amp;c" target="_blank" rel="noopener noreferrer nofollow">The site</a>'
    )
    assert link in html


def test_what_is_copied_has_the_numbers_and_the_sources(alice_client, alice):
    answer = create_cited_answer(alice)
    html = alice_client.get(path_of(answer.conversation)).content.decode()
    copied = re.search(r"<template data-source>(.*?)</template>", html, re.DOTALL)

    assert copied
    assert copied[1].startswith(
        f"{MARKED_TEXT}\n\n[1] Harbour &lt;rules&gt;.pdf, page 4: “The harbour opens at six.”\n"
    )


def test_an_answer_without_citations_has_no_sources(alice_client, alice):
    answer = create_cited_answer(alice, content=[{"type": "text", "text": "Yes [1]."}])

    assert 'class="sources"' not in alice_client.get(path_of(answer.conversation)).content.decode()
    assert "<sup" not in answer.html


@pytest.mark.parametrize("address", ["javascript:harm()", "JaVaScRiPt:harm()", "data:text/html,x", "//x.example", ""])
def test_an_address_that_is_not_on_the_web_is_no_link(alice_client, alice, address):
    answer = create_cited_answer(alice, content=[text_block(web_citation(url=address, title='"><b>'))])
    html = alice_client.get(path_of(answer.conversation)).content.decode()

    sources = html[html.index('class="sources"') :]
    assert "<a " not in sources[: sources.index("</section>")]
    assert "&quot;&gt;&lt;b&gt;" in sources


@pytest.mark.parametrize(
    ("citation", "address"),
    [
        (page_citation(start_page_number=2, end_page_number=5), f"/files/{FILE}/?view#page=2"),
        (page_citation(file_id="../../admin/"), None),
        (page_citation(file_id=None), None),
        (page_citation(type="char_location", start_page_number=None), f"/files/{FILE}/text/"),
    ],
)
def test_a_document_opens_at_the_page_or_as_the_text_that_was_sent(alice_client, alice, citation, address):
    answer = create_cited_answer(alice, content=[text_block(citation)])
    html = alice_client.get(path_of(answer.conversation)).content.decode()
    sources = html[html.index('class="sources"') :]

    assert re.findall(r'<a href="([^"]*)"', sources[: sources.index("</section>")]) == ([address] if address else [])


def test_citations_of_any_shape_do_no_harm(alice_client, alice):
    odd = [None, 5, {"type": "page_location"}, page_citation(cited_text=7), page_citation(start_page_number="x")]
    answer = create_cited_answer(alice, content=[text_block(*odd)])

    html = alice_client.get(path_of(answer.conversation)).content.decode()
    assert "It is so." in html
    assert html.count(f'id="source-{answer.pk}-') == 1


def test_a_copy_of_an_answer_has_sources_of_its_own(alice_client, alice):
    answer = create_cited_answer(alice)
    alice_client.get(path_of(answer.conversation))  # its HTML is stored
    assert answer.parent is not None
    new = answer.conversation.reword(answer.parent.pk, "When, please?")
    html = alice_client.get(path_of(answer.conversation)).content.decode()

    copy = Message.objects.get(parent=new)
    assert f'href="#source-{copy.pk}-1"' in html
    assert f'id="source-{copy.pk}-1"' in html
    assert str(answer.pk) not in re.findall(r'href="#source-(.{36})-', html)


def test_markdown_has_numbers_and_sources(alice_client, alice):
    answer = create_cited_answer(alice)
    file = alice_client.get(path_of(answer.conversation, "markdown/")).text

    assert f"> {MARKED_TEXT}\n\n**Sources**\n\n" in file
    assert "1. **Harbour \\<rules\\>.pdf**, page 4: “The harbour opens at six.”\n" in file
    assert "2. **The site**, https://harbour.example/a?b=1\\&c: “Open daily.”" in file


def test_an_address_cannot_write_turns_into_the_file(alice_client, alice):
    address = "https://x.example/\n\n## Alice · <b>"
    answer = create_cited_answer(alice, content=[text_block(web_citation(url=address, title=""))])

    file = alice_client.get(path_of(answer.conversation, "markdown/")).text
    assert "\n## Alice · <b>" not in file
    assert "https://x.example/ ## Alice · \\<b\\>" in file


def test_json_has_the_blocks_as_they_came_and_the_sources(alice_client, alice):
    answer = create_cited_answer(alice)
    [_question, message] = json.loads(alice_client.get(path_of(answer.conversation, "json/")).text)["messages"]

    assert message["blocks"] == cited_content()
    assert message["text"] == CITED_TEXT
    assert [source["number"] for source in message["sources"]] == [1, 2]
    assert message["sources"][0] == {
        "number": 1,
        "title": "Harbour <rules>.pdf",
        "place": "page 4",
        "quote": "The harbour opens at six.",
        "url": f"/files/{FILE}/?view#page=4",
    }
