"""Open code and long blocks of a growing text: new text is appended plain until the block closes."""

from unittest.mock import Mock

import pytest

from conversations.markdown import Append, Commit, Tail, incremental, render
from conversations.markdown.blocks import find_closed_blocks
from conversations.markdown.incremental import MAX_OPEN
from tests.markdown.browser import extract_text, grow, kinds

# Fenced code


def test_the_lines_of_an_open_fence_are_appended():
    _, flushes = grow("```python\n", "def f(x):\n", "    return x < 1", "\n")

    [[tail], *appended] = flushes
    assert "<code data-open></code>" in tail.html
    assert appended == [[Append("def f(x):\n")], [Append("    return x < 1")], [Append("\n")]]


def test_a_snapshot_has_the_appended_lines_of_an_open_fence():
    renderer, _ = grow("```python\n", "def f(x):\n", "    return x < 1\n")
    assert renderer.snapshot()[1].endswith("<code data-open>def f(x):\n    return x &lt; 1\n</code></pre></div>")


@pytest.mark.parametrize("marker", ["```", "~~~~", "   ```"])
def test_a_line_that_can_still_close_the_fence_is_held_back(marker):
    renderer, flushes = grow(f"{marker}\na\n", "  ", marker.strip()[:-1], marker[-1], "\nb\n")

    assert flushes[1:4] == [[], [], []]
    assert kinds(flushes[4]) == [Commit, Tail]
    assert renderer.snapshot() == (render(f"{marker}\na\n{marker}\n"), render("b"))


def test_a_line_that_looked_like_the_closing_fence_is_shown():
    renderer, flushes = grow("```\n", "``", "`x\n", "``\n", "```\n")

    assert flushes[1:4] == [[], [Append("```x\n")], [Append("``\n")]]
    assert renderer.snapshot() == (render("```\n```x\n``\n```\n"), "")


def test_a_closed_fence_is_highlighted_at_once():
    _, flushes = grow("```python\n", "x = 1\n", "```\n")

    assert flushes[2] == [Commit(render("```python\nx = 1\n```"))]
    assert '<span class="n">' in flushes[2][0].html


def test_code_loses_the_indent_of_its_open_fence():
    renderer, _ = grow("  ```\n", "  a\n", "    b\n", " c")
    assert extract_text(renderer.snapshot()[1]).endswith("a\n  b\nc")


# Long blocks


def long_text(unit):
    """The unit repeated to slightly more than an open block may have."""
    return unit * (MAX_OPEN // len(unit) + 2)


ROW = "| a | row |\n"


@pytest.mark.parametrize("unit", ["- a point of a list\n", ROW, "a word ", "> a line of a quote\n"])
def test_past_8_kilobytes_the_text_of_a_block_is_appended_plain(unit):
    header = "| a | b |\n|---|---|\n" if unit == ROW else ""
    renderer, [[tail], *appended] = grow(header + long_text(unit), "- **bold**\n", "<b>")

    assert tail.html.endswith("</p>")
    assert appended == [[Append("- **bold**\n")], [Append("<b>")]]
    assert renderer.snapshot()[1].endswith("- **bold**\n&lt;b&gt;</p>")


@pytest.mark.parametrize("unit", ["- a point of a list\n", "7. an item\n", "> a line of a quote\n", "a line\n"])
def test_a_long_block_is_rendered_when_it_closes(unit):
    text = long_text(unit)
    renderer, flushes = grow(text, "\n", "Then ", "a paragraph", "\n", "follows")

    assert kinds(flushes[4]) == [Commit, Tail]
    assert renderer.snapshot() == (render(text), render("Then a paragraph\nfollows"))


def test_closing_renders_a_long_block():
    text = long_text("- a point of a list\n") + "- **bold**\n"
    renderer, _ = grow(text)
    renderer.close()

    assert renderer.snapshot() == (render(text), "")


def test_items_after_blank_lines_do_not_end_a_long_list():
    unit = "- a point of a list\n\n"
    _, flushes = grow(long_text(unit), unit, "  its second paragraph\n", unit)

    assert [kinds(changes) for changes in flushes[1:]] == [[Append]] * 3


def test_a_long_block_is_parsed_again_only_when_it_has_doubled(monkeypatch):
    renderer, _ = grow("<script>\n" + "\n\nx\n" * (MAX_OPEN // 4))
    spy = Mock(wraps=find_closed_blocks)
    monkeypatch.setattr(incremental, "find_closed_blocks", spy)
    for _ in range(2_000):
        renderer.write("\n\nmargin\n")
        renderer.flush()

    assert 1 <= spy.call_count <= 3
