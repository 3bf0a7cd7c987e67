"""Conversations: begin one, read one, change one, put one into the bin, and look into the bin."""

from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from chatsite import errors
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
    return _list(request, "conversations/list.html", mine)


@require_safe
def binned(request: SignedInRequest) -> HttpResponse:
    """What is in the bin, and until when it can be put back."""
    return _list(request, "conversations/bin.html", Conversation.objects.binned_by(request.user))


def _list(request: SignedInRequest, template: str, conversations: QuerySet[Conversation]) -> HttpResponse:
    page_obj = Paginator(conversations, pages.LISTED).get_page(request.GET.get("page"))
    return render(request, template, {"page_obj": page_obj, "groups": pages.groups_of(request.user)})


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


@require_safe
def edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """A page of plain forms that rename and delete, for who has no script to do it in place."""
    mine = get_object_or_404(Conversation.objects.owned_by(request.user), pk=pk)
    return render(request, "conversations/edit.html", {"conversation": mine, "title": mine.title})


def change(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Rename, show another version, put into the bin or take out again (the one thing the bin allows)."""
    mine = get_object_or_404(Conversation, owner=request.user, pk=pk)
    form = ChangeForm(request.POST)
    if mine.deleted and "deleted" not in request.POST:
        raise Http404
    if not form.is_valid():
        return _refuse_change(request, mine, first_problem(form))
    try:
        mine.change(**form.cleaned_data)
    except UnknownMessage:
        raise Http404 from None
    if asked_by_script(request):
        return no_content()
    return see_other("bin") if mine.deleted else see_other("conversation", pk=mine.pk)


def _refuse_change(request: SignedInRequest, mine: Conversation, sentence: str) -> HttpResponse:
    """A script gets the sentence; a title typed into a plain form comes back in its page."""
    if asked_by_script(request):
        return refusal(400, sentence)
    if "title" not in request.POST or mine.deleted:
        return errors.answer(request, 400, sentence)
    context = {"conversation": mine, "title": request.POST["title"], "problem": sentence}
    return render(request, "conversations/edit.html", context, status=400)


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
