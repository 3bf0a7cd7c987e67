"""A person's own conversation on paper and as a file."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chatsite.accounts.http import SignedInRequest
from conversations.models import Conversation
from conversations.presentation.exports import export_own_json, export_own_markdown
from conversations.views import pages

#: File systems take 255 bytes, and a character may have four.
MAX_NAME = 60


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


def build_file_name(conversation: Conversation) -> str:
    """The title without what a file system refuses."""
    name = "".join(character if character.isalnum() else " " for character in conversation.title)
    return " ".join(name.split())[:MAX_NAME].strip() or _("Conversation")
