"""What staff see first on the start page of the admin: people, running replies, recent conversations, costs."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chatsite.accounts.models import User
from conversations.costs.budget import current_budget
from conversations.costs.money import format_dollars
from conversations.models import Conversation, Message

register = template.Library()

RECENT_DAYS = 7


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its label, a sentence about it, and the page that shows more."""

    label: str
    value: str
    note: str
    url: str


@register.inclusion_tag("admin/_figures.html", takes_context=True)
def figures(context: dict[str, Any]) -> dict[str, Any]:
    """The figures that the user may see."""
    makers = {
        "accounts.view_user": count_people,
        "conversations.view_message": count_running_replies,
        "conversations.view_conversation": count_recent_conversations,
        "conversations.view_usage": sum_costs,
    }
    user = context["request"].user
    return {"figures": [make() for permission, make in makers.items() if user.has_perm(permission)]}


def count_people() -> Figure:
    active = User.objects.filter(is_active=True)
    never = active.filter(last_login=None).count()
    not_yet = ngettext("%(number)d has not signed in yet", "%(number)d have not signed in yet", never)
    note = not_yet % {"number": never} if never else _("all have signed in")
    return Figure(_("People"), str(active.count()), note, reverse("admin:accounts_user_changelist"))


def count_running_replies() -> Figure:
    url = reverse("admin:conversations_message_changelist") + f"?state={Message.State.WRITING}"
    return Figure(_("Running now"), str(Message.objects.writing().count()), _("replies that are being written"), url)


def count_recent_conversations() -> Figure:
    recent = Conversation.objects.filter(updated__gte=timezone.now() - timedelta(days=RECENT_DAYS))
    note = _("used in the last %(days)d days") % {"days": RECENT_DAYS}
    return Figure(_("Conversations"), str(recent.count()), note, reverse("admin:conversations_conversation_changelist"))


def sum_costs() -> Figure:
    budget = current_budget()
    note = _("this month; there is no limit")
    if budget.limit is not None:
        note = _("this month, of %(limit)s") % {"limit": format_dollars(budget.limit)}
    return Figure(_("Costs"), format_dollars(budget.spent), note, reverse("admin:conversations_usage_costs"))
