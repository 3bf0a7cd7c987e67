"""Who read this person's conversations: what the admin recorded about them, for them to see."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chatsite.accounts.http import SignedInRequest
from conversations.models import AccessRecord, Conversation

LISTED = 50


@require_safe
def readers(request: SignedInRequest) -> HttpResponse:
    records = AccessRecord.objects.for_owner(request.user).with_addresses()
    page = Paginator(records, LISTED).get_page(request.GET.get("page"))
    mine = Conversation.objects.owned_by(request.user).in_bulk([each.conversation_id for each in page])
    rows = [(record, mine.get(record.conversation_id)) for record in page]
    return render(request, "settings/readers.html", {"rows": rows, "page_obj": page})
