"""Queries for the lists of the admin."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, Sum
from django.http import HttpRequest

from chatsite.accounts.models import User
from conversations.models import Message, Usage

#: The fields of a message that hold what people and Claude wrote. Lists do not load them.
CONTENT_FIELDS = ("text", "content", "html", "thinking_html", "system")


def find_people(request: HttpRequest, search_term: str) -> list[int]:
    """Return the keys of the people whose name or e-mail address contains the search term."""
    user_admin = admin.site.get_model_admin(User)
    users, _may_have_duplicates = user_admin.get_search_results(request, User.objects.all(), search_term)
    return list(users.values_list("pk", flat=True))


def add_message_counts_and_costs(conversations: Sequence[Any]) -> None:
    """Set `message_count`, `total_cost` and `has_running_calls` of each conversation, with two queries for all of them.

    The cost is in micro-dollars, None if the price of a call is unknown.
    """
    keys = [conversation.pk for conversation in conversations]
    messages = Message.objects.filter(conversation__in=keys).order_by().values("conversation")
    counts = {row["conversation"]: row["count"] for row in messages.annotate(count=Count("pk"))}
    calls = Usage.objects.filter(conversation__in=keys).order_by().values("conversation")
    totals = calls.annotate(calls=Count("pk"), priced_calls=Count("cost"), spent=Sum("cost", default=0))
    totals = totals.annotate(running_calls=Count("pk", filter=Q(state=Usage.State.OPEN, cost=None)))
    costs = {row["conversation"]: row["spent"] if row["priced_calls"] == row["calls"] else None for row in totals}
    running = {row["conversation"] for row in totals if row["running_calls"]}
    for conversation in conversations:
        conversation.message_count = counts.get(conversation.pk, 0)
        conversation.total_cost = costs.get(conversation.pk, 0)
        conversation.has_running_calls = conversation.pk in running
