"""The part of a text in which words were found."""

from conversations.search.snippets import make_snippet


def test_matches_are_marked_in_any_case():
    assert make_snippet("A Canary and a canary", ["CANARY"]) == "A <mark>Canary</mark> and a <mark>canary</mark>"


def test_the_longest_word_is_marked_as_a_whole():
    assert make_snippet("Many canaries", ["canar", "canaries"]) == "Many <mark>canaries</mark>"


def test_the_text_is_escaped():
    assert make_snippet("<b>canary</b>", ["canary"]) == "&lt;b&gt;<mark>canary</mark>&lt;/b&gt;"


def test_a_short_text_is_shown_whole():
    assert make_snippet("canary " + "x" * 20, ["canary"]) == "<mark>canary</mark> " + "x" * 20


def test_a_long_text_is_cut_on_both_sides_of_the_match():
    snippet = make_snippet("x" * 500 + "canary" + "y" * 500, ["canary"])
    assert snippet == "… " + "x" * 80 + "<mark>canary</mark>" + "y" * 194 + " …"


def test_the_start_is_shown_without_a_match():
    assert make_snippet("x" * 500, ["canary"]) == "x" * 280 + " …"
