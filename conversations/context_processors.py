"""What every template can use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from conversations.models import Preferences, TeamSettings


def preferences(request: HttpRequest) -> dict[str, Any]:
    """`preferences`: what the person has chosen, read when a template uses it."""
    return {"preferences": SimpleLazyObject(lambda: Preferences.current(request.user.pk))}


def team(request: HttpRequest) -> dict[str, Any]:
    """`team`: the team's settings, read when a template uses them; `stand_in`: whether answers are made up;
    `can_delete_account`: whether people can delete their own account.
    """
    return {
        "team": SimpleLazyObject(TeamSettings.current),
        "stand_in": settings.STAND_IN,
        "can_delete_account": settings.ALLOW_ACCOUNT_DELETION,
    }
