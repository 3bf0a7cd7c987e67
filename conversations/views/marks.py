"""Where a conversation stands in the lists: pinned, archived; and several of them archived or deleted at once."""

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views import View
from django.views.decorators.http import require_POST

from chatsite import errors
from chatsite.accounts.http import SignedInRequest
from chatsite.http import is_from_script, see_other
from conversations.forms import first_error
from conversations.models import Conversation
from conversations.views.list_forms import SelectionActionForm
from conversations.views.refusals import no_content


class MarkView(View):
    """A mark of a conversation: set it (POST), or remove it (DELETE, or POST with `remove` from a plain form)."""

    http_method_names = ["post", "delete"]

    def post(self, request: SignedInRequest, pk: UUID) -> HttpResponse:
        conversation = get_object_or_404(Conversation.objects.editable_by(request.user), pk=pk)
        self.mark(conversation, "remove" not in request.POST)
        return no_content() if is_from_script(request) else see_other("conversation", pk=pk)

    def delete(self, request: SignedInRequest, pk: UUID) -> HttpResponse:
        self.mark(get_object_or_404(Conversation.objects.editable_by(request.user), pk=pk), False)
        return no_content()

    def mark(self, conversation: Conversation, is_set: bool) -> None:
        raise NotImplementedError


class PinView(MarkView):
    """At the top of the list."""

    def mark(self, conversation: Conversation, is_set: bool) -> None:
        conversation.set_pinned(is_set)


class ArchiveView(MarkView):
    """Out of the list, without being deleted."""

    def mark(self, conversation: Conversation, is_set: bool) -> None:
        conversation.set_archived(is_set)


@require_POST
def change_selection(request: SignedInRequest) -> HttpResponse:
    """Archive or delete several conversations, or undo that. What is not the person's is left out, as if unknown."""
    form = SelectionActionForm(request.POST)
    if not form.is_valid():
        return errors.render_error(request, 400, first_error(form))
    action = form.cleaned_data["action"]
    # What is in the bin can be restored, and nothing else.
    can_be_in_bin = action in {"delete", "restore"}
    allowed = Conversation.objects.deletable_by if can_be_in_bin else Conversation.objects.editable_by
    with transaction.atomic():
        # In an order, so that two selections do not wait for each other.
        for conversation in allowed(request.user).filter(pk__in=form.cleaned_data["ids"]).order_by("pk"):
            match action:
                case "delete":
                    conversation.bin()
                case "restore":
                    conversation.restore()
                case _:
                    conversation.set_archived(action == "archive")
    if is_from_script(request):
        return no_content()
    return see_other({"archive": "archive", "delete": "bin"}.get(action, "conversations"))
