"""What the index of the search knows of a message, or of the title of a conversation.

Triggers in the database write these rows, and the words in an index beside them, in the transaction that changes the
text (conversations/search/entries.py).
"""

from typing import Self

from django.db import models

from chatsite.accounts.models import User


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    def owned_by(self, user: User) -> Self:
        """The texts of this person's conversations, those in the bin left out."""
        return self.filter(conversation__owner=user, conversation__deleted=None)

    def visible_to(self, user: User) -> Self:
        """What this person may look at."""
        return self.owned_by(user)


class SearchEntry(models.Model):
    # The triggers delete entries with their text: Django has to read nothing for that.
    conversation = models.ForeignKey("Conversation", models.DO_NOTHING, related_name="+", db_constraint=False)
    #: None: the entry is about the title.
    message = models.OneToOneField("Message", models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    created = models.DateTimeField()
    model = models.CharField(max_length=80, blank=True)
    has_code = models.BooleanField()

    objects = SearchEntryQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)
