"""`GET /search/`: what Alice finds, how it is shown, and where it leads."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from conversations.models import EarlierTurn, Message
from conversations.search import own
from tests.history import begin, create_conversation, edit, finish_answer


@pytest.fixture
def alices(client, alice):
    client.force_login(alice)
    return client


def search(client, typed, **fields):
    return client.get("/search/", {"q": typed, **fields})


def titles(page):
    """The titles of the results, the best first."""
    found = re.findall(r'<a class="found-title"[^>]*>(.*?)</a>', page.text, re.DOTALL)
    return [unescape(re.sub(r"</?mark>", "", title)) for title in found]


def snippets(page):
    return re.findall(r'<span class="snippet" dir="auto">(.*?)</span>', page.text, re.DOTALL)


def links(page):
    return [unescape(link) for link in re.findall(r'<a class="found-hit" href="(.*?)"', page.text)]


# What is found


def test_alice_finds_words_in_questions_answers_and_titles(alices, alice):
    asked = create_conversation(alice, "Where is the canary?")
    answered = finish_answer(begin(alice, "Birds"), "The Canary flew away.").conversation
    named = create_conversation(alice, "Cages")
    named.rename("Canary bird")
    create_conversation(alice, "Where is the parrot?")
    page = search(alices, "canary")
    assert sorted(titles(page)) == sorted([asked.title, answered.title, "Canary bird"])
    assert "The <mark>Canary</mark> flew away." in snippets(page)
    assert "3 conversations" in page.text


def test_bob_does_not_find_what_alice_wrote(client, alice, bob):
    create_conversation(alice, "Where is the canary?")
    client.force_login(bob)
    assert titles(search(client, "canary")) == []


def test_the_bin_is_not_searched_and_what_is_restored_is_found_again(alices, alice):
    conversation = create_conversation(alice, "Where is the canary?")
    conversation.bin()
    assert titles(search(alices, "canary")) == []
    conversation.restore()
    assert titles(search(alices, "canary")) == ["Where is the canary?"]


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("The harbour", "harb"),
        ("The HARBOUR", "harbour"),
        ("Un café très cher", "CAFE tres"),
        ("Cafe", "café"),
        ("Cafe\u0301", "café"),
        ("Die Straße", "STRASSE"),
        ("Ο ΣΟΦΟΣ", "σοφός"),
        ("今天天气很好", "天气"),
        ("今天天气很好", "天气很"),
        ("今天天气很好", "气"),
        ("私はカメラを買う", "カメラ"),
        ("ผมชอบกาแฟ", "กาแฟ"),
        ("서울에서 만나요", "서울"),
        ("call get_first_name()", "first_na"),
        ("It costs 100%", "100%"),
        ("A well-known fact", '"well known"'),
        ("A good morning to you", '"good morn'),
    ],
)
def test_case_accents_and_beginnings_make_no_difference(alices, alice, text, typed):
    create_conversation(alice, "Another question").rename("Another")
    finish_answer(begin(alice, "A question"), text).conversation.rename("Found")
    page = search(alices, typed)
    assert titles(page) == ["Found"]
    assert "<mark>" in snippets(page)[0]


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("The harbour", "arbour"),
        ("The morning is good", '"good morning"'),
        ("Good mornings", '"good morning"'),
        ("天很好气", "天气"),
        ("天气不很好", "天气很"),
        ("Only the canary", "canary cage"),
    ],
)
def test_other_texts_are_not_found(alices, alice, text, typed):
    create_conversation(alice, text)
    assert titles(search(alices, typed)) == []


def test_all_versions_are_searched(alices, alice):
    conversation = create_conversation(alice, "The first canary")
    finish_answer(edit(conversation, None, "The second parrot"))
    assert len(links(search(alices, "canary"))) == 1


def test_an_answer_that_is_being_written_is_found(alices, alice):
    answer = begin(alice, "Birds")
    Message.objects.filter(pk=answer.pk).update(text="A growing canary")
    assert snippets(search(alices, "canary")) == ["A growing <mark>canary</mark>"]
    finish_answer(answer, "A parrot after all")
    assert titles(search(alices, "canary")) == []


def test_the_title_counts_more_than_the_text_and_new_more_than_old(alices, alice):
    old, new, named = (create_conversation(alice, f"The canary {name}") for name in ("old", "new", "named"))
    named.rename("My canary")
    Message.objects.filter(conversation=old).update(created=datetime(2020, 5, 17, tzinfo=UTC))
    for conversation in (old, new):
        conversation.rename(conversation.title.split()[-1])
    assert titles(search(alices, "canary")) == ["My canary", "new", "old"]


# Filters


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        ({"until": "2020-05-17"}, 1),
        ({"until": "2020-05-16"}, 0),
        ({"since": "2020-05-18"}, 1),
        ({"model": "claude-haiku-5-5"}, 1),
        ({"model": "claude-opus-5-5"}, 0),
        ({"code": "on"}, 1),
    ],
)
def test_a_search_can_be_limited(alices, alice, filters, number):
    old = finish_answer(begin(alice, "A"), "An old canary")
    Message.objects.filter(pk=old.pk).update(created=datetime(2020, 5, 17, 23, 59, tzinfo=UTC))
    finish_answer(begin(alice, "B", model="claude-haiku-5-5"), "A new canary\n\n```\ncode\n```")
    assert len(titles(search(alices, "canary", **filters))) == number


# Pages and fragments


def test_many_results_come_in_pages_that_keep_the_question(alices, alice):
    for number in range(25):
        create_conversation(alice, f"Canary {number}")
    first = search(alices, "canary", code="")
    assert len(titles(first)) == 20
    [link] = [unescape(link) for link in re.findall(r'href="(\?[^"]*page=2[^"]*)"', first.text)]
    second = alices.get(f"/search/{link}")
    assert len(titles(second)) == 5
    assert not set(titles(first)) & set(titles(second))


def test_the_page_says_that_only_the_newest_matches_are_ranked(alices, alice, monkeypatch):
    monkeypatch.setattr(own, "MAX_RANKED", 3)
    create_conversation(alice, *(f"Canary {number}" for number in range(5)))
    page = search(alices, "canary")
    assert "best of the 200 newest" in page.text
    assert "more match" not in page.text


def test_many_titles_do_not_hide_what_was_said(alices, alice, monkeypatch):
    monkeypatch.setattr(own, "MAX_RANKED", 1)
    said = finish_answer(begin(alice, "Birds"), "The canary flew away.").conversation
    for _cage in range(3):
        create_conversation(alice, "Cage").rename("Canary")
    assert said.title in titles(page := search(alices, "canary"))
    assert "best of the 200 newest" in page.text


def test_a_script_gets_the_best_results_alone(alices, alice):
    for number in range(10):
        create_conversation(alice, f"Canary {number}")
    page = alices.get("/search/", {"q": "can"}, headers={"X-Requested-With": "fetch"})
    assert page.text.count("<li>") == 8
    assert "<html" not in page.text
    assert "/search/?q=can" in page.text
    assert "10 conversations" in page.text


def test_many_results_need_no_more_queries_than_one(alices, alice, django_assert_max_num_queries):
    create_conversation(alice, "canary")
    with django_assert_max_num_queries(12) as queries:
        search(alices, "canary")
    for _ in range(10):
        create_conversation(alice, "canary", "canary")
    with django_assert_max_num_queries(len(queries)):
        search(alices, "canary")


# What there is to say, and bad input


@pytest.mark.parametrize(
    ("typed", "fields", "sentence"),
    [
        ("", {}, "Searches the questions, answers and titles"),
        ("a", {}, "Type at least two letters."),
        ("... ?!", {}, "Type at least two letters."),
        ("canary", {}, "Look through all conversations"),
        ("canary", {"code": "on"}, "Search without filters"),
        ("canary " * 9 + " ".join("abcdefghi"), {}, "Only the first words were used."),
    ],
)
def test_each_state_has_a_sentence(alices, typed, fields, sentence):
    page = search(alices, typed, **fields)
    assert page.status_code == 200
    assert sentence in page.text


@pytest.mark.parametrize(
    "typed",
    [
        '"', '""', '"a', "*", "a*", "NEAR(a b)", "words:canary", "-canary", "a AND", "OR", "(", ")", "'", "\\", ";--",
        "%", "_", "x" * 10_000, "a " * 5_000, '"' + "word " * 60, "日" * 300, "ca\0nary",
        "\ud800".encode("utf-8", "surrogatepass"),
        "<script>alert(1)</script>", "&:*|!<->", "\u0301", "\u200b", "🎉", "１２", "ﷺ" * 100, "a:*b'c", "1/canary",
    ],
)  # fmt: skip
@pytest.mark.parametrize("headers", [{}, {"X-Requested-With": "fetch"}])
def test_nothing_that_is_typed_fails(alices, alice, typed, headers):
    create_conversation(alice, "Where is the <b>canary</b>? 🎉")
    page = alices.get("/search/", {"q": typed}, headers=headers)
    assert page.status_code == 200
    assert "<script>alert" not in page.text


@pytest.mark.parametrize("fields", [{"since": "yesterday"}, {"until": "2026-02-30"}, {"model": "gpt"}])
def test_a_filter_that_does_not_exist_is_refused_and_the_words_stay(alices, fields):
    page = search(alices, "canary", **fields)
    assert page.status_code == 400
    assert 'value="canary"' in page.text
    assert "A filter cannot be used." in page.text


def test_hits_are_marked_and_everything_else_is_escaped(alices, alice):
    create_conversation(alice, "<b>canary</b> & <canary>")
    assert snippets(search(alices, "canary")) == [
        "&lt;b&gt;<mark>canary</mark>&lt;/b&gt; &amp; &lt;<mark>canary</mark>&gt;"
    ]


def test_earlier_turns_of_a_program_are_found(alices, alice):
    earlier = (EarlierTurn("user", "Where is the canary?"), EarlierTurn("assistant", "In the cage."))
    begin(alice, "And now?", earlier=earlier)
    assert len(links(search(alices, "canary"))) == 1
