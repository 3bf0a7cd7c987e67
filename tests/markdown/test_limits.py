"""Markup that would become very large or very deep HTML is shown plainly. Asserted on sizes, never by a stopwatch."""

import pytest

from conversations.markdown import IncrementalRenderer, render
from conversations.markdown.limits import MAX_CELLS, MAX_MARKERS, limit_complexity
from conversations.markdown.render import FORMULA_MARK, MAX_FORMULA_MARKS
from tests.markdown.browser import ParsedHtml, extract_text


def table(columns, rows, row="x"):
    """A table of this many columns whose rows, unless given, leave out all cells but the first."""
    return "|a" * columns + "|\n" + "|-" * columns + "|\n" + f"{row}\n" * rows


def full_row(columns):
    return "|" + "cell|" * columns


# Tables


def test_a_table_that_would_become_20_megabytes_is_shown_as_code():
    html = render(table(1000, 2000))

    assert ParsedHtml(html).tags.count("pre") == 1
    assert "<td" not in html
    assert len(html) < 10_000


def test_a_table_of_20_000_cells_is_shown_as_a_table():
    html = render(table(20, MAX_CELLS // 20 - 1, full_row(20)))
    assert html.count("<td") == MAX_CELLS - 20


def test_a_table_of_more_cells_is_shown_as_code_with_all_its_text():
    html = render(table(20, MAX_CELLS // 20 + 1, full_row(20)))

    assert "<td" not in html
    assert extract_text(html).count("cell") == MAX_CELLS + 20


def test_small_tables_that_leave_out_most_cells_are_shown_as_code():
    html = render((table(140, 140) + "\n") * 20)

    assert "<td" not in html
    assert len(html) < 100_000


@pytest.mark.parametrize(("rows", "cells"), [(100, 100), (MAX_CELLS, 0)])
def test_the_limit_holds_for_a_table_of_one_column_without_bars(rows, cells):
    assert render("a\n:-\n" + "x\n" * rows).count("<td") == cells


def test_an_ordinary_table_may_leave_out_some_cells():
    assert render("| name | size | note |\n|---|---|---|\n| a | 1 |\n| b |\n").count("<td") == 6


def test_delimiter_rows_inside_a_large_table_are_part_of_the_code():
    html = render(table(300, 300) + "|-" * 300 + "|\n" + "x\n" * 300 + "\nafter\n")

    assert "<td" not in html
    assert ParsedHtml(html).tags.count("pre") == 1
    assert html.endswith('<p dir="auto">after</p>\n')


@pytest.mark.parametrize("prefix", ["> ", "   ", "> > "])
def test_a_large_table_in_a_quote_or_indented_is_no_table(prefix):
    html = render("".join(f"{prefix}{line}\n" for line in table(300, 300).splitlines()))

    assert "<td" not in html
    assert len(html) < 20_000


def test_a_large_table_in_a_list_is_no_table():
    header, *rows = table(300, 300).splitlines()
    html = render(f"- {header}\n" + "".join(f"  {row}\n" for row in rows))

    assert "<td" not in html
    assert len(html) < 20_000


@pytest.mark.parametrize("hider", ["<pre>\n```\n</pre>\n", "<!--\n~~~\n-->\n", "- ```\n\n", "`````` `\n"])
def test_a_line_that_only_looks_like_a_fence_does_not_hide_a_large_table(hider):
    assert "<td" not in render(hider + table(300, 300))


def test_text_around_a_large_table_is_rendered_as_ever():
    html = render("before\n\n" + table(300, 300) + "\n**after**\n")

    assert html.startswith('<p dir="auto">before</p>\n')
    assert html.endswith('<p dir="auto"><strong>after</strong></p>\n')


# Nesting


@pytest.mark.parametrize("marker", [">", "> ", "- > ", "> 1. "])
def test_block_markers_after_the_thirtieth_of_a_line_are_text(marker):
    html = render(marker * 1000 + "deep")

    assert ParsedHtml(html).tags.count("blockquote") <= MAX_MARKERS
    assert "deep" in html
    assert len(html) < 20_000


def test_a_line_may_have_thirty_block_markers():
    assert ParsedHtml(render(">" * MAX_MARKERS + " deep")).tags.count("blockquote") == MAX_MARKERS


UNLIMITED = {
    "a large table in code": f"```\n{table(300, 300)}```\n\nafter\n",
    "a long paragraph after an underlined heading": "a\n---\n" + "x\n" * (MAX_CELLS + 1),
    "many markers in code": f"```\n{'>' * 200}\n```\n",
    "a long rule of hyphens": "- " * 200,
    "a long rule of asterisks": "* * " * 100,
}


@pytest.mark.parametrize("text", UNLIMITED.values(), ids=UNLIMITED)
def test_text_that_only_looks_expensive_is_not_limited(text):
    assert limit_complexity(text) == text


# Everything else

UNITS = [
    "[",
    "*",
    "`",
    "$",
    ">",
    "<",
    "|",
    "_",
    "~",
    "&",
    "!",
    "(",
    "\\",
    "#",
    "-",
    "+",
    "[]",
    "![",
    "<!--",
    "a@",
    "www.",
    "[a](",
    "|-",
    "&#",
    "\\(",
    "\\[",
    "$`",
    "->",
    "1.",
    "**a *b ",
    "`` ` ",
    "$a ",
    "$$a ",
    "<a ",
    "> ",
    "- ",
    "1. ",
    "*a **b ",
    "a** ",
    "\t",
    "- [ ] ",
    "|\n",
    "|-\n",
    "|-|\n",
    ":-\n",
    "a|b\n-|-\n",
    "- |-|-\n",
]


@pytest.mark.parametrize("unit", UNITS)
def test_the_html_of_repeated_markup_is_at_most_twelve_times_as_long(unit):
    text = (unit * 100_000)[:100_000]
    assert len(render(text)) < 12 * len(text)


def test_addresses_are_not_linked_in_a_text_with_a_very_long_unbroken_run():
    """comrak's search is quadratic in such a run: 4 s for 200 000 characters."""
    assert "<a" not in render("a.@a." * 2_000)
    assert "<a" in render("alice@example.com " * 2_000)


def test_addresses_are_not_linked_in_a_text_with_thousands_of_at_signs():
    """comrak's search is quadratic in their number too: 1 s for 200 000 characters."""
    assert "<a" not in render("alice@example.com " * 2_001)


def test_formulas_are_not_converted_in_a_text_with_thousands_of_opening_marks():
    """comrak searches the rest of the paragraph for each of them: 4 s for 200 000 characters."""
    marks = r"\(" * (MAX_FORMULA_MARKS + 1)
    assert len(FORMULA_MARK.findall(marks)) > MAX_FORMULA_MARKS

    assert "<math" not in render(marks + r" \(x\)")
    assert "<math" in render(r"\(y\)" * 10 + r" \(x\)")


GROWING = {
    "a large table": table(1000, 1000),
    "a deep quote": ">" * 50_000,
    "a deep list": "- " * 20_000,
    "a large table and more": table(300, 300) + "\nafter\n\nmore\n",
}


@pytest.mark.parametrize("text", GROWING.values(), ids=GROWING)
def test_a_growing_text_is_limited_too(text):
    renderer, sent = IncrementalRenderer(), 0
    for start in range(0, len(text), 500):
        renderer.write(text[start : start + 500])
        sent += sum(len(str(change)) for change in renderer.flush())
    renderer.close()

    assert sent < 400_000
    assert renderer.snapshot() == (render(text), "")
