"""Base classes of every ModelAdmin of the site."""

import re
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, FieldDoesNotExist, ValidationError
from django.db.models import DateField, Model, QuerySet
from django.http import HttpRequest, HttpResponse

#: The comparisons that the address of a list may use. All others (`contains`, `startswith`, other tables) would let
#: staff guess, letter by letter, values that the list does not show them.
ALLOWED_COMPARISONS = {"exact", "isnull", "isempty", "gte", "lt", "year", "month", "day", "id"}

#: Characters of what is searched for.
MAX_SEARCH_LENGTH = 200
#: The values that a list accepts for a date. Other years have no midnight in some time zones or do not fit into a
#: database column, and Django would answer 500.
DATE = re.compile(r"2\d{3}(-.*)?")
#: A number, as Python reads it, that may not fit into 64 bits.
TOO_LARGE = re.compile(r"[+-]?[\d_]{19,}")
PART_OF_DATE = re.compile(r"\d{1,2}|True|False")


class BaseModelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list that stays fast at any length and can be filtered by the fields in `allowed_lookups` only."""

    allowed_lookups: tuple[str, ...] = ()
    list_per_page = 50
    # Each of these would count the whole table once more.
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        field, *comparisons = lookup.split("__")
        if field not in self.allowed_lookups or not ALLOWED_COMPARISONS.issuperset(comparisons):
            return False
        # PostgreSQL rejects NUL, SQLite a key that does not fit into its integers, and Django would answer 500.
        if "\0" in value or TOO_LARGE.fullmatch(value.strip()):
            return False
        if not is_date(self.model, field):
            return True
        pattern = PART_OF_DATE if {"month", "day", "isnull"}.intersection(comparisons) else DATE
        return pattern.fullmatch(value) is not None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        # The search form of a list rejects NUL, the autocomplete view does not. SQLite refuses very long patterns.
        return super().get_search_results(request, queryset, search_term.replace("\0", "")[:MAX_SEARCH_LENGTH])

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:  # type: ignore[override]
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.clean(key, None)
        except ValidationError as error:
            raise BadRequest("The form selects a row whose key is malformed.") from error
        return super().response_action(request, queryset)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """As Django's, which names the fields that have changed; also says what was given and taken, such as rights."""
        message = super().construct_change_message(request, form, formsets, add)
        if add or not form.changed_data:
            return message
        labels = message[0]["changed"]["fields"]
        for index, name in enumerate(form.changed_data):
            if isinstance(form.cleaned_data.get(name), QuerySet):
                labels[index] += describe_relations(set(form.initial[name]), set(form.cleaned_data[name]))
        return message


def describe_relations(before: set[Model], after: set[Model]) -> str:
    """What is in one of the sets only: " (given: a; taken: b)"."""
    # In English, as Django stores the names of the fields.
    given = [f"given: {item}" for item in sorted(map(str, after - before))]
    taken = [f"taken: {item}" for item in sorted(map(str, before - after))]
    return f" ({'; '.join([*given, *taken])})"


def is_date(model: type[Model], name: str) -> bool:
    """Whether `name` is a date or date-time column of the model, and not, say, the parameter of a filter."""
    try:
        return isinstance(model._meta.get_field(name), DateField)
    except FieldDoesNotExist:
        return False


class ReadOnlyModelAdmin(BaseModelAdmin):
    """Rows that only the site itself writes: staff can look at them and do nothing else."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
