"""Filters of the lists of the admin."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from conversations.claude.models import get_model
from conversations.models import Message


class ModelFilter(admin.SimpleListFilter):
    """Filters by Claude's model. The choices are the configured models: finding others would read the whole table."""

    title = gettext_lazy("model")
    parameter_name = "model"
    model_lookup = "model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(model, get_model(model).name) for model in settings.CHAT_MODELS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.model_lookup: self.value()}) if self.value() else queryset


class LastModelFilter(ModelFilter):
    """Filters conversations by the model of the answer shown last."""

    model_lookup = "head__model"


class LastStateFilter(admin.SimpleListFilter):
    """Filters conversations by the state of the answer shown last."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Message.State.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(head__state=self.value()) if self.value() else queryset


class BinFilter(admin.SimpleListFilter):
    title = gettext_lazy("bin")
    parameter_name = "bin"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", gettext_lazy("In the bin")), ("0", gettext_lazy("Not in the bin"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(deleted__isnull=self.value() != "1") if self.value() else queryset
