"""Who read whose conversations, in the admin: looked at, and changed by nobody."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.admin.lists import Records, people_found
from conversations.models import AccessRecord


@admin.register(AccessRecord)
class AccessRecordAdmin(Records):
    ordering = ("-created", "-pk")
    list_display = ("created", "reader_address", "kind", "owner_address", "reason", "words", "conversation_id")
    list_filter = ("kind", "created")
    allowed_lookups = ("kind", "created")
    search_help_text = gettext_lazy("Name or e-mail address of who read, or of whose conversation it was")
    fields = ("created", "reader_address", "kind", "owner_address", "reason", "words", "conversation_id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessRecord]:
        return AccessRecord.objects.with_addresses().order_by(*self.ordering)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        people = people_found(request, search_term)
        return queryset.filter(Q(reader__in=people) | Q(owner__in=people)), False

    @admin.display(description=gettext_lazy("read by"))
    def reader_address(self, record: Any) -> str:
        return str(record.reader_email or _("somebody who is gone"))

    @admin.display(description=gettext_lazy("whose"))
    def owner_address(self, record: Any) -> str:
        return str(record.owner_email or "–")
