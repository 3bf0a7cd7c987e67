"""Carol is a superuser who was also given the permission to read; Dora is staff who was not."""

import pytest
from django.contrib.auth.models import Permission

from chatsite.accounts.models import User
from conversations.models import AccessRecord

REASON = "A complaint about rudeness, ticket 12."


class Reader:
    """Somebody in the admin, and the ways to what others wrote."""

    def __init__(self, client, user) -> None:
        self.client, self.user = client, user
        client.force_login(user)

    def open(self, conversation, query="", reason=REASON):
        return self.client.post(f"{address(conversation)}{query}", {"reason": reason})

    def look(self, conversation, query=""):
        return self.client.get(f"{address(conversation)}{query}")

    def export(self, conversation, kind, query="", **fields):
        return self.client.post(f"{address(conversation).rstrip('/')}.{kind}{query}", fields)

    def search(self, words, **fields):
        return self.client.post(SEARCH, {"words": words, "reason": REASON, **fields})


LIST = "/admin/conversations/conversation/"
SEARCH = f"{LIST}search/"


def address(conversation) -> str:
    return f"{LIST}{conversation.pk}/transcript/"


def records():
    return list(AccessRecord.objects.order_by("pk").values_list("reader__email", "owner__email", "kind", "reason"))


@pytest.fixture
def carol(carol):
    carol.user_permissions.add(Permission.objects.get(codename="read_transcripts"))
    return carol


@pytest.fixture
def reader(client, carol):
    return Reader(client, carol)


@pytest.fixture
def dora(db):
    return User.objects.create_superuser("dora@example.com", None, first_name="Dora")
