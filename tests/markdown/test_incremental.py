"""One text that grows: when blocks are committed, what the tail shows, what is only appended."""

import pytest

from conversations.markdown import Append, Commit, IncrementalRenderer, Tail, render
from conversations.markdown import incremental as module
from conversations.markdown.incremental import MAX_OPEN, MIN_FLUSH_INTERVAL

from .browser import Browser, text_of


def grow(*pieces):
    """The operations of each piece, and the text as it is afterwards."""
    growing = IncrementalRenderer()
    flushed = []
    for piece in pieces:
        growing.write(piece)
        flushed.append(growing.flush())
    return growing, flushed


def kinds(operations):
    return [type(operation) for operation in operations]


def test_nothing_new_sends_nothing():
    growing, _ = grow("a")
    assert growing.flush() == []
    growing.write("")
    assert growing.flush() == []


def test_writing_alone_renders_nothing():
    growing = IncrementalRenderer("a")
    growing.write("b")
    assert growing.snapshot() == ("", "")


def test_a_growing_paragraph_sends_only_what_is_new():
    _, (first, second) = grow("Calm ", "water")
    assert first == [Tail(0, '<p dir="auto">Calm</p>\n')]
    assert second == [Tail(18, " water</p>\n")]


def test_offsets_count_as_javascript_does():
    _, (_, second) = grow("👍👍 a", " b")
    assert second[0].start == len('<p dir="auto">') + 4 + 2


def test_a_pair_of_surrogates_is_never_split():
    """The two signs share their first half: a prefix in UTF-16 units would end between the halves."""
    growing, browser = IncrementalRenderer(), Browser()
    for piece in ("a `👍", "👎` b", " 𝒳", "𝒴"):
        growing.write(piece)
        browser.apply(growing.flush())
    assert text_of(browser.tail).strip() == "a 👍👎 b 𝒳𝒴"


def test_a_block_is_committed_when_the_next_owns_a_complete_line():
    growing, flushed = grow("one\n\n", "two", "\n")
    assert [kinds(operations) for operations in flushed] == [[Tail], [Tail], [Commit, Tail]]
    assert growing.snapshot() == (render("one"), render("two"))


def test_after_a_commit_the_tail_starts_anew():
    _, (_, operations) = grow("one", "\n\ntwo\n")
    assert operations == [Commit(render("one")), Tail(0, render("two"))]


def test_a_list_is_not_split_by_half_an_item():
    growing, _ = grow("- a\n\n", "-", " b\n")
    assert growing.snapshot()[0] == ""
    growing.close()
    assert growing.snapshot() == (render("- a\n\n- b\n"), "")


def test_the_lines_of_an_open_fence_are_only_appended():
    growing, flushed = grow("```python\n", "def f(x):\n", "    return x < 1", "\n")
    assert kinds(flushed[0]) == [Tail]
    assert "<code data-open></code>" in flushed[0][0].html
    assert flushed[1:] == [[Append("def f(x):\n")], [Append("    return x < 1")], [Append("\n")]]
    assert growing.snapshot()[1].endswith("<code data-open>def f(x):\n    return x &lt; 1\n</code></pre></div>")


@pytest.mark.parametrize("marks", ["```", "~~~~", "   ```"])
def test_a_line_that_may_close_the_fence_is_held_back(marks):
    growing, flushed = grow(f"{marks}\na\n", "  ", marks.strip()[:-1], marks[-1], "\nb\n")
    assert flushed[1:4] == [[], [], []]
    assert kinds(flushed[4]) == [Commit, Tail]
    assert growing.snapshot() == (render(f"{marks}\na\n{marks}\n"), render("b"))


def test_a_line_that_only_seemed_to_close_the_fence_is_shown():
    growing, flushed = grow("```\n", "``", "`x\n", "``\n", "```\n")
    assert flushed[1:4] == [[], [Append("```x\n")], [Append("``\n")]]
    assert growing.snapshot() == (render("```\n```x\n``\n```\n"), "")


def test_a_closed_fence_is_coloured_at_once():
    _, flushed = grow("```python\n", "x = 1\n", "```\n")
    assert flushed[2] == [Commit(render("```python\nx = 1\n```"))]
    assert '<span class="n">' in flushed[2][0].html


def test_an_indented_fence_loses_its_indent_while_it_is_open():
    growing, _ = grow("  ```\n", "  a\n", "    b\n", " c")
    assert text_of(growing.snapshot()[1]).endswith("a\n  b\nc")


