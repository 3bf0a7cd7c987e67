"""Carol is staff who may read transcripts; Dora is a superuser to whom the permission was not given."""

import pytest
from django.contrib.auth.models import Permission

from chatsite.accounts.models import User
from conversations.models import AccessRecord
from tests.history import create_conversation

REASON = "A complaint about rudeness, ticket 12."
LIST = "/admin/conversations/conversation/"
SEARCH = f"{LIST}search/"


class Reader:
    """Staff in the admin, and what they do to read conversations."""

    def __init__(self, client, user) -> None:
        self.client = client
        client.force_login(user)

    def open(self, conversation, query="", reason=REASON):
        """Send the reason for opening a transcript."""
        return self.client.post(f"{transcript_address(conversation)}{query}", {"reason": reason})

    def look(self, conversation, query=""):
        """Go to a transcript without sending a reason."""
        return self.client.get(f"{transcript_address(conversation)}{query}")

    def export(self, conversation, kind, query="", **fields):
        return self.client.post(f"{export_address(conversation, kind)}{query}", fields)

    def search(self, words, **fields):
        return self.client.post(SEARCH, {"words": words, "reason": REASON, **fields})


def transcript_address(conversation) -> str:
    return f"{LIST}{conversation.pk}/transcript/"


def export_address(conversation, kind) -> str:
    return f"{LIST}{conversation.pk}/transcript.{kind}"


def access_records():
    """All records, oldest first: (reader, owner, kind, reason)."""
    return list(AccessRecord.objects.order_by("pk").values_list("reader__email", "owner__email", "kind", "reason"))


def allow_reading(user) -> None:
    user.user_permissions.add(Permission.objects.get(codename="read_transcripts"))


@pytest.fixture
def carol(carol):
    allow_reading(carol)
    return carol


@pytest.fixture
def reader(client, carol):
    return Reader(client, carol)


@pytest.fixture
def dora(db):
    return User.objects.create_superuser("dora@example.com", None, first_name="Dora")


@pytest.fixture
def conversation(alice):
    """A conversation of Alice."""
    return create_conversation(alice, "Where is the canary?")
