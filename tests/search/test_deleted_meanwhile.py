"""What is deleted while it is found is left out of the results."""

from conversations.models import Conversation
from conversations.search import own
from conversations.views import search
from tests.history import create_conversation


def test_a_conversation_that_is_purged_at_this_moment_is_left_out(client, alice, monkeypatch):
    for text in ("A canary sings.", "A canary sleeps."):
        create_conversation(alice, text)

    def find_and_delete(*arguments):
        results = own.find_results(*arguments)
        Conversation.objects.get(title="A canary sings.").delete()
        return results

    monkeypatch.setattr(search, "find_results", find_and_delete)
    client.force_login(alice)
    page = client.get("/search/?q=canary")
    assert "sleeps" in page.text
    assert "sings" not in page.text
