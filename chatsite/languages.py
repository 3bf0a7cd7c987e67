"""Which language a person reads."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from chatsite.accounts.models import User


def activate_language(request: HttpRequest) -> None:
    """Activate what the person of this request has chosen, else the best language that their browser accepts."""
    chosen = request.user.language if isinstance(request.user, User) else ""
    if chosen not in dict(settings.LANGUAGES):
        # What the cookie repeats was chosen before, or by the person who was signed in before.
        request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
        chosen = translation.get_language_from_request(request)
    translation.activate(chosen)


def in_language_of(user: User) -> translation.override:
    """A context in which texts are in the language that this person has chosen, else in the active one."""
    return translation.override(user.language or translation.get_language())
