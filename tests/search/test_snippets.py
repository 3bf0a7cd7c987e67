"""The part of a text in which something was found."""

import re

from conversations.search.query import parse_query
from conversations.search.snippets import make_message_snippet, make_snippet
from tests.history import begin, finish_answer


def snippet(text, typed):
    return make_snippet(text, parse_query(typed).pattern)


def test_matches_are_marked_in_any_case_and_with_any_accents():
    assert snippet("A Canary and a canäry", "CANARY") == "A <mark>Canary</mark> and a <mark>canäry</mark>"


def test_a_letter_and_its_accent_are_marked_together():
    assert snippet("Cafe\u0301 au lait", "cafe") == "<mark>Cafe\u0301</mark> au lait"


def test_the_longest_word_is_marked_as_a_whole():
    assert snippet("Many canaries", "canar canaries") == "Many <mark>canaries</mark>"


def test_a_word_is_not_marked_inside_of_another():
    assert snippet("A scar on the car", "car") == "A scar on the <mark>car</mark>"


def test_a_phrase_is_marked_as_a_whole():
    assert snippet("Good, good morning", '"good morning"') == "Good, <mark>good morning</mark>"


def test_the_text_is_escaped():
    assert snippet("<b>canary</b>", "canary") == "&lt;b&gt;<mark>canary</mark>&lt;/b&gt;"


def test_a_short_text_is_shown_whole():
    assert snippet("canary " + "x" * 20, "canary") == "<mark>canary</mark> " + "x" * 20


def test_a_long_text_is_cut_between_words_on_both_sides_of_the_match():
    found = snippet("word " * 100 + "canary" + " word" * 100, "canary")
    assert found == "… " + "word " * 5 + "<mark>canary</mark>" + " word" * 49 + " …"


def test_the_start_is_shown_without_a_match():
    assert snippet("x" * 500, "canary") == "x" * 280 + " …"


def test_answers_are_shown_as_they_are_read_and_questions_as_they_were_typed(client, alice):
    answer = "A **canary** [sings](https://birds.example/), says `canary()`"
    finish_answer(begin(alice, "Is a *canary* **loud**?"), answer)
    client.force_login(alice)

    assert search(client, "canary") == [
        "A <mark>canary</mark> sings, says <mark>canary</mark>()",
        "Is a *<mark>canary</mark>* **loud**?",
    ]
    assert search(client, "birds.example") == [
        "A **canary** [sings](https://<mark>birds</mark>.<mark>example</mark>/), says `canary()`"
    ]


def search(client, typed):
    page = client.get("/search/", {"q": typed}).text
    return re.findall(r'<span class="snippet" dir="auto">(.*?)</span>', page, re.DOTALL)


def test_a_match_far_down_a_long_answer_is_found():
    text = "Much. " * 5_000 + "A **canary** sings. " + "More. " * 5_000
    snippet = make_message_snippet("assistant", text, parse_query("canary").pattern)
    assert "A <mark>canary</mark> sings." in snippet
    assert snippet.startswith("… ")
    assert snippet.endswith(" …")
