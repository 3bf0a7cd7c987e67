"""The index of the search holds exactly the texts that there are, whatever happens to them."""

import random
import sqlite3
import sys

from django.core.management import call_command
from django.db import connection, transaction

from conversations.models import EarlierTurn, Message, SearchEntry
from conversations.models.words import index_document
from conversations.replies.checkpoints import store_texts
from conversations.search.query import parse_query
from conversations.search.sqlite import check_fts5
from tests.history import TEST_RUNNER, begin, create_conversation, edit, finish_answer


def indexed_words() -> list[set[str]]:
    """The words of each entry, as the database has them."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT words FROM conversations_searchwords ORDER BY rowid")
            return [set(words.split()) for (words,) in cursor.fetchall()]
        cursor.execute("SELECT tsvector_to_array(words) FROM conversations_searchentry ORDER BY id")
        return [set(words) for (words,) in cursor.fetchall()]


def words_of(owner, *texts: str) -> list[set[str]]:
    return [set(index_document(owner.pk, text).split()) for text in texts]


def test_questions_answers_and_titles_are_indexed_for_their_owner(alice, bob):
    finish_answer(begin(alice, "One question"), "An answer")
    finish_answer(begin(bob, "Two questions"), "Another answer")
    assert indexed_words() == [
        *words_of(alice, "One question", "One question", "An answer"),
        *words_of(bob, "Two questions", "Two questions", "Another answer"),
    ]


def test_a_checkpoint_changes_nothing_in_the_index(alice):
    answer = begin(alice, "One question")
    before = indexed_words()
    store_texts([(answer.pk, "A growing answer")], TEST_RUNNER)
    assert indexed_words() == before


def test_an_answer_whose_process_has_gone_is_indexed_as_far_as_it_was_stored(alice):
    answer = begin(alice, "One question")
    store_texts([(answer.pk, "A growing answer")], TEST_RUNNER)
    Message.objects.filter(pk=answer.pk).update(heartbeat="2020-01-01T00:00Z")
    assert Message.objects.all().interrupt_stale() == 1
    assert indexed_words()[-1:] == words_of(alice, "A growing answer")


def test_a_text_that_is_stored_again_replaces_the_old_one(alice):
    answer = finish_answer(begin(alice, "One question"), "Short")
    answer.finish(state="complete", ending="finished", content=[{"type": "text", "text": "A longer text"}])
    assert indexed_words() == words_of(alice, "One question", "One question", "A longer text")


def test_an_answer_that_is_written_on_after_a_decision_is_not_indexed_meanwhile(alice):
    answer = begin(alice, "One question")
    answer.wait_for_decision([{"type": "text", "text": "May I"}])
    assert indexed_words()[-1:] == words_of(alice, "May I")
    answer.resume(TEST_RUNNER)
    assert len(indexed_words()) == 2
    answer.runner = TEST_RUNNER
    finish_answer(answer, "May I continue")
    assert indexed_words()[-1:] == words_of(alice, "May I continue")


def test_copies_of_turns_and_new_titles_are_indexed(alice):
    conversation = create_conversation(alice, "One question", "Another")
    conversation.reword(conversation.thread()[0].pk, "One better question")
    conversation.rename("A name")
    texts = ["One question", "An answer.", "Another", "An answer.", "One better question"]
    copies = ["An answer.", "Another", "An answer.", "A name"]
    assert sorted(map(sorted, indexed_words())) == sorted(map(sorted, words_of(alice, *texts, *copies)))


def test_the_turns_that_a_program_sends_are_indexed(alice):
    begin(alice, "Now", earlier=(EarlierTurn("user", "Before"), EarlierTurn("assistant", "Yes")))
    assert sorted(map(sorted, indexed_words())) == sorted(map(sorted, words_of(alice, "Now", "Now", "Before", "Yes")))


def test_a_failed_transaction_leaves_the_index_as_it_was(alice):
    with transaction.atomic():
        create_conversation(alice)
        assert len(indexed_words()) == 3
        transaction.set_rollback(True)
    assert indexed_words() == []


def test_nothing_is_left_of_a_deleted_conversation(alice):
    conversation = create_conversation(alice, "One question")
    finish_answer(edit(conversation, None, "Another version"))
    conversation.delete()
    assert indexed_words() == []
    assert not SearchEntry.objects.exists()


def test_a_person_who_is_deleted_takes_the_index_along(alice):
    create_conversation(alice)
    alice.delete()
    assert indexed_words() == []


def test_the_migration_indexes_old_texts_once(alice, transactional_db):
    begin(alice, "One question")
    finish_answer(begin(alice, "Two questions"), "```\ncode\n```")
    SearchEntry.objects.all().delete()
    assert indexed_words() == []
    for _ in range(2):
        call_command("migrate", "conversations", "0012", verbosity=0)
        call_command("migrate", "conversations", verbosity=0)
    assert len(indexed_words()) == 5
    assert SearchEntry.objects.filter(has_code=True, message__text__startswith="```").exists()
    # The triggers are there again.
    finish_answer(begin(alice, "Three questions"), "The last one")
    assert indexed_words()[-1:] == words_of(alice, "The last one")


def test_a_sqlite_without_fts5_is_reported(monkeypatch):
    def connect(_name):
        raise sqlite3.OperationalError("no such module: fts5")

    monkeypatch.setattr(connection, "vendor", "sqlite")
    assert check_fts5() == []
    monkeypatch.setattr(sqlite3, "connect", connect)
    assert [error.id for error in check_fts5()] == ["search.E001"]


def test_a_text_of_any_characters_can_be_indexed(alice):
    characters = [chr(code) for code in range(1, sys.maxunicode + 1, 7) if not 0xD800 <= code < 0xE000]
    random.Random(1).shuffle(characters)
    finish_answer(begin(alice, "One question"), "".join(characters))
    finish_answer(begin(alice, "One question"), "今天" * 100_000)
    assert len(indexed_words()) == 6


if connection.vendor == "postgresql":

    def test_the_database_finds_the_same_words_as_python(alice):
        """Each character between two letters: whether it is a separator, and how it is folded."""
        codes = [*range(1, 0xD800), *range(0xE000, 0x20000, 3), 0x20000, 0x2F800]
        texts = [f"x{chr(code)}y" for code in codes]
        with connection.cursor() as cursor:
            cursor.execute("SELECT tsvector_to_array(index_document(1, text)) FROM unnest(%s::text[]) AS text", [texts])
            found = [set(words) for (words,) in cursor.fetchall()]
        differences = [
            hex(code)
            for code, text, words in zip(codes, texts, found, strict=True)
            if words != set(index_document(1, text).split(" "))
        ]
        assert differences == []

    def test_the_index_is_used(alice):
        with connection.cursor() as cursor:  # as it plans with many rows
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        entries = parse_query("canary").select_entries(SearchEntry.objects.all(), [alice.pk])
        assert "search_words" in entries.explain()
