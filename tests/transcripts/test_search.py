"""The search in what everybody wrote: what is found, how it is shown, and what is recorded."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils.html import escape

from conversations.models import AccessRecord
from tests.history import begin, create_conversation, finish_answer, retry
from tests.transcripts.conftest import REASON, SEARCH, access_records, transcript_address


def owners_of_hits(page):
    """Whose messages are on a page of results, newest first."""
    return re.findall(r"<li>\s*<p>\s*<strong>(\w+)@", page.text)


def snippets_of(page):
    return re.findall(r'<p class="snippet" dir="auto">(.*?)</p>', page.text)


# Results


def test_carol_finds_the_word_in_a_question_and_in_an_answer(reader, alice, bob):
    create_conversation(alice, "Where is the canary?")
    finish_answer(begin(bob), "The Canary flew away.")
    create_conversation(bob, "Where is the parrot?")
    page = reader.search("canary")
    assert page.status_code == 200
    assert owners_of_hits(page) == ["bob", "alice"]
    assert snippets_of(page) == ["The <mark>Canary</mark> flew away.", "Where is the <mark>canary</mark>?"]


def test_an_answer_is_shown_without_the_signs_of_markdown(reader, alice):
    finish_answer(begin(alice), "The **canary** in [its cage](https://example.com/)")
    assert snippets_of(reader.search("canary")) == ["The <mark>canary</mark> in its cage"]
    assert snippets_of(reader.search("**canary**")) == [
        "The <mark>**canary**</mark> in [its cage](https://example.com/)"
    ]


def test_all_words_must_occur_and_each_is_marked(reader, alice):
    create_conversation(alice, "The canary and the cage", "Only the canary", "Only the cage")
    assert snippets_of(reader.search("CAGE canary")) == ["The <mark>canary</mark> and the <mark>cage</mark>"]


@pytest.mark.parametrize(
    "words",
    [
        "100%",
        "snake_case",
        r"C:\dir",
        "it's",
        '"quoted"',
        "<b>",
        "&amp;",
        "[a-z]+",
        "日本語",
    ],
)
def test_every_character_means_itself_and_is_shown_escaped(reader, alice, words):
    create_conversation(alice, f"Before {words} after")
    create_conversation(alice, "100x snakeXcase C:Xdir its quoted b amp az 日本")
    assert snippets_of(reader.search(words)) == [f"Before <mark>{escape(words)}</mark> after"]


def test_a_long_text_is_shown_around_the_match_only(reader, alice):
    create_conversation(alice, "secret beginning " + "x " * 300 + "the canary " + "y " * 300 + "secret end")
    [snippet] = snippets_of(reader.search("canary"))
    assert snippet.startswith("… ")
    assert snippet.endswith(" …")
    assert "<mark>canary</mark>" in snippet
    assert "secret" not in snippet


def test_all_versions_are_searched(reader, alice):
    first = finish_answer(begin(alice), "A first canary")
    finish_answer(retry(first), "A second parrot")
    assert snippets_of(reader.search("canary")) == ["A first <mark>canary</mark>"]


def test_the_bin_is_searched_and_its_hits_are_marked(reader, alice):
    create_conversation(alice, "Where is the canary?").bin()
    page = reader.search("canary")
    assert owners_of_hits(page) == ["alice"]
    assert "in the bin since" in page.text


def test_an_answer_that_is_being_written_is_not_found(reader, alice):
    answer = begin(alice)
    answer.conversation.messages.filter(pk=answer.pk).update(text="A growing canary")
    assert owners_of_hits(reader.search("canary")) == []


@pytest.mark.parametrize("person", ["bob@example.com", "Bob"])
def test_a_search_can_be_limited_to_one_person(reader, alice, bob, person):
    create_conversation(alice, "Where is the canary?")
    create_conversation(bob, "Where is the canary?")
    assert owners_of_hits(reader.search("canary", person=person)) == ["bob"]
    assert [owner for _reader, owner, _kind, _reason in access_records()] == ["bob@example.com"]


@pytest.mark.parametrize(
    ("days", "number"),
    [
        ({"until": "2020-05-17"}, 1),
        ({"until": "2020-05-16"}, 0),
        ({"since": "2020-05-18"}, 1),
        ({"since": "2020-05-17", "until": "2020-05-17"}, 1),
    ],
)
def test_a_search_can_be_limited_to_some_days(reader, alice, days, number):
    conversation = create_conversation(alice, "An old canary", "A new canary")
    old = conversation.messages.filter(text="An old canary")
    old.update(created=datetime(2020, 5, 17, 23, 59, tzinfo=UTC))
    assert len(owners_of_hits(reader.search("canary", **days))) == number


def test_older_hits_come_on_the_next_page_with_records_of_their_own(reader, alice, bob):
    create_conversation(bob, "The first canary")
    conversation = create_conversation(alice, *(f"Canary {number}" for number in range(50)))
    # All were created at the same moment: only the ids tell which is older.
    conversation.messages.update(created=conversation.created + timedelta(seconds=1))
    first_page = reader.search("canary")
    assert len(owners_of_hits(first_page)) == 50
    assert {owner for _reader, owner, _kind, _reason in access_records()} == {"alice@example.com"}
    [last] = re.findall(r'name="before" value="([\w-]+)"', first_page.text)
    second_page = reader.search("canary", before=last)
    assert owners_of_hits(second_page) == ["bob"]
    assert 'name="before" value' not in second_page.text
    assert access_records()[-1][1] == "bob@example.com"


def test_a_hit_links_to_its_message_which_asks_for_a_reason(reader, alice):
    conversation = create_conversation(alice, *(f"Question {number}" for number in range(30)))
    early = conversation.messages.get(text="Question 2")
    page = reader.search("Question 2", person="alice")
    link = f"{transcript_address(conversation)}?message={early.pk}#m-{early.pk}"
    assert f'href="{link}"' in page.text
    form = reader.client.get(link)
    assert f'value="{REASON}"' in form.text
    assert "Question 2" not in form.text
    assert f'id="m-{early.pk}"' in reader.open(conversation, f"?message={early.pk}").text
    assert [kind for _reader, _owner, kind, _reason in access_records()] == ["searched", "opened"]


# Records


def test_each_conversation_in_the_results_gets_one_record(reader, alice, bob):
    create_conversation(alice, "canary one", "canary two")
    create_conversation(bob, "canary three")
    reader.search("canary")
    assert sorted(access_records()) == [
        ("carol@example.com", "alice@example.com", "searched", REASON),
        ("carol@example.com", "bob@example.com", "searched", REASON),
    ]


def test_the_record_of_a_search_names_the_conversation_and_the_words(reader, alice):
    conversation = create_conversation(alice, "canary one")
    reader.search("canary")
    record = AccessRecord.objects.get()
    assert (record.conversation_id, record.words) == (conversation.pk, "canary")


def test_a_search_without_results_is_recorded_too(reader, alice):
    create_conversation(alice)
    page = reader.search("canary")
    assert "Nothing was found" in page.text
    assert access_records() == [("carol@example.com", None, "searched", REASON)]


# Bad input


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
        ({"person": "\ufffd" * 200}, "Nobody here has such a name or address."),
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"until": "2026-02-30"}, "Enter a valid date."),
        ({"before": "abc"}, "Enter a valid UUID."),
        ({"before": "00000000-0000-4000-8000-000000000000"}, "Search once more."),
    ],
)
def test_an_invalid_form_is_refused_with_a_sentence_and_keeps_what_was_typed(reader, conversation, fields, sentence):
    page = reader.search(**{"words": "canary"} | fields)
    assert page.status_code == 400
    assert sentence in page.text
    assert f'value="{REASON}"' in page.text or "reason" in fields
    assert owners_of_hits(page) == []
    assert access_records() == []


def test_a_nul_is_refused(reader, conversation):
    response = reader.client.post(SEARCH, b"words=can%00ary", "application/x-www-form-urlencoded")
    assert response.status_code == 400


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("field", ["since", "until"])
def test_days_at_the_ends_of_the_calendar_are_no_server_error(reader, conversation, day, field):
    assert reader.search("canary", **{field: day}).status_code in {200, 400}


# Queries


def test_many_hits_need_no_more_queries_than_one(reader, alice, bob, django_assert_max_num_queries):
    create_conversation(alice, "canary")
    reader.search("canary")
    with django_assert_max_num_queries(30) as queries:
        reader.search("canary")
    for person in (alice, bob) * 5:
        create_conversation(person, "canary", "canary")
    with django_assert_max_num_queries(len(queries)):
        reader.search("canary")
