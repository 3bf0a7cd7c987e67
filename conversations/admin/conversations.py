"""The list of conversations in the admin: whose, when and how it went."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from conversations.admin.lists import SAID, Records
from conversations.models import Conversation, Message


@admin.register(Conversation)
class ConversationAdmin(Records):
    person = "owner"
    ordering = ("-updated",)
    list_display = ("updated", "owner", "last_model", "state", "ending", "messages", "created", "deleted")
    list_select_related = ("owner", "head")
    list_filter = ("updated", ("deleted", admin.EmptyFieldListFilter))
    lookups = ("updated", "deleted")
    fields = ("id", "owner", "last_model", "state", "ending", "messages", "created", "updated", "deleted")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        each = Message.objects.filter(conversation=OuterRef("pk")).order_by().values("conversation")
        number = Subquery(each.annotate(number=Count("pk")).values("number"))
        said = ("title", "system", *(f"head__{column}" for column in SAID))
        conversations: QuerySet[Conversation] = super().get_queryset(request).defer(*said)
        return conversations.annotate(number=Coalesce(number, 0))

    @admin.display(description=gettext_lazy("model"))
    def last_model(self, conversation: Conversation) -> str:
        return conversation.head.model if conversation.head else ""

    @admin.display(description=gettext_lazy("state"))
    def state(self, conversation: Conversation) -> str:
        return conversation.head.get_state_display() if conversation.head else ""

    @admin.display(description=gettext_lazy("ending"))
    def ending(self, conversation: Conversation) -> str:
        return conversation.head.get_ending_display() if conversation.head else ""

    @admin.display(description=gettext_lazy("messages"))
    def messages(self, conversation: Any) -> str:
        address = reverse("admin:conversations_message_changelist", query={"conversation": conversation.pk})
        return format_html('<a href="{}">{}</a>', address, conversation.number)
