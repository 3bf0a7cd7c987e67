"""Whose turn it is to ask: one of a person's wishes at a time, and only so many replies at once."""

from django.conf import settings

from chatsite.accounts.models import User
from chatsite.prepared import Parameter, Select
from conversations.models.message import Message
from conversations.models.refusals import Refused, TooManyRunning

_ACTIVE = Select(
    lambda: User.objects.select_for_update().filter(pk=Parameter(User, "id")).order_by().values_list("is_active")
)
_RUNNING = Select(lambda: Message.objects.writing().filter(conversation__owner=Parameter(User, "id")).values_list("pk"))


def wait_for_turn(person: int) -> None:
    """Until the transaction ends, the key, the number of running replies, the tree and the bin are looked at and
    changed under this lock. Refused when the account was deactivated meanwhile.
    """
    if [True] not in map(list, _ACTIVE.rows(id=person)):
        raise Refused


def refuse_if_too_many(person: int) -> None:
    """Raises TooManyRunning; only under the lock is the number sure."""
    if len(_RUNNING.rows(id=person)) >= settings.CHAT_MAX_RUNNING_PER_PERSON:
        raise TooManyRunning
