"""Permissions that a superuser does not have automatically."""

from django.contrib.auth.models import AnonymousUser

from chatsite.accounts.models import User


def can_read_transcripts(user: User | AnonymousUser) -> bool:
    """Whether the user may read other people's conversations: staff to whom the permission was given explicitly."""
    return isinstance(user, User) and user.is_staff and user.has_explicit_permission("conversations.read_transcripts")
