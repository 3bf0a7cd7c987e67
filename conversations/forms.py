"""Forms for what people type and send. Every error is a sentence."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from conversations.claude import models
from conversations.claude.efforts import available_efforts, fit_effort
from conversations.models import Preferences, Question
from conversations.models.title import MAX_TITLE_LENGTH
from conversations.models.tool import TOOL_NAME

MAX_QUESTION_LENGTH = 200_000
#: Tools of one question.
MAX_TOOLS = 200
FILE_GONE = _("A file is no longer there. Attach it again.")


def question_text(value: str, *, may_be_empty: bool = False) -> str:
    """A question as it is stored, with LF line ends; empty where it is white space. Raises ValidationError."""
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        if may_be_empty:
            return ""
        raise ValidationError(_("Write a question first."), code="empty")
    if len(text) > MAX_QUESTION_LENGTH:
        raise ValidationError(
            _("A question may have %(max)s characters; this one has %(count)s."),
            code="too_long",
            params={
                "max": number_format(MAX_QUESTION_LENGTH, force_grouping=True),
                "count": number_format(len(text), force_grouping=True),
            },
        )
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValidationError(_("The question contains characters that cannot be stored."), code="unstorable")
    return text


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


class FileIdsField(forms.Field):
    """The ids of files that were uploaded before, in the order of the fields, each once."""

    widget = forms.MultipleHiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)

    def clean(self, value: Any) -> tuple[UUID, ...]:
        try:
            return tuple(dict.fromkeys(UUID(pk) for pk in value or []))
        except ValueError:
            raise ValidationError(FILE_GONE, code="file") from None


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


class ToolNamesField(forms.Field):
    """The names of the tools that an answer may use. Those that the person may not use are ignored later."""

    widget = forms.MultipleHiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)

    def clean(self, value: Any) -> tuple[str, ...]:
        # An empty name stands for none.
        names = tuple(dict.fromkeys(str(name) for name in value or [] if name))
        if len(names) > MAX_TOOLS or not all(map(TOOL_NAME.fullmatch, names)):
            raise ValidationError(_("There is no such tool."))
        return names


class KeyForm(forms.Form):
    """What is done once, however often it arrives."""

    key = forms.CharField(required=False, max_length=100)


class AskForm(KeyForm):
    """What every form that asks Claude has: the model and the effort.

    `default_model`: the model to ask if the form names none, as long as it is still offered.
    """

    model = forms.CharField(required=False, max_length=80)
    effort = EffortField()

    def __init__(self, data: QueryDict, *, default_model: str = "") -> None:
        super().__init__(data)
        self.default_model = default_model

    def clean_model(self) -> str:
        return validate_model(self.cleaned_data["model"], preferred=self.default_model)

    def clean(self) -> dict[str, Any]:
        """An effort that the model does not take becomes the nearest one that it does."""
        if self.cleaned_data.get("effort") and self.cleaned_data.get("model"):
            model = models.get_model(self.cleaned_data["model"])
            self.cleaned_data["effort"] = fit_effort(self.cleaned_data["effort"], model)
        return self.cleaned_data


class QuestionForm(AskForm):
    """A question. With `parent` it is a new version of an earlier one; an empty `parent` means the first question.

    `after`: the last message that the page showed.
    """

    text = forms.CharField(required=False, strip=False)
    parent = MessageIdField(required=False)
    after = MessageIdField(required=False)
    tools = ToolNamesField()
    files = FileIdsField()  # type: ignore[assignment]  # instances have `files` from Django, of another kind

    # The files come first: with one, the text may be empty.
    field_order = ["files", "text", "parent", "after", "model", "effort", "key", "tools"]

    def __init__(self, data: QueryDict, *, default_model: str = "", uploads: int = 0) -> None:
        """`uploads`: how many files came with the form; `build_question` gets their ids."""
        super().__init__(data, default_model=default_model)
        self.uploads = uploads

    def clean_files(self) -> tuple[UUID, ...]:
        files: tuple[UUID, ...] = self.cleaned_data["files"]
        limit = settings.MAX_FILES_PER_QUESTION
        if len(files) + self.uploads > limit:
            raise ValidationError(_("A question may have %(max)s files."), params={"max": limit})
        return files

    def clean_text(self) -> str:
        has_files = bool(self.uploads or self.cleaned_data.get("files"))
        return question_text(self.cleaned_data["text"], may_be_empty=has_files)

    def build_question(self, uploaded: Sequence[UUID] = ()) -> Question:
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
            attachments=(*data["files"], *uploaded),
            tools=data["tools"],
        )


class RetryForm(AskForm):
    """Another answer to the same question."""


class DecisionForm(forms.Form):
    """What a person decides about a call of a tool; `note` tells Claude why it is denied."""

    decision = forms.ChoiceField(
        choices=[("approve", ""), ("always", ""), ("deny", "")],
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose whether Claude may do this.")),
    )
    note = forms.CharField(required=False, max_length=2_000)


class PreferencesForm(forms.Form):
    """What a person chooses for every page. A field that is not sent is left out of `cleaned_data`."""

    model = forms.CharField(required=False, max_length=80)
    effort = EffortField()
    single_keys = forms.BooleanField(required=False)
    tools = ToolNamesField()

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.fields = {name: field for name, field in self.fields.items() if name in data}

    def clean_model(self) -> str:
        model: str = self.cleaned_data["model"]
        return model and validate_model(model)


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """All that a person can choose, with their name."""

    #: Stored with the person.
    PERSON_FIELDS = ("first_name", "last_name", "language")

    first_name = forms.CharField(label=_("First name"), required=False, max_length=150)
    last_name = forms.CharField(label=_("Last name"), required=False, max_length=150)
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=lambda: [("", _("as the browser")), *settings.LANGUAGES]
    )

    field_order = PERSON_FIELDS

    class Meta:
        model = Preferences
        fields = ("theme", "enter_sends", "single_keys", "read_aloud", "instructions")
        widgets: ClassVar = {"instructions": forms.Textarea({"rows": 6})}

    def save(self, commit: bool = True) -> Preferences:
        person = self.instance.user
        for name in self.PERSON_FIELDS:
            setattr(person, name, self.cleaned_data[name])
        with transaction.atomic():
            if commit:
                person.save(update_fields=self.PERSON_FIELDS)
            preferences: Preferences = super().save(commit)
        return preferences


class RewordForm(KeyForm):
    """Other words for a question that is not asked again."""

    text = QuestionField()


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
                params={"max": MAX_TITLE_LENGTH, "count": number_format(len(title), force_grouping=True)},
            )
        return title


class HeadForm(forms.Form):
    """The version of a message to show."""

    head = MessageIdField()


def first_error(form: forms.Form) -> str:
    """The first sentence to show for a form that is not valid."""
    return next(str(message) for messages in form.errors.values() for message in messages)


def error_code(form: forms.Form) -> str:
    """`model` where the model is what is wrong, so that the page can choose another one; else empty."""
    return "model" if "model" in form.errors else ""
