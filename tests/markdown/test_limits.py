"""What would grow without measure is shown plainly. Asserted on sizes and shapes, never by a stopwatch."""

import pytest

from conversations.markdown import IncrementalRenderer, render
from conversations.markdown.limits import MAX_CELLS, MAX_MARKERS, limit_complexity
from conversations.markdown.render import FORMULA_MARK, MAX_FORMULA_MARKS

from .browser import Seen, text_of


def table(columns, rows, row="x"):
    return "|a" * columns + "|\n" + "|-" * columns + "|\n" + f"{row}\n" * rows


def full(columns):
    return "|" + "cell|" * columns


def test_a_table_that_would_become_20_megabytes_is_code():
    html = render(table(1000, 2000))
    assert Seen(html).tags.count("pre") == 1
    assert "<td" not in html
    assert len(html) < 10_000


def test_the_limit_is_20_000_cells():
    within, beyond = table(20, MAX_CELLS // 20 - 1, full(20)), table(20, MAX_CELLS // 20 + 1, full(20))
    assert render(within).count("<td") == MAX_CELLS - 20
    assert "<td" not in render(beyond)
    assert text_of(render(beyond)).count("cell") == MAX_CELLS + 20


def test_many_small_tables_of_made_up_cells_are_code_as_well():
    html = render((table(140, 140) + "\n") * 20)
    assert "<td" not in html
    assert len(html) < 100_000


def test_a_table_of_one_column_needs_no_bars():
    lines = "a\n:-\n" + "x\n" * MAX_CELLS
    assert "<td" not in render(lines)
    assert render("a\n:-\n" + "x\n" * 100).count("<td") == 100


def test_a_long_paragraph_after_an_underlined_heading_is_no_table():
    text = "a\n---\n" + "x\n" * (MAX_CELLS + 1)
    assert limit_complexity(text) == text


def test_rows_of_dashes_within_a_large_table_are_code_as_well():
    html = render(table(300, 300) + "|-" * 300 + "|\n" + "x\n" * 300 + "\nafter\n")
    assert "<td" not in html
    assert Seen(html).tags.count("pre") == 1
    assert html.endswith('<p dir="auto">after</p>\n')


def test_an_ordinary_table_with_some_missing_cells_stays_one():
    assert render("| name | size | note |\n|---|---|---|\n| a | 1 |\n| b |\n").count("<td") == 6


@pytest.mark.parametrize("prefix", ["> ", "   ", "> > "])
def test_a_large_table_in_a_quote_stays_text(prefix):
    html = render("".join(f"{prefix}{line}\n" for line in table(300, 300).splitlines()))
    assert "<td" not in html
    assert len(html) < 20_000


def test_a_large_table_in_a_list_stays_text():
    lines = table(300, 300).splitlines()
    html = render(f"- {lines[0]}\n" + "".join(f"  {line}\n" for line in lines[1:]))
    assert "<td" not in html
    assert len(html) < 20_000


def test_a_large_table_within_code_is_left_alone():
    text = f"```\n{table(300, 300)}```\n\nafter\n"
    assert limit_complexity(text) == text


@pytest.mark.parametrize("hider", ["<pre>\n```\n</pre>\n", "<!--\n~~~\n-->\n", "- ```\n\n", "`````` `\n"])
def test_no_false_fence_hides_a_large_table(hider):
    html = render(hider + table(300, 300))
    assert html.count("<td") == 0


def test_what_follows_a_large_table_is_as_it_was():
    html = render("before\n\n" + table(300, 300) + "\n**after**\n")
    assert html.startswith('<p dir="auto">before</p>\n')
    assert html.endswith('<p dir="auto"><strong>after</strong></p>\n')


@pytest.mark.parametrize("marker", [">", "> ", "- > ", "> 1. "])
def test_the_hundred_and_first_marker_of_a_line_is_text(marker):
    html = render(marker * 1000 + "deep")
    assert Seen(html).tags.count("blockquote") <= MAX_MARKERS
    assert "deep" in html
    assert len(html) < 20_000


def test_a_hundred_markers_are_still_markers():
    assert Seen(render(">" * MAX_MARKERS + " deep")).tags.count("blockquote") == MAX_MARKERS


def test_many_markers_within_code_and_long_rules_are_left_alone():
    for text in (f"```\n{'>' * 200}\n```\n", "- " * 200, "* * " * 100):
        assert limit_complexity(text) == text


UNITS = [
    "[", "*", "`", "$", ">", "<", "|", "_", "~", "&", "!", "(", "\\", "#", "-", "+", "[]", "![", "<!--", "a@",
    "www.", "[a](", "|-", "&#", "\\(", "\\[", "$`", "->", "1.",
    "**a *b ", "`` ` ", "$a ", "$$a ", "<a ", "> ", "- ", "1. ", "*a **b ", "a** ", "\t", "- [ ] ",
    "|\n", "|-\n", "|-|\n", ":-\n", "a|b\n-|-\n", "- |-|-\n",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_a_hundred_thousand_characters_of_one_mark_stay_small(unit):
    text = (unit * 100_000)[:100_000]
    assert len(render(text)) < 12 * len(text)


def test_an_unbroken_run_of_characters_is_not_searched_for_addresses():
    """comrak's search is quadratic in such a run: 4 s for 200 000 characters."""
    assert "<a" not in render("a.@a." * 2_000)
    assert "<a" in render("alice@example.com " * 2_000)


def test_thousands_of_half_formulas_are_not_searched_for_their_ends():
    """comrak's search for each is linear in the paragraph: 4 s for 200 000 characters."""
    many = r"\(" * (MAX_FORMULA_MARKS + 1)
    assert len(FORMULA_MARK.findall(many)) > MAX_FORMULA_MARKS
    assert "<math" not in render(many + r" \(x\)")
    assert "<math" in render(r"\(" * 10 + r" \(x\)")


@pytest.mark.parametrize(
    "text", [table(1000, 1000), ">" * 50_000, "- " * 20_000, table(300, 300) + "\nafter\n\nmore\n"]
)
def test_growing_is_guarded_alike(text):
    growing = IncrementalRenderer()
    sent = 0
    for place in range(0, len(text), 500):
        growing.write(text[place : place + 500])
        sent += sum(len(str(operation)) for operation in growing.flush())
    growing.close()
    assert sent < 400_000
    assert growing.snapshot() == (render(text), "")
