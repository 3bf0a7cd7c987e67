"""The conversations that the command palette finds."""

import pytest

from tests.history import create_conversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def find(client, alice):
    """Titles that Alice finds, in their order."""
    client.force_login(alice)

    def find_titles(text=""):
        response = client.get("/conversations/recent/", {"q": text})
        assert response.status_code == 200
        return [conversation.title for conversation in response.context["conversations"]]

    return find_titles


def test_alice_finds_her_latest_conversations(find, alice):
    for number in range(9):
        create_conversation(alice, f"Question {number}.")
    assert find() == [f"Question {number}." for number in range(8, 1, -1)]


def test_a_title_is_found_by_its_words_in_any_order_and_case(find, alice):
    create_conversation(alice, "A trip to the coast.")
    create_conversation(alice, "A trip to the moon.")
    assert find("COAST trip") == ["A trip to the coast."]
    assert find("coast moon") == []


def test_what_is_of_bob_or_in_the_bin_is_not_found(find, alice, bob):
    create_conversation(bob, "The coast of Bob.")
    create_conversation(alice, "The coast in the bin.").bin()
    assert find("coast") == []


def test_signs_with_a_meaning_in_sql_are_only_characters(find, alice):
    create_conversation(alice, "100 % cotton_wool")
    create_conversation(alice, "Nothing of it")
    assert find("%") == find("_") == ["100 % cotton_wool"]
    assert find("'; --") == []


def test_a_title_is_text(client, find, alice):
    create_conversation(alice, "<b>Bold</b> & 'quoted'")
    assert "&lt;b&gt;Bold&lt;/b&gt;" in client.get("/conversations/recent/").text


def test_more_words_than_a_search_uses_are_no_error(find, alice):
    create_conversation(alice, "word")
    assert find("word " * 1000) == ["word"]
