"""A person's own conversations on paper and as files, and all of their data."""

from collections.abc import AsyncIterator
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from chatsite import errors
from chatsite.accounts.http import SignedInRequest
from conversations.forms import first_error
from conversations.models import Conversation
from conversations.presentation.archive import stream_all, stream_selection
from conversations.presentation.exports import build_file_name, export_own_json
from conversations.presentation.markdown_export import export_own_markdown
from conversations.views import pages
from conversations.views.list_forms import SelectionForm


@require_safe
def print_all(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """A page with all turns of the branch that is shown, for the printer."""
    conversation = get_own(request, pk)
    context = {"conversation": conversation, "turns": pages.all_turns(conversation, request.user)}
    return render(request, "conversations/print.html", context)


@require_safe
def export(request: SignedInRequest, pk: UUID, file_format: str) -> HttpResponse:
    """The conversation as a file to keep. The `file_format` is "md" or "json"."""
    conversation = get_own(request, pk)
    if file_format == "json":
        text, content_type = export_own_json(conversation), "application/json"
    else:
        text, content_type = export_own_markdown(conversation), "text/markdown; charset=utf-8"
    name = f"{build_file_name(conversation)}.{file_format}"
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(text, content_type=content_type, headers={"Content-Disposition": disposition})


def get_own(request: SignedInRequest, pk: UUID) -> Conversation:
    return get_object_or_404(Conversation.objects.visible_to(request.user).select_related("owner"), pk=pk)


@require_safe
def own_data(request: SignedInRequest) -> HttpResponse:
    """The page with the link to all of a person's data."""
    number = Conversation.objects.deletable_by(request.user).count()
    return render(request, "settings/data.html", {"number": number})


@require_safe
async def download_data(request: SignedInRequest) -> StreamingHttpResponse:
    """All of a person's data as a zip file, streamed."""
    return zip_response("chatsite", stream_all(request.user))


@require_POST
async def export_selection(request: SignedInRequest) -> HttpResponseBase:
    """Several conversations as a zip file, streamed. What is not the person's is left out, as if unknown."""
    form = SelectionForm(request.POST)
    if not form.is_valid():
        return await sync_to_async(errors.render_error)(request, 400, first_error(form))
    return zip_response("conversations", stream_selection(request.user, form.cleaned_data["ids"]))


def zip_response(name: str, chunks: AsyncIterator[bytes]) -> StreamingHttpResponse:
    """A zip file that is named after today."""
    disposition = content_disposition_header(as_attachment=True, filename=f"{name}-{timezone.now():%Y-%m-%d}.zip")
    headers = {"Content-Disposition": disposition, "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(chunks, content_type="application/zip", headers=headers)