@pytest.mark.parametrize("unit", ["- a point of a list\n", "| a | row |\n", "a word ", "> a line of a quote\n"])
def test_past_8_kilobytes_text_is_appended_plain(unit):
    start = "| a | b |\n|---|---|\n" if unit[0] == "|" else ""
    growing, flushed = grow(start + unit * (MAX_OPEN // len(unit) + 2), "- **bold**\n", "<b>")
    assert flushed[0][0].html.endswith("</p>")
    assert flushed[1:] == [[Append("- **bold**\n")], [Append("<b>")]]
    assert growing.snapshot()[1].endswith("- **bold**\n&lt;b&gt;</p>")
    growing.close()
    assert growing.snapshot()[0].count("data-open") == 0


@pytest.mark.parametrize("unit", ["- a point of a list\n", "7. an item\n", "> a line of a quote\n", "a line\n"])
def test_a_long_block_is_rendered_when_it_closes(unit):
    text = unit * (MAX_OPEN // len(unit) + 2)
    growing, flushed = grow(text, "\n", "Then ", "a paragraph", "\n", "follows")
    assert kinds(flushed[4]) == [Commit, Tail]
    assert growing.snapshot() == (render(text), render("Then a paragraph\nfollows"[:16] + "\nfollows"))


def test_items_after_blank_lines_do_not_end_a_long_list():
    unit = "- a point of a list\n\n"
    _, flushed = grow(unit * (MAX_OPEN // len(unit) + 2), unit, "  its second paragraph\n", unit)
    assert [kinds(operations) for operations in flushed[1:]] == [[Append]] * 3


def counted(monkeypatch, name):
    """How long each text was that the module gave to its function of this name."""
    function, lengths = getattr(module, name), []

    def counting(text):
        lengths.append(len(text))
        return function(text)

    monkeypatch.setattr(module, name, counting)
    return lengths


def test_an_open_block_is_parsed_again_only_when_it_may_have_closed(monkeypatch):
    growing, _ = grow("<script>\n" + "\n\nx\n" * (MAX_OPEN // 4))
    parsed = counted(monkeypatch, "find_closed_blocks")
    for _ in range(2_000):
        growing.write("\n\nmargin\n")
        growing.flush()
    assert 1 <= len(parsed) <= 3


def test_committed_text_is_never_rendered_again(monkeypatch):
    rendered = counted(monkeypatch, "render")
    grow(*["A paragraph of the harbour.\n\n"] * 500)
    assert len(rendered) >= 500
    assert max(rendered) < 100


def test_a_dear_tail_waits_and_a_cheap_one_does_not(monkeypatch):
    clock = iter([0.0, 0.02, 1.0, 1.001])
    monkeypatch.setattr(module, "perf_counter", lambda: next(clock))
    growing, _ = grow("- a")
    assert growing.flush_interval == pytest.approx(0.2)
    growing.write("b")
    growing.flush()
    assert growing.flush_interval == MIN_FLUSH_INTERVAL


def test_a_text_that_is_already_there_is_taken_at_once():
    growing = IncrementalRenderer("# Boats\n\nCalm\n")
    growing.write("water")
    assert growing.flush() == [Commit(render("# Boats")), Tail(0, render("Calm\nwater"))]


def test_a_carriage_return_waits_for_its_line_feed():
    growing, flushed = grow("a\r", "\nb")
    assert kinds(flushed[0]) == [Tail]
    assert growing.snapshot()[1] == render("a\nb")


def test_closing_commits_all_and_empties_the_tail():
    growing, browser = IncrementalRenderer("- a\n- b"), Browser()
    browser.apply(growing.flush())
    growing.write("\n```\nopen")
    browser.apply(growing.close())
    assert (browser.committed, browser.tail) == growing.snapshot() == (render("- a\n- b\n```\nopen"), "")
    assert growing.close() == []


def test_a_tail_that_comes_to_nothing_is_taken_away():
    growing, browser = IncrementalRenderer(), Browser()
    for piece in ("[a]: https://example", ".com 'title'", "\n", "\n"):
        growing.write(piece)
        browser.apply(growing.flush())
    browser.apply(growing.close())
    assert (browser.committed, browser.tail) == ("", "")


def test_a_link_may_be_defined_in_an_earlier_block():
    growing, _ = grow("[quay]: https://example.com\n\n", "one\n\n", "the [quay]\n\n", "end")
    growing.close()
    assert growing.snapshot()[0] == render("[quay]: https://example.com\n\none\n\nthe [quay]\n\nend")
    assert "<a " in growing.snapshot()[0]


def test_a_link_defined_later_is_only_in_the_whole():
    """The caller compares, and sends a snapshot of the whole."""
    text = "the [quay]\n\none\n\n[quay]: https://example.com\n"
    growing, _ = grow(*text)
    growing.close()
    assert "<a " not in growing.snapshot()[0]
    assert "<a " in render(text)


def test_every_later_block_knows_a_link_however_often_it_is_used():
    growing, _ = grow(f"[quay]: https://example.com/{'quay' * 20}\n\n", *["[quay] [quay] [quay]\n\n"] * 9, "end")
    growing.close()
    assert growing.snapshot()[0].count("<a ") == 27


def test_a_very_long_address_is_not_repeated_by_every_block():
    pieces = [f"[quay]: https://example.com/{'quay' * 1_000}\n\n", *["[quay]\n\n"] * 200]
    growing, _ = grow(*pieces)
    growing.close()
    assert len(growing.snapshot()[0]) < 10 * len("".join(pieces))
