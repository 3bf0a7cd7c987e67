"""The forms that ask staff for a reason: to read a conversation, and to delete a file."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonField(forms.CharField):
    """A reason on one line, in which each run of white space becomes one space before its length is checked."""

    def __init__(self, *, help_text: Any, required_message: Any) -> None:
        super().__init__(
            label=_("Reason"),
            min_length=10,
            max_length=300,
            help_text=help_text,
            error_messages={
                "required": required_message,
                "min_length": _("Say why in at least %(limit_value)d characters."),
                "max_length": _("Say why in at most %(limit_value)d characters; these are %(show_value)d."),
            },
        )

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").split())


class ReasonForm(forms.Form):
    """Why a conversation is read."""

    reason = ReasonField(
        help_text=_("In a sentence. It is stored with your name, and the owner of the conversation can read it."),
        required_message=_("Say why you want to read this."),
    )


class DeletionForm(forms.Form):
    """Why a file is deleted."""

    reason = ReasonField(
        help_text=_("In a sentence. It is stored with your name."),
        required_message=_("Say why you want to delete this."),
    )
