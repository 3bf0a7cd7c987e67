"""A few marks repeated thousands of times: the work grows with the text, and the HTML does not nest. Never timed.

A search that reads the text again for each mark would take minutes here. `tests.benchmarks.rendering` measures.
"""

from unittest.mock import Mock

import comrak
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.markdown import IncrementalRenderer, Tail, parts, render
from conversations.markdown.sanitizer import sanitize
from tests.markdown.browser import ParsedHtml, extract_text, kinds
from tests.markdown.test_any_cut import documents

MAX_DEPTH = 80  # the page around it has less than 20
MARKS = ["*", "**", "_", "~", "~~", "`", "```", "$", "[", "](", "![", "<https:", "&", "\\(", "> ", "- ", "1. ", "|"]
FILL = ["", "", "a", "a ", " ", "\n", "\n\n", ".", "<", "a@b.c "]

units = st.lists(st.tuples(st.sampled_from(MARKS), st.sampled_from(FILL)), min_size=1, max_size=3).map(
    lambda pairs: "".join(map("".join, pairs))
)
texts = st.tuples(units, st.sampled_from([300, 3_000, 15_000]), st.sampled_from(["", "a"])).map(
    lambda parts: (parts[0] * parts[1])[: parts[1]] + parts[2]
)
numbers_of_cuts = st.sampled_from([1, 2, 7, 20])


def grow_in_pieces(text, count):
    """Write the text in this many pieces and return the renderer."""
    renderer, size = IncrementalRenderer(), max(1, len(text) // count)
    for start in range(0, len(text), size):
        renderer.write(text[start : start + size])
        if Tail in kinds(renderer.flush()):
            assert ParsedHtml(renderer.snapshot()[1]).depth <= MAX_DEPTH
    renderer.close()
    return renderer


@settings(derandomize=True, max_examples=120, deadline=None, database=None)
@given(texts, numbers_of_cuts)
def test_repeated_marks_give_the_same_however_they_are_cut_and_never_nest_deep(text, count):
    html = render(text)
    assert grow_in_pieces(text, count).snapshot() == (html, "")
    assert ParsedHtml(html).depth <= MAX_DEPTH


@pytest.mark.parametrize(
    "unit", ["~", "~a ", "*a_ ", "**a *b ", "~~a ", "<https:", "*", " ", "> ", "`", "a@b.c ", "www.a字"]
)
@pytest.mark.parametrize("count", [1, 6, 60])
def test_the_parser_reads_sixty_thousand_marks_a_few_times(unit, count, monkeypatch):
    text = (unit * 60_000)[:60_000]
    spy = Mock(wraps=comrak.render_markdown)
    monkeypatch.setattr(comrak, "render_markdown", spy)
    grow_in_pieces(text, count)

    assert sum(len(call.args[0]) for call in spy.call_args_list) < 8 * len(text)


def nested_list(depth):
    return "".join(f"{'  ' * level}- point {level}\n" for level in range(depth))


DEEP = {
    "emphasis": "*" * 60_000 + "a" + "*" * 60_000,
    "emphasis in turns": "*a _b " * 300 + "c_ d* " * 300,
    "a list": nested_list(200),
    "a formula in a list": nested_list(29) + "  " * 29 + "$" + "\\sqrt{" * 40 + "x" + "}" * 40 + "$",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_what_would_nest_deeper_than_eighty_elements_is_shown_as_it_was_typed(text):
    html = render(f"before\n\n{text}\n\n**after**\n")

    assert ParsedHtml(html).depth <= MAX_DEPTH
    assert "".join(text.split()) in "".join(extract_text(html).split()) or "\\sqrt{\\sqrt" in extract_text(html)
    assert html.startswith('<p dir="auto">before</p>\n')
    assert html.endswith('<p dir="auto"><strong>after</strong></p>\n')


def test_markup_that_nests_thirty_deep_stays_markup():
    assert ParsedHtml(render(nested_list(30))).tags.count("ul") == 30


def test_hundreds_of_open_marks_are_no_emphasis_that_somebody_is_writing():
    renderer = IncrementalRenderer("*a _b " * 100)
    renderer.flush()
    assert extract_text(renderer.snapshot()[1]) == ("*a _b " * 100).strip() + "\n"


@settings(derandomize=True, max_examples=150, deadline=None, database=None)
@given(st.one_of(documents, texts.map(lambda text: text[:2_000])), st.sampled_from([15, 40, 100]))
def test_html_sanitized_in_parts_is_that_sanitized_as_a_whole(text, length):
    html = render(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "MAX_PART", length)
        assert parts.sanitize_in_parts(html) == html


def test_script_is_removed_from_html_that_is_sanitized_in_parts():
    html = '<p onclick="harm()">&amp;<a href="javascript:harm()">x</a></p>\n<style>x</style>' * 3_000
    assert parts.sanitize_in_parts(html) == sanitize(html)


def test_definitions_that_hide_each_other_are_parsed_a_few_times(monkeypatch):
    links = [f'[a{number}]: https://example.com/{number} "`"\n[t][a{number + 1}] `\n\n' for number in range(200)]
    spy = Mock(wraps=comrak.render_markdown)
    monkeypatch.setattr(comrak, "render_markdown", spy)
    html = render("`[a0]`\n\n" + "".join(links))

    assert spy.call_count < 10
    assert "example.com/199" in html
