"""What the pages share on which staff read what people wrote: the permission and the frame of the admin."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from conversations.models import Conversation
from conversations.models.permissions import can_read_transcripts

TEMPLATES = "admin/conversations/conversation"


def transcript_reader_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Refuse, with 403 and a page that names the permission, staff who may not read transcripts."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if can_read_transcripts(request.user):
            return view(request, *args, **kwargs)
        context = page_context(request, _("You may not read conversations"))
        return render(request, f"{TEMPLATES}/not_permitted.html", context, status=403)

    return wrapper


def page_context(request: HttpRequest, title: str) -> dict[str, Any]:
    """Return what the admin's own templates need: navigation, breadcrumbs and title."""
    return {
        **admin.site.each_context(request),
        "opts": Conversation._meta,
        "title": title,
        "may_list": admin.site.get_model_admin(Conversation).has_view_permission(request),
    }
