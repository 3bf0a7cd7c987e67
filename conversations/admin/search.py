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
from chatsite.accounts.models import User
from conversations.admin.queries import find_people
from conversations.admin.transcript_access import TEMPLATES, page_context, transcript_reader_required
from conversations.models import AccessRecord, Message
from conversations.models.message import MessageQuerySet
from conversations.search.forms import SearchForm, start_of_day
from conversations.search.messages import find_newest_messages, matching, older_than
from conversations.search.snippets import make_message_snippet
from conversations.transcripts.reasons import get_last_reason, remember_reason

PAGE_SIZE = 50


@transcript_reader_required
@require_http_methods(["GET", "HEAD", "POST"])
def search_in_texts(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        return show_page(request, SearchForm(initial={"reason": get_last_reason(request)}))
    form = SearchForm(request.POST)
    messages = select_messages(request, form) if form.is_valid() else None
    if messages is None:
        return show_page(request, form, status=400)
    words, reason = form.cleaned_data["words"], form.cleaned_data["reason"]
    # Searched before the transaction: on SQLite a transaction would keep everybody from writing during the search.
    messages = messages.select_related("conversation__owner")
    matches = find_newest_messages(messages, words, PAGE_SIZE + 1, owners=form.cleaned_data["people"])
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


def select_messages(request: SignedInRequest, form: SearchForm) -> MessageQuerySet | None:
    """Return the messages in which to search, and put the `people` whose messages they are into the form's data.

    Returns None, with an error in the form, if the form names a person or a message that does not exist.
    """
    fields = form.cleaned_data
    fields["people"] = list(User.objects.values_list("pk", flat=True))
    readable = Message.objects.readable_by(request.user)
    messages = readable.defer("content", "html", "thinking_html", "system")
    if fields["person"]:
        fields["people"] = find_people(request, fields["person"])
        if not fields["people"]:
            form.add_error("person", _("Nobody here has such a name or address."))
            return None
    if fields["since"]:
        messages = messages.filter(created__gte=start_of_day(fields["since"]))
    if fields["until"]:
        messages = messages.filter(created__lt=start_of_day(fields["until"] + timedelta(days=1)))
    if fields["before"]:
        last = readable.filter(pk=fields["before"]).first()
        if last is None:
            form.add_error("before", _("The list has changed. Search once more."))
            return None
        messages = messages.filter(older_than(last))
    return messages


def show_page(request: SignedInRequest, form: SearchForm, *, status: int = 200, **results: Any) -> HttpResponse:
    context = page_context(request, _("Search in texts")) | {"form": form, **results}
    return render(request, f"{TEMPLATES}/search.html", context, status=status)
