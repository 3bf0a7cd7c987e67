"""Opening a conversation in the admin, and taking it away as a file: for a reason, and never without a record."""

from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chatsite.accounts.http import SignedInRequest
from conversations.admin.pages import context_of
from conversations.models import AccessRecord, Conversation, UnknownMessage
from conversations.presentation import exports
from conversations.transcripts.reasons import ReasonForm, for_readers, keep, reason_for
from conversations.transcripts.transcript import Transcript, transcript_of

TEMPLATES = "admin/conversations/conversation"


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def transcript(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The reason is asked for (GET), recorded (POST), and holds for other versions and pages (GET with `message`)."""
    conversation = _found(request, pk)
    if request.method == "POST":
        return _opened(request, conversation)
    if "message" in request.GET and reason_for(request, pk):
        return _shown(request, conversation)
    return _asked(request, conversation, ReasonForm(initial={"reason": reason_for(request, "last")}))


def _opened(request: SignedInRequest, conversation: Conversation) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _asked(request, conversation, form)
    reason = form.cleaned_data["reason"]
    with transaction.atomic():
        AccessRecord.record_opening(request.user, conversation, reason)
        response = _shown(request, conversation)
    keep(request, reason, conversation.pk)
    return response


def _shown(request: SignedInRequest, conversation: Conversation) -> HttpResponse:
    context = context_of(request, _("Transcript"), transcript=_transcript(request, conversation))
    return render(request, f"{TEMPLATES}/transcript.html", context)


def as_markdown(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return _export(request, pk, "md")


def as_json(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return _export(request, pk, "json")


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def _export(request: SignedInRequest, pk: UUID, kind: str) -> HttpResponse:
    """The file, recorded as an export; the reason is that of the opened transcript, or asked for."""
    conversation = _found(request, pk)
    given = request.POST if "reason" in request.POST else {"reason": reason_for(request, pk)}
    form = ReasonForm(given if request.method == "POST" else None)
    if not form.is_valid():
        return _asked(request, conversation, form, kind)
    with transaction.atomic():
        AccessRecord.record_export(request.user, conversation, form.cleaned_data["reason"])
        return _file(request, conversation, kind)


def _file(request: SignedInRequest, conversation: Conversation, kind: str) -> HttpResponse:
    if kind == "json":
        text, content_type = exports.as_json(conversation), "application/json"
    else:
        text, content_type = (
            exports.as_markdown(_transcript(request, conversation, whole=True)),
            "text/markdown; charset=utf-8",
        )
    name = f'attachment; filename="conversation-{conversation.pk}.{kind}"'
    return HttpResponse(text, content_type=content_type, headers={"Content-Disposition": name})


def _found(request: SignedInRequest, pk: UUID) -> Conversation:
    return get_object_or_404(Conversation.objects.readable_by(request.user).select_related("owner"), pk=pk)


def _transcript(request: SignedInRequest, conversation: Conversation, *, whole: bool = False) -> Transcript:
    """The page that the address asks for; with `whole` all of its path."""
    message, page = request.GET.get("message"), request.GET.get("page")
    try:
        return transcript_of(conversation, UUID(message) if message else None, page, whole=whole)
    except (ValueError, UnknownMessage):
        raise Http404 from None


def _asked(request: SignedInRequest, conversation: Conversation, form: ReasonForm, kind: str = "") -> HttpResponse:
    """The form for the reason, with what may be known of the conversation without one."""
    context = context_of(
        request,
        _("Export a transcript") if kind else _("Open a transcript"),
        conversation=conversation,
        form=form,
        kind=kind,
        size=conversation.messages.count(),
    )
    return render(request, f"{TEMPLATES}/reason.html", context, status=400 if form.errors else 200)
