"""Reacts to signals of the accounts. Connected by the app's configuration."""

from typing import Any

from django.dispatch import receiver

from chatsite.accounts.models import User, user_deactivated
from conversations.models import Message


@receiver(user_deactivated)
def stop_open_answers(user: User, **kwargs: Any) -> None:
    """Have the open answers of a deactivated person stopped; their writers look once a second."""
    Message.objects.filter(conversation__owner=user).request_stop(Message.Ending.DEACTIVATED)
