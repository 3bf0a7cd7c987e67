"""Base class of the read-only lists about people."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from chatsite.accounts.model_admin import ReadOnlyModelAdmin
from conversations.admin.queries import find_people


class RecordAdmin(ReadOnlyModelAdmin):
    """Rows that belong to a person and are searched by the person's name or e-mail address."""

    #: The lookup that leads from a row to its person.
    person_lookup = ""
    # Django shows the search field if this is not empty; `get_search_results` does not use it.
    search_fields = ("person",)
    search_help_text = gettext_lazy("Name or e-mail address of the person")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        # Finds the people first, in their own small table.
        return queryset.filter(**{f"{self.person_lookup}__in": find_people(request, search_term)}), False
