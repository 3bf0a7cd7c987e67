"""The access records about a person's conversations, as that person sees them."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chatsite.accounts.http import SignedInRequest
from conversations.models import AccessRecord, Conversation

PAGE_SIZE = 50


@require_safe
def readers(request: SignedInRequest) -> HttpResponse:
    records = AccessRecord.objects.for_owner(request.user).with_addresses()
    page = Paginator(records, PAGE_SIZE).get_page(request.GET.get("page"))
    ids = [record.conversation_id for record in page]
    conversations = Conversation.objects.visible_to(request.user).in_bulk(ids)
    rows = [(record, conversations.get(record.conversation_id)) for record in page]
    return render(request, "settings/readers.html", {"rows": rows, "page_obj": page})
