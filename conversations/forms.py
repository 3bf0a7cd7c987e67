"""What people type and send, checked; every refusal is a sentence."""

import uuid
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST_QUESTION = 200_000
LONGEST_TITLE = 200


def question_text(value: str) -> str:
    """A question as it is stored: line ends are LF. Raises ValidationError."""
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise ValidationError(_("Write a question first."), code="empty")
    if len(text) > LONGEST_QUESTION:
        raise ValidationError(
            _("A question may have %(most)s characters; this one has %(count)s."),
            code="too_long",
            params={"most": f"{LONGEST_QUESTION:,}", "count": f"{len(text):,}"},
        )
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValidationError(_("The question contains characters that cannot be stored."), code="unstorable")
    return text


def message_id(value: str) -> UUID | None:
    """Raises ValidationError where it cannot be one."""
    try:
        return uuid.UUID(value) if value else None
    except ValueError:
        raise ValidationError(_("There is no such message."), code="unknown_message") from None


class WishForm(forms.Form):
    """What a question and a retry have in common: the model and the key that makes a repeat harmless."""

    model = forms.CharField(required=False, max_length=80)
    key = forms.CharField(required=False, max_length=100)

    def clean_model(self) -> str:
        model: str = self.cleaned_data["model"] or settings.CHAT_MODEL
        if model not in settings.CHAT_MODELS:
            raise ValidationError(_("This model is not offered here."), code="unknown_model")
        return model


class QuestionForm(WishForm):
    """A question; with `parent` it takes the place of an earlier one (an empty value: of the first).

    With `save` nothing is asked: `question` is only put in other words.
    """

    text = forms.CharField(required=False, strip=False)
    parent = forms.CharField(required=False, max_length=40)
    question = forms.CharField(required=False, max_length=40)
    save = forms.BooleanField(required=False)

    field_order = ["text", "parent", "question", "model", "key"]

    def clean_text(self) -> str:
        return question_text(self.cleaned_data["text"])

    def clean_parent(self) -> UUID | None:
        return message_id(self.cleaned_data["parent"])

    def clean_question(self) -> UUID | None:
        return message_id(self.cleaned_data["question"])

    @property
    def revises(self) -> bool:
        return "parent" in self.data


class ChangeForm(forms.Form):
    """What can be changed of a conversation: each field only when it was sent."""

    title = forms.CharField(required=False, max_length=LONGEST_TITLE)
    head = forms.UUIDField(required=False, error_messages={"invalid": _("There is no such message.")})
    deleted = forms.ChoiceField(required=False, choices=[("0", "0")])

    def clean(self) -> dict[str, Any]:
        sent = {name: self.cleaned_data.get(name) for name in self.fields if name in self.data}
        if "title" in sent and not sent["title"]:
            raise ValidationError(_("A title needs at least one letter."), code="empty")
        if not sent or not all(sent.values()):
            raise ValidationError(_("Nothing to change was sent."), code="empty")
        return sent


def first_problem(form: forms.Form) -> str:
    """The first thing to tell about a form that is not valid."""
    return next(str(message) for messages in form.errors.values() for message in messages)
