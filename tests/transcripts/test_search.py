"""Searching in what everybody wrote: what is found, how it is shown, and what is left of it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils.html import escape

from conversations.models import AccessRecord
from tests.history import begin, create_conversation, finish_answer, retry
from tests.transcripts.conftest import REASON, SEARCH, address, records


def found(page):
    """Whose messages are on a page of results, newest first."""
    return re.findall(r"<li>\s*<p>\s*<strong>(\w+)@", page.text)


def snippets(page):
    return re.findall(r'<p class="snippet" dir="auto">(.*?)</p>', page.text)


def test_carol_finds_the_word_in_a_question_and_in_an_answer(reader, alice, bob):
    create_conversation(alice, "Where is the canary?")
    finish_answer(begin(bob), "The Canary flew away.")
    create_conversation(bob, "Where is the parrot?")
    page = reader.search("canary")
    assert page.status_code == 200
    assert found(page) == ["bob", "alice"]
    assert snippets(page) == ["The <mark>Canary</mark> flew away.", "Where is the <mark>canary</mark>?"]


def test_each_conversation_that_is_shown_gets_one_record(reader, alice, bob):
    hers = create_conversation(alice, "canary one", "canary two")
    create_conversation(bob, "canary three")
    reader.search("canary")
    assert sorted(records()) == [
        ("carol@example.com", "alice@example.com", "searched", REASON),
        ("carol@example.com", "bob@example.com", "searched", REASON),
    ]
    record = AccessRecord.objects.get(owner=hers.owner)
    assert (record.conversation_id, record.words) == (hers.pk, "canary")


def test_a_search_that_finds_nothing_is_recorded_too(reader, alice):
    create_conversation(alice)
    page = reader.search("canary")
    assert "Nothing was found" in page.text
    assert records() == [("carol@example.com", None, "searched", REASON)]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"words": ""}, "Say what to look for."),
        ({"words": "  "}, "Say what to look for."),
        ({"words": "a b"}, "at least three letters"),
        ({"words": "x" * 201}, "at most 200 characters"),
        ({"words": "word " * 9}, "at most 8 words"),
        ({"reason": ""}, "Say why you want to read this."),
        ({"person": "nobody@example.org"}, "Nobody here has such a name or address."),
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"until": "2026-02-30"}, "Enter a valid date."),
        ({"before": "abc"}, "Enter a valid UUID."),
        ({"before": "00000000-0000-4000-8000-000000000000"}, "Search once more."),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence_and_nothing_is_shown(reader, alice, fields, sentence):
    create_conversation(alice, "Where is the canary?")
    page = reader.search(**{"words": "canary"} | fields)
    assert page.status_code == 400
    assert sentence in page.text
    assert found(page) == []
    assert f'value="{REASON}"' in page.text or "reason" in fields
    assert records() == []


def test_a_nul_and_days_at_the_ends_of_time_are_no_fault_of_the_server(reader, alice):
    create_conversation(alice, "Where is the canary?")
    assert reader.client.post(SEARCH, b"words=can%00ary", "application/x-www-form-urlencoded").status_code == 400
    for day in ("0001-01-01", "9999-12-31"):
        for field in ("since", "until"):
            assert reader.search("canary", **{field: day}).status_code in {200, 400}
    assert reader.search("canary", person="\ufffd" * 200).status_code == 400


@pytest.mark.parametrize(
    "words", ["100%", "snake_case", r"C:\dir", "it's", '"quoted"', "<b>", "&amp;", "[a-z]+", "日本語"]
)
def test_every_character_means_itself_and_is_shown_escaped(reader, alice, words):
    create_conversation(alice, f"Before {words} after")
    create_conversation(alice, "100x snakeXcase C:Xdir its quoted b amp az 日本")
    page = reader.search(words)
    assert snippets(page) == [f"Before <mark>{escape(words)}</mark> after"]


def test_all_words_must_be_there_and_each_is_marked(reader, alice):
    create_conversation(alice, "The canary and the cage", "Only the canary", "Only the cage")
    assert snippets(reader.search("CAGE canary")) == ["The <mark>canary</mark> and the <mark>cage</mark>"]


def test_a_long_text_is_shown_around_the_hit_only(reader, alice):
    create_conversation(alice, "secret beginning " + "x " * 300 + "the canary " + "y " * 300 + "secret end")
    [piece] = snippets(reader.search("canary"))
    assert piece.startswith("… ")
    assert piece.endswith(" …")
    assert "<mark>canary</mark>" in piece
    assert "secret" not in piece


def test_other_versions_and_the_bin_are_searched_and_what_is_being_written_is_not(reader, alice, bob):
    first = finish_answer(begin(alice), "A first canary")
    finish_answer(retry(first), "A second parrot")
    first.conversation.bin()
    growing = begin(bob)
    growing.conversation.messages.filter(pk=growing.pk).update(text="A growing canary")
    page = reader.search("canary")
    assert found(page) == ["alice"]
    assert "in the bin since" in page.text


def test_a_search_can_be_about_one_person(reader, alice, bob):
    create_conversation(alice, "Where is the canary?")
    create_conversation(bob, "Where is the canary?")
    for person in ("bob@example.com", "Bob"):
        assert found(reader.search("canary", person=person)) == ["bob"]
    assert {owner for _, owner, _, _ in records()} == {"bob@example.com"}


def test_a_search_can_be_about_some_days(reader, alice):
    conversation = create_conversation(alice, "An old canary", "A new canary")
    [old] = conversation.messages.filter(text="An old canary")
    conversation.messages.filter(pk=old.pk).update(created=datetime(2020, 5, 17, 23, 59, tzinfo=UTC))
    for days, number in (
        ({"until": "2020-05-17"}, 1),
        ({"until": "2020-05-16"}, 0),
        ({"since": "2020-05-18"}, 1),
        ({"since": "2020-05-17", "until": "2020-05-17"}, 1),
    ):
        assert len(found(reader.search("canary", **days))) == number


def test_what_is_older_comes_on_the_next_page_with_records_of_its_own(reader, alice, bob):
    create_conversation(bob, "The first canary")
    conversation = create_conversation(alice, *(f"Canary {number}" for number in range(50)))
    moment = conversation.created + timedelta(seconds=1)
    conversation.messages.update(created=moment)  # one moment: only the id tells them apart
    first = reader.search("canary")
    assert len(found(first)) == 50
    assert {owner for _, owner, _, _ in records()} == {"alice@example.com"}
    [last] = re.findall(r'name="before" value="([\w-]+)"', first.text)
    second = reader.search("canary", before=last)
    assert found(second) == ["bob"]
    assert 'name="before" value' not in second.text
    assert records()[-1][1] == "bob@example.com"


def test_a_hit_leads_to_its_message_and_opening_it_leaves_a_record(reader, alice):
    conversation = create_conversation(alice, *(f"Question {number}" for number in range(30)))
    [early] = conversation.messages.filter(text="Question 2")
    page = reader.search("Question 2", person="alice")
    link = f"{address(conversation)}?message={early.pk}#m-{early.pk}"
    assert f'href="{link}"' in page.text
    asked = reader.client.get(link)
    assert f'value="{REASON}"' in asked.text
    assert "Question 2" not in asked.text
    assert f'id="m-{early.pk}"' in reader.open(conversation, f"?message={early.pk}").text
    assert [kind for _, _, kind, _ in records()] == ["searched", "opened"]


def test_a_list_of_hits_asks_no_more_of_the_database_than_one_hit(reader, alice, bob, django_assert_max_num_queries):
    create_conversation(alice, "canary")
    reader.search("canary")
    with django_assert_max_num_queries(30) as one:
        reader.search("canary")
    for person in (alice, bob) * 5:
        create_conversation(person, "canary", "canary")
    with django_assert_max_num_queries(len(one)):
        reader.search("canary")
