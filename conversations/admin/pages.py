"""What the pages about transcripts have in common with the rest of the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from conversations.models import Conversation


def context_of(request: HttpRequest, title: Any, **more: Any) -> dict[str, Any]:
    """The admin's frame: its navigation, its breadcrumbs and a title."""
    may_list = admin.site.get_model_admin(Conversation).has_view_permission(request)
    return {
        **admin.site.each_context(request),
        "opts": Conversation._meta,
        "title": title,
        "may_list": may_list,
        **more,
    }
