"""The forms of the search in one's own conversations, and of that in what everybody wrote."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.claude.models import available_models
from conversations.models.words import fold, split_words
from conversations.search.own import Filters
from conversations.search.query import MAX_LENGTH
from conversations.transcripts.forms import ReasonForm

MAX_WORDS = 8
#: Fewer bytes occur in nearly every text. A Chinese character has three.
MIN_BYTES = 3


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    # Days outside these limits have no midnight in some time zones.
    default_validators = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


def start_of_day(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


class AnyTextField(forms.CharField):
    """A text of which nothing is an error; what cannot be stored is a space."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return " ".join("".join(" " if "\ud800" <= char <= "\udfff" or char == "\0" else char for char in text).split())


def model_choices() -> list[tuple[str, Any]]:
    return [("", _("Any")), *((model.id, model.name) for model in available_models())]


class OwnSearchForm(forms.Form):
    """What a person looks for in their own conversations, as the address says it."""

    FILTERS = ("since", "until", "model", "code")

    q = AnyTextField(
        label=_("Search your conversations"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "maxlength": MAX_LENGTH, "autocomplete": "off", "dir": "auto"}),
    )
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    model = forms.ChoiceField(label=_("Model"), required=False, choices=model_choices)
    code = forms.BooleanField(label=_("With code"), required=False)

    @property
    def filters(self) -> Filters:
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        return Filters(
            since=since and start_of_day(since),
            before=until and start_of_day(until + timedelta(days=1)),
            model=self.cleaned_data["model"],
            has_code=self.cleaned_data["code"],
        )


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

    def clean_words(self) -> list[str]:
        words: list[str] = self.cleaned_data["words"].split()
        if len(words) > MAX_WORDS:
            raise ValidationError(_("Look for at most %(max)d words."), params={"max": MAX_WORDS})
        if not any(len(word.encode()) >= MIN_BYTES and split_words(fold(word)) for word in words):
            raise ValidationError(_("One of the words must have at least three letters."))
        return words
