"""The list of conversations for the page's scripts: its older pages, and whether anything has changed."""

from uuid import UUID

from django.http import HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from chatsite.accounts.http import SignedInRequest
from chatsite.accounts.models import User
from conversations.forms import first_error
from conversations.models import Conversation
from conversations.presentation.sidebar import build_sidebar, compute_etag, describe
from conversations.views.list_forms import SidebarForm
from conversations.views.refusals import refusal


@require_safe
def sidebar(request: SignedInRequest) -> HttpResponseBase:
    """`list`: the list as HTML, or with `updated` and `id` the page of it that is older than that conversation.

    `conversation`: what the conversation `open` is now, None where it was deleted; only visible pages ask, so its owner
    has seen its end. With an ETag that the script sends back: nothing, and status 304, as long as both are the same.
    """
    form = SidebarForm(request.GET)
    if not form.is_valid():
        return refusal(400, first_error(form))
    opened = find_open(request.user, form.cleaned_data["open"])
    page = build_sidebar(request.user, form.before)
    etag = compute_etag(page, opened)
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    html = render_to_string("conversations/_sidebar_list.html", {"sidebar": page}, request)
    return JsonResponse({"list": html, "conversation": opened}, headers={"ETag": etag})


def find_open(user: User, pk: UUID | None) -> dict[str, object] | None:
    """The conversation that is open in a visible page, as the page gets it."""
    if pk is None:
        return None
    conversation = Conversation.objects.visible_to(user).with_status().filter(pk=pk).first()
    if conversation is None:
        return None
    if conversation.status == "unread":
        Conversation.objects.owned_by(user).filter(pk=pk).mark_read()
    return describe(conversation)
