"""Where the hits of a search lead."""

import pytest

from tests.history import create_conversation, edit, finish_answer
from tests.views.test_search import links, search


def test_a_hit_opens_the_part_of_the_conversation_with_its_turn(alice_client, alice):
    conversation = create_conversation(alice, "Where is the canary?", *(f"Question {n}" for n in range(60)))
    [link] = [link for link in links(search(alice_client, "canary")) if "message=" in link]
    message = conversation.messages.get(text="Where is the canary?")
    assert link == f"/conversations/{conversation.pk}/?message={message.pk}&q=canary#m-{message.pk}"
    page = alice_client.get(link)
    assert f'id="m-{message.pk}"' in page.text
    assert 'data-hit="canary"' in page.text
    assert page.text.count("<article") == 20
    assert "an earlier part" in page.text
    assert "<chat-composer" not in page.text


def test_a_hit_in_the_newest_turns_opens_the_usual_page(alice_client, alice):
    create_conversation(alice, "Where is the canary?")
    page = alice_client.get(links(search(alice_client, "canary"))[0])
    assert "<chat-composer" in page.text


def test_a_hit_in_another_version_shows_that_version_and_changes_nothing(alice_client, alice):
    conversation = create_conversation(alice, "The first canary")
    finish_answer(edit(conversation, None, "The second parrot"))
    conversation.refresh_from_db()
    head = conversation.head_id
    page = alice_client.get(links(search(alice_client, "canary"))[0])
    assert "The first canary" in page.text
    assert "The second parrot" not in page.text.split("data-turns")[1]
    assert "Continue in this version" in page.text
    conversation.refresh_from_db()
    assert conversation.head_id == head


@pytest.mark.parametrize("message", ["", "x", "00000000-0000-4000-8000-000000000000"])
def test_a_message_that_is_not_in_the_conversation_is_not_found(alice_client, alice, message):
    conversation = create_conversation(alice)
    assert alice_client.get(f"/conversations/{conversation.pk}/?message={message}").status_code == 404
