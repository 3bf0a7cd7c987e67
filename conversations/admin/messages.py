"""The list of messages in the admin: who wrote when, and how each answer ended."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from chatsite.accounts.models import User
from conversations.admin.filters import ModelFilter
from conversations.admin.queries import CONTENT_FIELDS
from conversations.admin.records import RecordAdmin
from conversations.models import Message


@admin.register(Message)
class MessageAdmin(RecordAdmin):
    person_lookup = "conversation__owner"
    ordering = ("-created",)
    list_display = (
        "created",
        "owner",
        "conversation_id",
        "role",
        "model",
        "state",
        "how_it_ended",
        "error_code",
        "finished",
    )
    list_select_related = ("conversation__owner",)
    list_filter = ("role", "state", "ending", ModelFilter, "created")
    allowed_lookups = ("created", "role", "state", "ending", "model", "conversation")
    fields = (
        "id",
        "conversation",
        "parent",
        "role",
        "model",
        "state",
        "how_it_ended",
        "stop_reason",
        "error_code",
        "error_detail",
        "request_id",
        "sent_from",
        "created",
        "finished",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).defer(*CONTENT_FIELDS, "conversation__title", "conversation__system")

    @admin.display(description=gettext_lazy("person"))
    def owner(self, message: Message) -> User:
        return message.conversation.owner

    @admin.display(description=gettext_lazy("ending"), ordering="ending")
    def how_it_ended(self, message: Message) -> str | None:
        """Questions have no ending."""
        return message.get_ending_display() if message.is_answer else None
