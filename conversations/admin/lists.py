"""What the lists of the product share: found by person, filtered by model, without texts."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from chatsite.accounts.model_admin import ReadOnlyModelAdmin
from chatsite.accounts.models import User
from conversations.claude.models import get_model

#: The columns that hold what people and Claude said: never read from the database for a list.
SAID = ("text", "blocks", "html", "system")


class ModelFilter(admin.SimpleListFilter):
    """By Claude's model. The choices are the known ones: asking the table for its own would read all of it."""

    title = gettext_lazy("model")
    parameter_name = field = "model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(model, get_model(model).name) for model in settings.CHAT_MODELS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.field: self.value()}) if self.value() else queryset


class Records(ReadOnlyModelAdmin):
    """Rows about people: found by the person's address, which is looked for among the people first."""

    person = ""
    search_fields = ("person",)
    search_help_text = gettext_lazy("Name or e-mail address of the person")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        return queryset.filter(**{f"{self.person}__in": people_found(request, search_term)}), False


def people_found(request: HttpRequest, words: str) -> list[int]:
    """The keys of the people whose name or address holds these words."""
    found = admin.site.get_model_admin(User).get_search_results(request, User.objects.all(), words)[0]
    return list(found.values_list("pk", flat=True))
