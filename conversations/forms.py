"""Forms for what people type and send. Every error is a sentence."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from conversations.claude import models
from conversations.claude.efforts import available_efforts
from conversations.models import Preferences, Question

MAX_QUESTION_LENGTH = 200_000
MAX_TITLE_LENGTH = 200


def question_text(value: str) -> str:
    """A question as it is stored, with LF line ends. Raises ValidationError."""
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise ValidationError(_("Write a question first."), code="empty")
    if len(text) > MAX_QUESTION_LENGTH:
        raise ValidationError(
            _("A question may have %(max)s characters; this one has %(count)s."),
            code="too_long",
            params={"max": f"{MAX_QUESTION_LENGTH:,}", "count": f"{len(text):,}"},
        )
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValidationError(_("The question contains characters that cannot be stored."), code="unstorable")
    return text


NO_CONVERSATION = {"invalid": _("There is no such conversation."), "required": _("There is no such conversation.")}


class QuestionField(forms.CharField):
    """The text of a question."""

    def __init__(self) -> None:
        super().__init__(required=False, strip=False)

    def clean(self, value: Any) -> str:
        return question_text(super().clean(value))


class MessageIdField(forms.UUIDField):
    """The id of a message; None where the field is empty and not required."""

    default_error_messages = {
        "invalid": _("There is no such message."),
        "required": _("There is no such message."),
    }


def validate_model(model_id: str, *, preferred: str = "") -> str:
    """The id of the model to ask: `model_id`, or if empty `preferred` or the default. Raises ValidationError."""
    model_id = model_id or models.default_model(preferred)
    if reason := models.unavailable_reason(model_id):
        raise ValidationError(reason, code="model")
    return model_id


def validate_effort(effort: str) -> str:
    """The effort, which is empty for the site's default. Raises ValidationError."""
    if effort and effort not in available_efforts():
        raise ValidationError(_("This effort is not offered here."), code="effort")
    return effort


class EffortField(forms.CharField):
    """How much Claude may think; empty for the site's default."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=10)

    def clean(self, value: Any) -> str:
        return validate_effort(super().clean(value))


class AskForm(forms.Form):
    """What every form that asks Claude has: the model, the effort, and a key that makes a repeat harmless.

    `default_model`: the model to ask if the form names none, as long as it is still offered.
    """

    model = forms.CharField(required=False, max_length=80)
    effort = EffortField()
    key = forms.CharField(required=False, max_length=100)

    def __init__(self, data: QueryDict, *, default_model: str = "") -> None:
        super().__init__(data)
        self.default_model = default_model

    def clean_model(self) -> str:
        return validate_model(self.cleaned_data["model"], preferred=self.default_model)


class QuestionForm(AskForm):
    """A question. With `parent` it is a new version of an earlier one; an empty `parent` means the first question.

    `after`: the last message that the page showed.
    """

    text = QuestionField()
    parent = MessageIdField(required=False)
    after = MessageIdField(required=False)

    field_order = ["text", "parent", "after", "model", "effort", "key"]

    def build_question(self) -> Question:
        """The question of a valid form. A form with a `parent`, even an empty one, edits an earlier question."""
        data = self.cleaned_data
        return Question(
            text=data["text"],
            key=data["key"],
            model=data["model"],
            effort=data["effort"],
            is_edit="parent" in self.data,
            parent=data["parent"],
            after=data["after"],
        )


class RetryForm(AskForm):
    """Another answer to the same question."""


class PreferencesForm(forms.Form):
    """What a person chooses for every page. A field that is not sent is left out of `cleaned_data`."""

    model = forms.CharField(required=False, max_length=80)
    effort = EffortField()
    single_keys = forms.BooleanField(required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.fields = {name: field for name, field in self.fields.items() if name in data}

    def clean_model(self) -> str:
        model: str = self.cleaned_data["model"]
        return model and validate_model(model)


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """All that a person can choose, with their name."""

    first_name = forms.CharField(label=_("First name"), required=False, max_length=150)
    last_name = forms.CharField(label=_("Last name"), required=False, max_length=150)

    field_order = ["first_name", "last_name"]

    class Meta:
        model = Preferences
        fields = ("instructions", "theme", "enter_sends", "single_keys")
        widgets: ClassVar = {"instructions": forms.Textarea({"rows": 6})}

    def save(self, commit: bool = True) -> Preferences:
        person = self.instance.user
        person.first_name, person.last_name = self.cleaned_data["first_name"], self.cleaned_data["last_name"]
        person.save(update_fields=["first_name", "last_name"])
        preferences: Preferences = super().save(commit)
        return preferences


class RewordForm(forms.Form):
    """Other words for a question that is not asked again."""

    text = QuestionField()
    key = forms.CharField(required=False, max_length=100)


class TitleForm(forms.Form):
    """A new title for a conversation."""

    title = forms.CharField(required=False)

    def clean_title(self) -> str:
        """The title on one line. It must have a visible character."""
        title = " ".join(self.cleaned_data["title"].split())
        if not any(character.isprintable() and not character.isspace() for character in title):
            raise ValidationError(_("A title needs at least one visible character."), code="empty")
        if len(title) > MAX_TITLE_LENGTH:
            raise ValidationError(
                _("A title may have %(max)s characters; this one has %(count)s."),
                code="too_long",
                params={"max": MAX_TITLE_LENGTH, "count": f"{len(title):,}"},
            )
        return title


class SidebarForm(forms.Form):
    """Which page of the list of conversations is wanted, and which conversation is open beside it."""

    open = forms.UUIDField(required=False)
    updated = forms.DateTimeField(required=False)
    id = forms.UUIDField(required=False)

    @property
    def before(self) -> tuple[datetime, UUID] | None:
        """The last conversation of the page before."""
        updated, pk = self.cleaned_data["updated"], self.cleaned_data["id"]
        return (updated, pk) if updated and pk else None


class SelectionForm(forms.Form):
    """What to do with several conversations at once."""

    MAX_SELECTED = 200

    action = forms.ChoiceField(
        choices=[(name, name) for name in ("archive", "unarchive", "delete", "restore")],
        error_messages={
            "required": _("Choose what to do with the conversations."),
            "invalid_choice": _("Choose what to do with the conversations."),
        },
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.ids = data.getlist("id")

    def clean(self) -> dict[str, Any]:
        """The ids, once each."""
        if not self.ids:
            raise ValidationError(_("Select at least one conversation."))
        if len(self.ids) > self.MAX_SELECTED:
            raise ValidationError(_("Select at most %(max)s conversations."), params={"max": self.MAX_SELECTED})
        self.cleaned_data["ids"] = {forms.UUIDField(error_messages=NO_CONVERSATION).clean(pk) for pk in self.ids}
        return self.cleaned_data


class HeadForm(forms.Form):
    """The version of a message to show."""

    head = MessageIdField()


def first_error(form: forms.Form) -> str:
    """The first sentence to show for a form that is not valid."""
    return next(str(message) for messages in form.errors.values() for message in messages)


def error_code(form: forms.Form) -> str:
    """`model` where the model is what is wrong, so that the page can choose another one; else empty."""
    return "model" if "model" in form.errors else ""
