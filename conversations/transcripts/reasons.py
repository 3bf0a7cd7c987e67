"""The reason for reading: typed in, recorded, and kept in the session for as long as one reads on.

A reason holds for one conversation and a quarter of an hour. Meanwhile other versions and pages of it are shown without
asking again; opening it from a list asks anew, with the last reason filled in, and leaves a record of its own.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from conversations.admin.pages import context_of
from conversations.models.permissions import can_read_transcripts

SECONDS = 15 * 60
#: Where the session keeps them: {conversation, or "last": [reason, when]}.
KEPT = "reasons"


class Sentence(forms.CharField):
    """A text on one line, in which white space counts once: also for how long it is."""

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").split())


class ReasonForm(forms.Form):
    reason = Sentence(
        label=_("Reason"),
        min_length=10,
        max_length=300,
        help_text=_("In a sentence. It is stored with your name, and the person whose conversation it is reads it."),
        error_messages={
            "required": _("Say why you want to read this."),
            "min_length": _("Say why in at least %(limit_value)d characters."),
            "max_length": _("Say why in at most %(limit_value)d characters; these are %(show_value)d."),
        },
    )


def keep(request: HttpRequest, reason: str, conversation: UUID | None = None) -> None:
    """Remember a reason that was just given and recorded."""
    kept = {key: entry for key, entry in request.session.get(KEPT, {}).items() if _holds(entry)}
    kept["last"] = [reason, time.time()]
    if conversation:
        kept[str(conversation)] = kept["last"]
    request.session[KEPT] = kept


def reason_for(request: HttpRequest, conversation: UUID | str) -> str:
    """The reason that still holds for this conversation, or for "last" the one given last; empty: none."""
    entry = request.session.get(KEPT, {}).get(str(conversation))
    return entry[0] if entry and _holds(entry) else ""


def _holds(entry: list[Any]) -> bool:
    return bool(time.time() - entry[1] < SECONDS)


def for_readers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for those who may read transcripts; other staff are told, with 403, what they lack."""

    @wraps(view)
    def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if can_read_transcripts(request.user):
            return view(request, *args, **kwargs)
        context = context_of(request, _("You may not read conversations"))
        return render(request, "admin/conversations/conversation/not_permitted.html", context, status=403)

    return gate
