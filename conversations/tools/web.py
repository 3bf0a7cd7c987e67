"""The tools that Claude's API runs itself, as rows that administrators switch on: searching, fetching, running code."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q, Sum
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chatsite.accounts.models import User
from conversations.claude.models import available_models
from conversations.claude.server_tools import CODE_EXECUTION, DEFINITIONS, WEB_FETCH, WEB_SEARCH, has_server_tool
from conversations.models import Tool, Usage
from conversations.models.months import created_in, this_month

TITLES = {
    WEB_SEARCH: gettext_noop("Search the web"),
    WEB_FETCH: gettext_noop("Read web pages"),
    CODE_EXECUTION: gettext_noop("Run code"),
}


def create_missing_tools() -> None:
    """Add rows for the tools that have none, switched off. A name that another tool has stays with that one."""
    with translation.override(settings.LANGUAGE_CODE):
        tools = [
            Tool(name=name, kind=Tool.Kind.WEB, title=_(TITLES[name]), acts=False, is_untrusted=True)
            for name in DEFINITIONS
        ]
    Tool.objects.bulk_create(tools, ignore_conflicts=True)


def is_available(tool: Tool, model_id: str = "") -> bool:
    """Whether this model has it, or without a model, one of those that can be asked here."""
    models = [model_id] if model_id else [model.id for model in available_models()]
    return any(has_server_tool(model, tool.name) for model in models)


def has_uses_left(tool: Tool, user: User) -> bool:
    """Whether the limits of a tool leave a use, of this person's in this hour and of everybody's in this month.

    Searches are counted when a call has ended, so that calls that run at the same time may exceed the limits; other
    uses are not counted.
    """
    if (tool.kind, tool.name) != (Tool.Kind.WEB, WEB_SEARCH):
        return True
    limits = [
        (tool.calls_per_hour, Q(user=user, created__gt=timezone.now() - timedelta(hours=1))),
        (tool.calls_per_month, created_in(this_month())),
    ]
    return all(limit is None or count_searches(calls) < limit for limit, calls in limits)


def count_searches(calls: Q) -> int:
    searches: int = Usage.objects.filter(calls).aggregate(searches=Sum("web_searches", default=0))["searches"]
    return searches
