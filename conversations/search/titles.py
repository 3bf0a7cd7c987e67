"""Conversations by their titles, for the command palette."""

from django.db.models import QuerySet

from conversations.models import Conversation

#: Words of a search that are used; the others are ignored.
MAX_WORDS = 8


def filter_titles(conversations: QuerySet[Conversation], text: str) -> QuerySet[Conversation]:
    """Those whose titles contain all words of `text`, in any order."""
    for word in text.split()[:MAX_WORDS]:
        conversations = conversations.filter(title__icontains=word)
    return conversations
