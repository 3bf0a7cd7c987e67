"""The pages on which staff read a conversation and export it as a file: only for a reason, and always with a record."""

from uuid import UUID

from asgiref.sync import async_to_sync
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chatsite.accounts.http import SignedInRequest
from conversations.admin.transcript_access import TEMPLATES, page_context, transcript_reader_required
from conversations.models import AccessRecord, Attachment, Conversation, UnknownMessage
from conversations.presentation.exports import export_json
from conversations.presentation.markdown_export import export_markdown
from conversations.transcripts.forms import ReasonForm
from conversations.transcripts.reasons import get_last_reason, get_reason, remember_reason
from conversations.transcripts.transcript import Transcript, build_transcript
from conversations.views.serving import serve


@transcript_reader_required
@require_http_methods(["GET", "HEAD", "POST"])
def read_transcript(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask for the reason (GET), record it and show the transcript (POST).

    While the reason is valid, other versions and pages are shown without asking (GET with `message`).
    """
    conversation = get_conversation(request, pk)
    if request.method != "POST":
        if "message" in request.GET and get_reason(request, pk):
            return show_transcript(request, conversation)
        return show_reason_form(request, conversation, ReasonForm(initial={"reason": get_last_reason(request)}))
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return show_reason_form(request, conversation, form)
    reason = form.cleaned_data["reason"]
    # Rendered inside the transaction: if the page fails, there is no record of it.
    with transaction.atomic():
        AccessRecord.record(AccessRecord.Kind.OPENED, request.user, conversation, reason)
        response = show_transcript(request, conversation)
    remember_reason(request, reason, conversation.pk)
    return response


@transcript_reader_required
@require_http_methods(["GET", "HEAD", "POST"])
def export_transcript(request: SignedInRequest, pk: UUID, file_format: str) -> HttpResponse:
    """Record the export and return the file. The `file_format` is "md" or "json".

    The reason is the one that was sent, or the one for which the transcript was opened. Without one, ask for it.
    """
    conversation = get_conversation(request, pk)
    if request.method != "POST":
        return show_reason_form(request, conversation, ReasonForm(), file_format)
    form = ReasonForm(request.POST if "reason" in request.POST else {"reason": get_reason(request, pk)})
    if not form.is_valid():
        return show_reason_form(request, conversation, form, file_format)
    with transaction.atomic():
        AccessRecord.record(AccessRecord.Kind.EXPORTED, request.user, conversation, form.cleaned_data["reason"])
        if file_format == "json":
            text = export_json(conversation)
            content_type = "application/json"
        else:
            text = export_markdown(get_transcript(request, conversation, all_pages=True))
            content_type = "text/markdown; charset=utf-8"
    return HttpResponse(
        text,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="conversation-{conversation.pk}.{file_format}"'},
    )


@transcript_reader_required
@require_safe
def open_file(request: SignedInRequest, pk: UUID, file: UUID) -> HttpResponseBase:
    """Record that a file was opened and send it; only from an open transcript, whose reason is still valid."""
    conversation = get_conversation(request, pk)
    attachment = get_object_or_404(
        Attachment.objects.filter(messages__conversation=conversation).select_related("original").distinct(), pk=file
    )
    reason = get_reason(request, pk)
    if not reason:
        return redirect("admin:transcript", pk=pk)
    AccessRecord.record(AccessRecord.Kind.FILE, request.user, conversation, reason)
    return async_to_sync(serve)(request, attachment.original, attachment.media_type, attachment.name)


def get_conversation(request: SignedInRequest, pk: UUID) -> Conversation:
    return get_object_or_404(Conversation.objects.readable_by(request.user).select_related("owner"), pk=pk)


def get_transcript(request: SignedInRequest, conversation: Conversation, *, all_pages: bool = False) -> Transcript:
    """Return the part of the transcript that the address names."""
    message = request.GET.get("message")
    try:
        return build_transcript(
            conversation, UUID(message) if message else None, request.GET.get("page"), all_pages=all_pages
        )
    except (ValueError, UnknownMessage):
        raise Http404 from None


def show_transcript(request: SignedInRequest, conversation: Conversation) -> HttpResponse:
    context = page_context(request, _("Transcript")) | {"transcript": get_transcript(request, conversation)}
    return render(request, f"{TEMPLATES}/transcript.html", context)


def show_reason_form(
    request: SignedInRequest, conversation: Conversation, form: ReasonForm, file_format: str = ""
) -> HttpResponse:
    """Show the form for the reason, and what may be known of the conversation without one."""
    title = _("Export a transcript") if file_format else _("Open a transcript")
    context = page_context(request, title) | {
        "conversation": conversation,
        "form": form,
        "file_format": file_format,
        "size": conversation.messages.count(),
    }
    return render(request, f"{TEMPLATES}/reason.html", context, status=400 if form.errors else 200)
