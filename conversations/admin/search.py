"""Searching in what everybody wrote: for a reason, and with a record for each conversation of which anything is shown.

Words and reason travel in the form's body, never in an address: addresses end up in logs.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from chatsite.accounts.http import SignedInRequest
from conversations.admin.lists import people_found
from conversations.admin.pages import context_of
from conversations.models import AccessRecord, Message
from conversations.models.message import MessageQuerySet
from conversations.search.messages import find_newest_messages, older_than
from conversations.search.snippets import snippet
from conversations.transcripts.reasons import ReasonForm, for_readers, keep, reason_for

HITS = 50
MOST_WORDS = 8


class Day(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    # Beyond them a day has no midnight in every time zone.
    default_validators = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


class SearchForm(ReasonForm):
    words = forms.CharField(
        label=_("Words"),
        max_length=200,
        help_text=_("All of them must occur in one message. Capitals make no difference."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Say what to look for.")},
    )
    person = forms.CharField(
        label=_("Person"), required=False, max_length=200, help_text=_("Name or e-mail address; empty: everybody.")
    )
    since = Day(label=_("From"), required=False)
    until = Day(label=_("To"), required=False)
    # The last message of the page before.
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)

    field_order = ["words", "person", "since", "until", "reason"]

    def clean_words(self) -> list[str]:
        words = self.cleaned_data["words"].split()
        if len(words) > MOST_WORDS:
            raise ValidationError(_("Look for at most %(most)d words."), params={"most": MOST_WORDS})
        # Fewer are in nearly every text, and no index helps to find them. One Chinese character has three bytes.
        if not any(len(word.encode()) >= 3 for word in words):
            raise ValidationError(_("One of the words must have at least three letters."))
        return list(words)


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        return _searched(request, SearchForm(request.POST))
    return _page(request, SearchForm(initial={"reason": reason_for(request, "last")}))


def _searched(request: SignedInRequest, form: SearchForm) -> HttpResponse:
    place = _place(request, form) if form.is_valid() else None
    if place is None:
        return _page(request, form, status=400)
    words, reason = form.cleaned_data["words"], form.cleaned_data["reason"]
    # Read before the transaction: on SQLite that would keep everybody from writing for as long as the search takes.
    hits = find_newest_messages(place.select_related("conversation__owner"), words, HITS + 1)
    shown, more = hits[:HITS], hits[HITS:]
    with transaction.atomic():
        AccessRecord.record_search(request.user, " ".join(words), reason, shown)
        response = _page(
            request,
            form,
            searched=True,
            hits=[(message, snippet(message.text, words)) for message in shown],
            last=shown[-1] if more else None,
        )
    keep(request, reason)
    return response


def _place(request: SignedInRequest, form: SearchForm) -> MessageQuerySet | None:
    """The messages in which to look; None when the form names what does not exist."""
    asked = form.cleaned_data
    found = Message.objects.readable_by(request.user).defer("blocks", "html", "system")
    if asked["person"]:
        people = people_found(request, asked["person"])
        if not people:
            form.add_error("person", _("Nobody here has such a name or address."))
            return None
        found = found.filter(conversation__owner__in=people)
    if asked["since"]:
        found = found.filter(created__gte=_midnight(asked["since"]))
    if asked["until"]:
        found = found.filter(created__lt=_midnight(asked["until"] + timedelta(days=1)))
    if asked["before"]:
        last = Message.objects.readable_by(request.user).filter(pk=asked["before"]).first()
        if last is None:
            form.add_error("before", _("The list has changed. Search once more."))
            return None
        found = found.filter(older_than(last))
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _page(request: SignedInRequest, form: SearchForm, *, status: int = 200, **results: Any) -> HttpResponse:
    context = context_of(request, _("Search in texts"), form=form, **results)
    return render(request, "admin/conversations/conversation/search.html", context, status=status)
