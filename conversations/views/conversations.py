"""Conversations: begin one, read one, rename, delete and restore one, and list them. `marks.py` has the other verbs."""

from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views import View
from django.views.decorators.http import require_POST, require_safe

from chatsite import errors
from chatsite.accounts.http import SignedInRequest
from chatsite.http import is_from_script, parse_uuid, see_other
from conversations.forms import HeadForm, KeyForm, TitleForm, first_error
from conversations.models import Conversation, Message, Refused, UnknownMessage
from conversations.models.forks import fork
from conversations.presentation.sidebar import PAGE_SIZE, build_sidebar
from conversations.search.query import parse_query
from conversations.search.titles import filter_titles
from conversations.views import pages
from conversations.views.refusals import no_content, refusal, status_and_sentence
from conversations.views.turn_limit import MAX_TURNS_PER_MINUTE, turn_limit

#: Conversations that the command palette shows.
RECENT = 7


@require_safe
def new(request: SignedInRequest) -> HttpResponse:
    """An empty page to ask the first question in. What another application shares is in its field."""
    shared = [request.GET.get(name, "").strip() for name in ("title", "text", "url")]
    # Some applications share the address in the text as well.
    parts = [part for index, part in enumerate(shared) if not any(part in other for other in shared[index + 1 :])]
    return pages.render_page(request, None, draft=pages.Draft("\n".join(part for part in parts if part)))


def list_all(request: SignedInRequest) -> HttpResponse:
    """All of a person's conversations, page by page."""
    return _list(request, "conversations/list.html", Conversation.objects.listed_for(request.user).with_status())


@require_safe
def list_archive(request: SignedInRequest) -> HttpResponse:
    """The conversations that were put into the archive."""
    return _list(request, "conversations/archive.html", Conversation.objects.archived_by(request.user).with_status())


@require_safe
def list_bin(request: SignedInRequest) -> HttpResponse:
    """The conversations in the bin, and until when each can be restored."""
    return _list(request, "conversations/bin.html", Conversation.objects.binned_by(request.user))


@require_safe
def list_recent(request: SignedInRequest) -> HttpResponse:
    """The latest conversations whose titles contain the words of `q`, as options of the command palette."""
    conversations = Conversation.objects.visible_to(request.user).order_by("-updated")
    found = filter_titles(conversations, request.GET.get("q", ""))[:RECENT]
    return render(request, "conversations/_recent.html", {"conversations": found})


def _list(request: SignedInRequest, template: str, conversations: QuerySet[Conversation]) -> HttpResponse:
    page_obj = Paginator(conversations, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, template, {"page_obj": page_obj, "sidebar": build_sidebar(request.user)})


class ConversationView(View):
    """A conversation: read it (GET), or put it into the bin (DELETE)."""

    http_method_names = ["get", "head", "delete"]

    def get(self, request: SignedInRequest, pk: UUID) -> HttpResponse:
        """The page, or its turns alone for a script. `edit` names a question to show in a form, `before` a message.

        `message` names one to show with the turns around it, in which the words of the search `q` are marked.
        `head` is the last message that a script knows, in the `state` in which it knows it: where it is still the last
        one, there is nothing to send.
        """
        conversation = get_object_or_404(Conversation.objects.visible_to(request.user), pk=pk)
        if is_from_script(request) and is_head_known(request, conversation):
            return no_content()
        before = _uuid_or_404(request.GET["before"]) if "before" in request.GET else None
        message = _uuid_or_404(request.GET["message"]) if "message" in request.GET else None
        hit = parse_query(request.GET.get("q", "")).words if message else []
        edit = request.GET.get("edit", "")
        if edit and not conversation.messages.filter(pk=_uuid_or_404(edit), role=Message.Role.USER).exists():
            raise Http404
        if before is None:
            Conversation.objects.owned_by(request.user).filter(pk=pk).mark_read()
        try:
            if is_from_script(request):
                return pages.render_turns(request, conversation, before=before)
            page = pages.render_page(request, conversation, before=before, message=message, hit=hit, edit=edit)
            return pages.hide_address(page) if hit else page
        except UnknownMessage:
            raise Http404 from None

    def delete(self, request: SignedInRequest, pk: UUID) -> HttpResponse:
        """Idempotent: a conversation that is in the bin stays there."""
        get_object_or_404(Conversation.objects.deletable_by(request.user), pk=pk).bin()
        return no_content()


def is_head_known(request: SignedInRequest, conversation: Conversation) -> bool:
    head, state = str(conversation.head_id), request.GET.get("state")
    if request.GET.get("head") != head:
        return False
    return not state or conversation.messages.filter(pk=head, state=state).exists()


@require_safe
def edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """A page of plain forms that rename and delete, for browsers without JavaScript."""
    conversation = get_object_or_404(Conversation.objects.editable_by(request.user), pk=pk)
    return _edit_page(request, conversation, conversation.title)


@require_POST
def rename(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """A title that is refused comes back: to a script as a sentence, to a plain form in its page."""
    conversation = get_object_or_404(Conversation.objects.editable_by(request.user), pk=pk)
    form = TitleForm(request.POST)
    if form.is_valid():
        conversation.rename(form.cleaned_data["title"])
        return no_content() if is_from_script(request) else see_other("conversation", pk=pk)
    if is_from_script(request):
        return refusal(400, first_error(form))
    return _edit_page(request, conversation, request.POST.get("title", ""), first_error(form))


def _edit_page(request: SignedInRequest, conversation: Conversation, title: str, problem: str = "") -> HttpResponse:
    context = {"conversation": conversation, "title": title, "problem": problem}
    return render(request, "conversations/edit.html", context, status=400 if problem else 200)


@require_POST
def switch_version(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Show the branch of another version of a message."""
    conversation = get_object_or_404(Conversation.objects.editable_by(request.user), pk=pk)
    form = HeadForm(request.POST)
    if not form.is_valid():
        return errors.render_error(request, 400, first_error(form))
    try:
        conversation.switch_to(form.cleaned_data["head"])
    except Refused:
        raise Http404 from None
    return no_content() if is_from_script(request) else see_other("conversation", pk=pk)


@require_POST
def fork_conversation(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """A new conversation with the turns down to an answer."""
    answers = Message.objects.editable_by(request.user).filter(role=Message.Role.ASSISTANT)
    answer = get_object_or_404(answers.select_related("conversation"), pk=pk)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return errors.render_error(request, 400, first_error(form))
    try:
        # All are read. One conversation may have more than the limit.
        turn_limit.add(request.user.pk, min(answer.conversation.messages.count(), MAX_TURNS_PER_MINUTE))
        conversation = fork(answer, key=form.cleaned_data["key"])
    except Refused as refused:
        status, sentence, headers = status_and_sentence(refused)
        if is_from_script(request):
            return refusal(status, sentence, headers)
        draft = pages.Draft(problem=sentence)
        return pages.render_page(request, answer.conversation, draft=draft, status=status, headers=headers)
    return see_other("conversation", pk=conversation.pk)


@require_POST
def delete(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Into the bin, for a plain form; idempotent, as DELETE of the conversation itself is."""
    get_object_or_404(Conversation.objects.deletable_by(request.user), pk=pk).bin()
    return no_content() if is_from_script(request) else see_other("bin")


@require_POST
def restore(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Out of the bin; idempotent."""
    get_object_or_404(Conversation.objects.deletable_by(request.user), pk=pk).restore()
    return no_content() if is_from_script(request) else see_other("conversation", pk=pk)


def _uuid_or_404(value: str) -> UUID:
    pk = parse_uuid(value)
    if pk is None:
        raise Http404
    return pk
