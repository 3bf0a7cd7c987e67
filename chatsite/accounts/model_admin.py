"""What all lists of the admin share."""

import re
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import DateField, Model, QuerySet
from django.http import HttpRequest, HttpResponse

#: What an address of a list may ask of a field. Everything else (`contains`, `startswith`, other tables) would let
#: staff guess, letter by letter, what the list does not show them.
COMPARISONS = {"exact", "isnull", "isempty", "gte", "lt", "year", "month", "day", "id"}

#: Parts of a date, and dates of this millennium: others have no midnight in every time zone, or no place in a database.
PARTS, DATES = re.compile(r"\d{1,2}|True|False"), re.compile(r"2\d{3}(-.*)?")


class List(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list for staff: quick at any length, and filtered by nothing but `lookups`."""

    lookups: tuple[str, ...] = ()
    list_per_page = 50
    # Both would count the whole table once more.
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        field, *comparisons = lookup.split("__")
        # PostgreSQL refuses NUL, and Django would answer 500.
        known = field in self.lookups and COMPARISONS.issuperset(comparisons) and "\0" not in value
        if not known or not isinstance(_column(self.model, field), DateField):
            return known
        return bool((PARTS if {"month", "day", "isnull"}.intersection(comparisons) else DATES).fullmatch(value))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        # The list's own form refuses NUL, the address that completes names does not.
        return super().get_search_results(request, queryset, search_term.replace("\0", ""))

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:  # type: ignore[override]
        try:
            for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.clean(chosen, None)
        except ValidationError as error:
            raise BadRequest("A row was chosen that cannot exist.") from error
        return super().response_action(request, queryset)


def _column(model: type[Model], name: str) -> Any:
    return next((each for each in model._meta.get_fields() if each.name == name), None)


class ReadOnly(List):
    """Rows that the site writes by itself: staff look at them and nothing else."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
