"""The text of an answer and the numbers of its sources."""

import pytest

from conversations.models.citation import Source, SourceNumbers, cited_pieces, number_sources, read_source
from conversations.models.content import extract_text

THINKING = {"type": "thinking", "thinking": "Hm.", "signature": "x"}


def text(words, *citations):
    return {"type": "text", "text": words, "citations": list(citations) or None}


def page(number, quote, **fields):
    pages = {"start_page_number": number, "end_page_number": number + 1}
    return {"type": "page_location", "document_index": 0, "cited_text": quote, **pages, **fields}


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ([text("The grass is "), text("green", page(1, "g")), text(".")], "The grass is green."),
        ([text("One."), THINKING, text("Two.")], "One.\n\nTwo."),
        ([THINKING, text("One."), {"type": "mystery"}, THINKING, text(""), text("Two.")], "One.\n\nTwo."),
        ([text("One."), THINKING, text("")], "One."),
        ([], ""),
    ],
)
def test_texts_in_a_row_are_one_text_and_other_blocks_part_them(content, shown):
    assert extract_text(content) == shown


def test_sources_are_numbered_as_they_are_cited_and_a_repeated_one_keeps_its_number():
    first, second = page(1, "One"), page(2, "Two")
    content = [
        text("a", first),
        text("b", second, first, second),
        text("c"),
        text("", page(3, "Three")),
        text("d", first),
    ]
    numbers = SourceNumbers()

    assert [cited for _text, cited in cited_pieces(content, numbers)] == [(1,), (2, 1), (), (1,)]
    assert list(numbers) == list(number_sources(content))
    assert [source.pages for _number, source in numbers] == [(1, 1), (2, 2)]


def test_the_end_of_the_pages_is_the_page_after_them():
    assert read_source(page(3, "x", end_page_number=6)) == Source("x", document=0, pages=(3, 5))
    assert read_source(page(3, "x", end_page_number=3)) == Source("x", document=0, pages=(3, 3))


@pytest.mark.parametrize(
    ("citation", "source"),
    [
        (
            {"type": "char_location", "document_index": 1, "document_title": "A", "cited_text": "q", "file_id": "f"},
            Source("q", "A", 1, "f"),
        ),
        ({"type": "content_block_location", "document_index": 1, "cited_text": "q"}, Source("q", document=1)),
        (
            {"type": "web_search_result_location", "url": "https://a.example", "title": None, "cited_text": "q"},
            Source("q", url="https://a.example"),
        ),
        (
            {"type": "search_result_location", "source": "wiki", "title": "A", "cited_text": "q"},
            Source("q", "A", url="wiki"),
        ),
    ],
)
def test_every_type_of_citation_is_read(citation, source):
    assert read_source(citation) == source


@pytest.mark.parametrize(
    "citation", [None, "x", {}, {"type": "mystery", "cited_text": "q"}, {"type": "page_location"}, page(1, 5)]
)
def test_citations_of_another_shape_have_no_number(citation):
    assert read_source(citation) is None
    assert list(number_sources([text("a", citation)])) == []
