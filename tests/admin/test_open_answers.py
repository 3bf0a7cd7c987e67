"""What the lists of the admin show while an answer is being written."""

from tests.history import begin, create_conversation, create_usage

CONVERSATIONS = "/admin/conversations/conversation/"
MESSAGES = "/admin/conversations/message/"


def test_the_cost_of_a_conversation_with_a_running_call_is_running(client, carol, alice):
    conversation = create_conversation(alice)
    create_usage(alice, conversation=conversation, cost=None, state="open")
    client.force_login(carol)
    assert '<td class="field-cost">running</td>' in client.get(CONVERSATIONS).text
    assert "unknown" not in client.get(f"{CONVERSATIONS}{conversation.pk}/change/").text


def test_an_ending_is_shown_of_answers_only(client, carol, alice):
    answer = begin(alice)
    client.force_login(carol)
    assert client.get(MESSAGES).text.count('<td class="field-how_it_ended">none yet</td>') == 1
    assert "none yet" not in client.get(f"{MESSAGES}{answer.parent_id}/change/").text
