"""The form of the search in what everybody wrote."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.http import SignedInRequest
from chatsite.accounts.models import User
from conversations.admin.queries import find_people
from conversations.models import Message
from conversations.models.words import fold, split_words
from conversations.search.forms import DayField
from conversations.transcripts.forms import ReasonForm

MAX_WORDS = 8
#: Fewer bytes occur in nearly every text. A Chinese character has three.
MIN_BYTES = 3


class SearchForm(ReasonForm):
    words = forms.CharField(
        label=_("Words"),
        max_length=200,
        help_text=_(
            "All of them, or longer words that begin with them, must occur in one message. "
            "Capitals and accents make no difference."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Say what to look for.")},
    )
    person = forms.CharField(
        label=_("Person"), required=False, max_length=200, help_text=_("Name or e-mail address; empty: everybody.")
    )
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    #: The last message of the previous page of results.
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)

    field_order = ["words", "person", "since", "until", "reason"]

    def __init__(self, request: SignedInRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_words(self) -> list[str]:
        words: list[str] = self.cleaned_data["words"].split()
        if len(words) > MAX_WORDS:
            raise ValidationError(_("Look for at most %(max)d words."), params={"max": MAX_WORDS})
        if not any(len(word.encode()) >= MIN_BYTES and split_words(fold(word)) for word in words):
            raise ValidationError(_("One of the words must have at least three letters."))
        return words

    def clean_person(self) -> list[int]:
        """The keys of the people in whose messages to search."""
        if not self.cleaned_data["person"]:
            return list(User.objects.values_list("pk", flat=True))
        people = find_people(self.request, self.cleaned_data["person"])
        if not people:
            raise ValidationError(_("Nobody here has such a name or address."))
        return people

    def clean_before(self) -> Message | None:
        if not self.cleaned_data["before"]:
            return None
        last = Message.objects.readable_by(self.request.user).filter(pk=self.cleaned_data["before"]).first()
        if last is None:
            raise ValidationError(_("The list has changed. Search once more."))
        return last
