"""The list of access records in the admin: who read whose conversations. Nobody can change it."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.admin.queries import find_people
from conversations.admin.records import RecordAdmin
from conversations.models import AccessRecord


@admin.register(AccessRecord)
class AccessRecordAdmin(RecordAdmin):
    ordering = ("-created", "-pk")
    list_display = ("created", "reader_address", "kind", "owner_address", "reason", "words", "conversation_id")
    list_filter = ("kind", "created")
    allowed_lookups = ("kind", "created")
    search_help_text = gettext_lazy("Name or e-mail address of the reader or of the owner of the conversation")
    fields = ("created", "reader_address", "kind", "owner_address", "reason", "words", "conversation_id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessRecord]:
        return AccessRecord.objects.with_addresses().order_by(*self.ordering)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        people = find_people(request, search_term)
        return queryset.filter(Q(reader__in=people) | Q(owner__in=people)), False

    @admin.display(description=gettext_lazy("read by"))
    def reader_address(self, record: Any) -> str:
        return str(record.reader_email or _("a deleted user"))

    @admin.display(description=gettext_lazy("whose"))
    def owner_address(self, record: Any) -> str:
        # A search that found nothing is about nobody.
        return str(record.owner_email or (_("a deleted user") if record.owner_id else "–"))
