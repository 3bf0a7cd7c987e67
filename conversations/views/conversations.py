"""Conversations: begin one, read one, change one, put one into the bin."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from chatsite.accounts.http import SignedInRequest
from chatsite.http import asked_by_script, see_other
from conversations.forms import ChangeForm, first_problem
from conversations.models import Conversation, Message, UnknownMessage
from conversations.views import pages
from conversations.views.refusals import no_content, refusal


@require_safe
def new(request: SignedInRequest) -> HttpResponse:
    """An empty page to ask the first question in."""
    return pages.page(request, None)


def every(request: SignedInRequest) -> HttpResponse:
    """All of a person's conversations, page by page."""
    mine = Conversation.objects.owned_by(request.user).order_by("-updated")
    page_obj = Paginator(mine, pages.LISTED).get_page(request.GET.get("page"))
    context = {"page_obj": page_obj, "groups": pages.groups_of(request.user)}
    return render(request, "conversations/list.html", context)


def conversation(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Read (GET), change (POST) or bin (DELETE) a conversation."""
    match request.method:
        case "GET" | "HEAD":
            return read(request, pk)
        case "POST":
            return change(request, pk)
        case "DELETE":
            return put_into_bin(request, pk)
    return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST, DELETE"})


def read(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The page, with `edit` a question of it in a form; a script gets its turns alone."""
    mine = get_object_or_404(Conversation.objects.owned_by(request.user), pk=pk)
    before = _uuid(request.GET["before"]) if "before" in request.GET else None
    edit = request.GET.get("edit", "")
    if edit and not mine.messages.filter(pk=_uuid(edit), role=Message.Role.USER).exists():
        raise Http404
    try:
        if not asked_by_script(request):
            return pages.page(request, mine, before=before, edit=edit)
        turns, older = pages.newest_turns(mine, before)
    except UnknownMessage:
        raise Http404 from None
    return render(request, "conversations/_turns.html", {"conversation": mine, "turns": turns, "older": older})


def change(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Rename, show another version, or take out of the bin again (the one thing the bin allows)."""
    mine = get_object_or_404(Conversation, owner=request.user, pk=pk)
    form = ChangeForm(request.POST)
    if mine.deleted and "deleted" not in request.POST:
        raise Http404
    if not form.is_valid():
        return refusal(400, first_problem(form))
    try:
        mine.change(**form.cleaned_data)
    except UnknownMessage:
        raise Http404 from None
    return no_content() if asked_by_script(request) else see_other("conversation", pk=mine.pk)


def put_into_bin(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Idempotent: what is in the bin already stays there."""
    mine = get_object_or_404(Conversation, owner=request.user, pk=pk)
    mine.bin()
    return no_content()


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise Http404 from None
