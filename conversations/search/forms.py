"""The form of the search in one's own conversations, and fields for that in what everybody wrote too."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.claude.models import available_models
from conversations.search.own import Filters
from conversations.search.query import MAX_LENGTH


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
