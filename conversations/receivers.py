"""What happens to conversations when something happens to people."""

from typing import Any

from django.dispatch import receiver

from chatsite.accounts.models import User, deactivated
from conversations.models import Message


@receiver(deactivated)
def stop_replies_of_the_deactivated(user: User, **kwargs: Any) -> None:
    """Ask every reply that is being written for this person to stop; the writer looks once a second."""
    Message.objects.writing().filter(conversation__owner=user).request_stop(Message.Ending.DEACTIVATED)
