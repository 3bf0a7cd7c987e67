"""The reasons for reading that a session remembers.

A reason is valid for one conversation and 15 minutes. During this time the reader can go to other versions and pages of
it without giving a reason again. Opening the conversation from a list asks again, with the last reason filled in, and
creates a record of its own.
"""

import time
from uuid import UUID

from django.http import HttpRequest

VALID_SECONDS = 15 * 60
#: The session holds {conversation id or LAST: [reason, time]} under this key.
SESSION_KEY = "reasons"
LAST = "last"


def remember_reason(request: HttpRequest, reason: str, conversation: UUID | None = None) -> None:
    """Remember a reason that was just given and recorded."""
    reasons = {key: entry for key, entry in request.session.get(SESSION_KEY, {}).items() if _is_valid(entry)}
    reasons[LAST] = [reason, time.time()]
    if conversation is not None:
        reasons[str(conversation)] = reasons[LAST]
    request.session[SESSION_KEY] = reasons


def get_reason(request: HttpRequest, conversation: UUID) -> str:
    """Return the reason that is still valid for this conversation, or ""."""
    return _get_entry(request, str(conversation))


def get_last_reason(request: HttpRequest) -> str:
    """Return the reason given last, for any conversation, or ""."""
    return _get_entry(request, LAST)


def _get_entry(request: HttpRequest, key: str) -> str:
    entry = request.session.get(SESSION_KEY, {}).get(key)
    return entry[0] if entry and _is_valid(entry) else ""


def _is_valid(entry: list[str | float]) -> bool:
    _reason, given = entry
    return time.time() - float(given) < VALID_SECONDS
