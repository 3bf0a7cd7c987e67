"""Deletes all that is stored of people who have deleted their account, step by step, so that others can write."""

import logging

from chatsite.accounts.models import User
from conversations.models.conversation import Conversation
from conversations.models.usage import Usage

logger = logging.getLogger(__name__)

#: Rows of each kind that one step deletes or detaches.
CONVERSATIONS_PER_STEP, CALLS_PER_STEP = 20, 500


def erase_step() -> bool:
    """Delete a part of what is stored of one person; False if nothing can be deleted now.

    A conversation in which a reply is being written waits until that has ended, and the account waits for it.
    """
    for person in User.objects.awaiting_deletion().order_by("deletion_requested_at", "pk"):
        conversations = Conversation.objects.deletable_by(person)
        keys = list(conversations.without_running_reply().values_list("pk", flat=True)[:CONVERSATIONS_PER_STEP])
        if keys and conversations.filter(pk__in=keys).purge():
            return True
        if conversations.exists():
            continue
        usage = Usage.objects.filter(user=person)
        calls = list(usage.values_list("pk", flat=True)[:CALLS_PER_STEP])
        if usage.filter(pk__in=calls).update(user=None):
            return True
        pk = person.pk
        person.delete()
        logger.info("All that was stored of person %s is deleted, as requested by this person.", pk)
        return True
    return False
