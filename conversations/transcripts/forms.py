"""The form that asks for the reason to read a conversation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class OneLineField(forms.CharField):
    """A text on one line, in which each run of white space becomes one space before its length is checked."""

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").split())


class ReasonForm(forms.Form):
    reason = OneLineField(
        label=_("Reason"),
        min_length=10,
        max_length=300,
        help_text=_("In a sentence. It is stored with your name, and the owner of the conversation can read it."),
        error_messages={
            "required": _("Say why you want to read this."),
            "min_length": _("Say why in at least %(limit_value)d characters."),
            "max_length": _("Say why in at most %(limit_value)d characters; these are %(show_value)d."),
        },
    )
