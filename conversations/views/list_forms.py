"""Forms of the lists of conversations: which page of one is wanted, and what to do with several conversations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

NO_CONVERSATION = {"invalid": _("There is no such conversation."), "required": _("There is no such conversation.")}


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
    """Several conversations: `ids` in the cleaned data."""

    MAX_SELECTED = 200

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


class SelectionActionForm(SelectionForm):
    """What to do with several conversations at once."""

    action = forms.ChoiceField(
        choices=[(name, name) for name in ("archive", "unarchive", "delete", "restore")],
        error_messages={
            "required": _("Choose what to do with the conversations."),
            "invalid_choice": _("Choose what to do with the conversations."),
        },
    )
