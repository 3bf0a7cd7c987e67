"""What all lists of the admin share."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

#: What an address of a list may ask of a field. Everything else (`contains`, `startswith`, other tables) would let
#: staff guess, letter by letter, what the list does not show them.
COMPARISONS = {"exact", "isnull", "isempty", "gte", "lt", "year", "month", "day", "id"}


class List(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list for staff: quick at any length, and filtered by nothing but `lookups`."""

    lookups: tuple[str, ...] = ()
    list_per_page = 50
    # Both would count the whole table once more.
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        field, *comparisons = lookup.split("__")
        return field in self.lookups and COMPARISONS.issuperset(comparisons)


class ReadOnly(List):
    """Rows that the site writes by itself: staff look at them and nothing else."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
