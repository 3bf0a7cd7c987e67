"""A growing text: when its blocks are committed, and what the tail shows."""

from unittest.mock import Mock

import pytest

from conversations.markdown import Commit, IncrementalRenderer, Tail, incremental, render
from conversations.markdown.incremental import MIN_FLUSH_INTERVAL
from tests.markdown.browser import Browser, extract_text, grow, kinds

# Writing and flushing


@pytest.mark.parametrize("text", [None, ""])
def test_a_flush_without_new_text_changes_nothing(text):
    renderer, _ = grow("a")
    if text is not None:
        renderer.write(text)

    assert renderer.flush() == []


def test_writing_without_a_flush_renders_nothing():
    renderer = IncrementalRenderer("a")
    renderer.write("b")

    assert renderer.snapshot() == ("", "")


def test_the_text_given_at_the_start_is_part_of_the_first_flush():
    renderer = IncrementalRenderer("# Boats\n\nCalm\n")
    renderer.write("water")

    assert renderer.flush() == [Commit(render("# Boats")), Tail(0, render("Calm\nwater"))]


def test_a_carriage_return_waits_for_its_line_feed():
    renderer, _ = grow("a\r", "\nb")
    assert renderer.snapshot()[1] == render("a\nb")


# The tail


def test_a_growing_paragraph_sends_only_the_new_part():
    _, flushes = grow("Calm ", "water")
    assert flushes == [[Tail(0, '<p dir="auto">Calm</p>\n')], [Tail(18, " water</p>\n")]]


def test_an_offset_counts_utf_16_units_as_javascript_does():
    _, (_, [tail]) = grow("👍👍 a", " b")
    assert tail.start == len('<p dir="auto">') + 4 + 2


def test_an_offset_is_never_inside_a_surrogate_pair():
    """👍 and 👎 have the same first half: the common prefix in UTF-16 units ends between the halves."""
    renderer, browser = IncrementalRenderer(), Browser()
    for piece in ("a `👍", "👎` b", " 𝒳", "𝒴"):
        renderer.write(piece)
        browser.apply(renderer.flush())

    assert extract_text(browser.tail) == "a 👍👎 b 𝒳𝒴\n"


def test_an_expensive_tail_makes_the_next_flush_wait(monkeypatch):
    monkeypatch.setattr(incremental, "perf_counter", iter([0.0, 0.02]).__next__)
    renderer, _ = grow("- a")
    assert renderer.flush_interval == pytest.approx(0.2)


def test_a_cheap_tail_does_not(monkeypatch):
    monkeypatch.setattr(incremental, "perf_counter", iter([1.0, 1.001]).__next__)
    renderer, _ = grow("- a")
    assert renderer.flush_interval == MIN_FLUSH_INTERVAL


# Commits


def test_a_block_is_committed_when_the_next_one_has_a_complete_line():
    renderer, flushes = grow("one\n\n", "two", "\n")

    assert [kinds(changes) for changes in flushes] == [[Tail], [Tail], [Commit, Tail]]
    assert renderer.snapshot() == (render("one"), render("two"))


def test_after_a_commit_the_tail_starts_at_0():
    _, (_, changes) = grow("one", "\n\ntwo\n")
    assert changes == [Commit(render("one")), Tail(0, render("two"))]


def test_half_an_item_does_not_split_a_list():
    renderer, _ = grow("- a\n\n", "-", " b\n")
    assert renderer.snapshot()[0] == ""
    renderer.close()
    assert renderer.snapshot() == (render("- a\n\n- b\n"), "")


def test_closing_commits_everything_and_empties_the_tail():
    renderer, browser = IncrementalRenderer("- a\n- b"), Browser()
    browser.apply(renderer.flush())
    renderer.write("\n```\nopen")
    browser.apply(renderer.close())

    assert (browser.committed, browser.tail) == renderer.snapshot() == (render("- a\n- b\n```\nopen"), "")


def test_closing_twice_changes_nothing():
    renderer, _ = grow("a")
    renderer.close()

    assert renderer.close() == []


def test_committed_text_is_never_rendered_again(monkeypatch):
    spy = Mock(wraps=render)
    monkeypatch.setattr(incremental, "render", spy)
    grow(*["A paragraph of the harbour.\n\n"] * 500)

    lengths = [len(call.args[0]) for call in spy.call_args_list]
    assert len(lengths) >= 500
    assert max(lengths) < 100


def test_the_level_of_a_heading_depends_on_the_first_one():
    renderer, _ = grow("## a\n\n", "b\n\n", "### c\n\n", "d\n")
    renderer.close()

    assert renderer.snapshot()[0] == render("## a\n\nb\n\n### c\n\nd")
    assert "<h4" in renderer.snapshot()[0]


# Link definitions


def test_a_definition_that_nothing_used_so_far_is_text_and_later_blocks_can_use_it():
    renderer, _ = grow("[quay]: https://example.com\n[mill]: https://example.org\n\n", "one\n\n", "a [mill]\n\n", "end")
    assert extract_text(renderer.snapshot()[0]).startswith("[quay]: https://example.com\n[mill]: https://example.org\n")
    renderer.close()

    assert renderer.snapshot()[0].endswith(render("[mill]: https://example.org\n\none\n\na [mill]\n\nend"))


def test_a_link_defined_after_its_use_is_only_in_the_rendering_of_the_whole():
    """The caller compares the two and sends a snapshot of the whole."""
    text = "the [quay]\n\none\n\n[quay]: https://example.com\n"
    renderer, _ = grow(*text)
    renderer.close()

    assert extract_text(renderer.snapshot()[0]) == "the [quay]\none\n[quay]: https://example.com\n"
    assert extract_text(render(text)) == "the quay\none\n"


def test_every_later_block_may_use_a_link_often():
    renderer, _ = grow(f"[quay]: https://example.com/{'quay' * 20}\n\n", *["[quay] [quay] [quay]\n\n"] * 9, "end")
    renderer.close()

    assert renderer.snapshot()[0].count(">quay</a>") == 27


def test_a_very_long_address_is_not_repeated_in_every_block():
    pieces = [f"[quay]: https://example.com/{'quay' * 1_000}\n\n", *["[quay]\n\n"] * 200]
    renderer, _ = grow(*pieces)
    renderer.close()

    assert len(renderer.snapshot()[0]) < 10 * len("".join(pieces))
