"""The search in what everybody wrote: only for a reason, with a record for each conversation shown in the results.

Words and reason are sent in the body of the form, never in an address: addresses end up in logs.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chatsite.accounts.http import SignedInRequest
from conversations.admin.search_form import SearchForm
from conversations.admin.transcript_access import TEMPLATES, page_context, transcript_reader_required
from conversations.models import AccessRecord, Message
from conversations.models.message import MessageQuerySet
from conversations.search.forms import start_of_day
from conversations.search.messages import find_newest_messages, matching, older_than
from conversations.search.snippets import make_message_snippet
from conversations.transcripts.reasons import get_last_reason, remember_reason

PAGE_SIZE = 50


@transcript_reader_required
@require_http_methods(["GET", "HEAD", "POST"])
def search_in_texts(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        return show_page(request, SearchForm(request, initial={"reason": get_last_reason(request)}))
    form = SearchForm(request, request.POST)
    if not form.is_valid():
        return show_page(request, form, status=400)
    words, reason = form.cleaned_data["words"], form.cleaned_data["reason"]
    # Searched before the transaction: on SQLite a transaction would keep everybody from writing during the search.
    matches = find_newest_messages(
        select_messages(request, form), words, PAGE_SIZE + 1, owners=form.cleaned_data["person"]
    )
    page = matches[:PAGE_SIZE]
    with transaction.atomic():
        AccessRecord.record_search(request.user, " ".join(words), reason, page)
        response = show_page(
            request,
            form,
            searched=True,
            hits=[(message, make_message_snippet(message.role, message.text, matching(words))) for message in page],
            last=page[-1] if len(matches) > PAGE_SIZE else None,
        )
    remember_reason(request, reason)
    return response


def select_messages(request: SignedInRequest, form: SearchForm) -> MessageQuerySet:
    """The messages in which to search, of everybody."""
    fields = form.cleaned_data
    messages = Message.objects.readable_by(request.user).defer("content", "html", "thinking_html", "system")
    if fields["since"]:
        messages = messages.filter(created__gte=start_of_day(fields["since"]))
    if fields["until"]:
        messages = messages.filter(created__lt=start_of_day(fields["until"] + timedelta(days=1)))
    if fields["before"]:
        messages = messages.filter(older_than(fields["before"]))
    return messages.select_related("conversation__owner")


def show_page(request: SignedInRequest, form: SearchForm, *, status: int = 200, **results: Any) -> HttpResponse:
    context = page_context(request, _("Search in texts")) | {"form": form, **results}
    return render(request, f"{TEMPLATES}/search.html", context, status=status)
