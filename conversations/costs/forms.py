"""The forms that choose months on the cost page."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from conversations.models.months import this_month


class MonthField(forms.Field):
    """A month that has begun, as browsers send it: 2026-11. Its value is the first day of the month."""

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", value):
            raise ValidationError(_("Name a month like this: %(month)s."), params={"month": f"{this_month():%Y-%m}"})
        month = date.fromisoformat(f"{value}-01")
        if month > this_month():
            raise ValidationError(_("The month %(month)s has not begun."), params={"month": value})
        return month


class MonthForm(forms.Form):
    """The month to show; this month if none is named."""

    month = MonthField(required=False)

    def clean_month(self) -> date:
        return self.cleaned_data["month"] or this_month()


class PeriodForm(forms.Form):
    """The months to export."""

    first = MonthField(error_messages={"required": _("Name the first month.")})
    last = MonthField(error_messages={"required": _("Name the last month.")})

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and first > last:
            raise ValidationError(_("The first month is after the last one."), code="reversed")
        return self.cleaned_data
