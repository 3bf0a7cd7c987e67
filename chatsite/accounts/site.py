"""The admin's own ground rules: its name, its security policy, and what all of its lists share."""

from collections.abc import Callable
from typing import TypeVar

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
#: What an address of a list may ask of a field. Everything else (`contains`, `startswith`, other tables) would let
#: staff guess, letter by letter, what the list does not show them.
COMPARISONS = {"exact", "isnull", "isempty", "gte", "lt", "year", "month", "day", "id"}


class TeamAdminSite(admin.AdminSite):
    site_header = site_title = "Chatsite"
    index_title = _("Administration")

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        # Django's admin writes HTML from scripts: its pages do without Trusted Types, and with all the rest.
        without_trusted_types = csp_replace(dict.fromkeys(settings.TRUSTED_TYPES))
        return without_trusted_types(super().admin_view(view, cacheable))  # type: ignore[return-value]


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
