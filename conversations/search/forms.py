"""The form of the search in texts."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from conversations.transcripts.forms import ReasonForm

MAX_WORDS = 8
#: Fewer bytes occur in nearly every text, and no index helps to find them. A Chinese character has three.
MIN_BYTES = 3


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    # Days outside these limits have no midnight in some time zones.
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
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    #: The last message of the previous page of results.
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)

    field_order = ["words", "person", "since", "until", "reason"]

    def clean_words(self) -> list[str]:
        words: list[str] = self.cleaned_data["words"].split()
        if len(words) > MAX_WORDS:
            raise ValidationError(_("Look for at most %(max)d words."), params={"max": MAX_WORDS})
        if not any(len(word.encode()) >= MIN_BYTES for word in words):
            raise ValidationError(_("One of the words must have at least three letters."))
        return words
