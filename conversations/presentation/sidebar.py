"""The list of conversations beside every page, and what a page that is open must know of changes made elsewhere."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chatsite.accounts.models import User
from conversations.models import Conversation
from conversations.models.lists import COLUMNS, get_status

#: Conversations on a page of a list.
PAGE_SIZE = 50


class Row(NamedTuple):
    """A conversation in the list, read without a model instance: pages that are open ask for the list all the time."""

    pk: UUID
    title: str
    updated: datetime
    pinned: datetime | None
    archived: datetime | None
    read_at: datetime | None
    head_state: str | None
    head_finished: datetime | None
    above_last_turn: UUID | None

    @property
    def status(self) -> str:
        return get_status(self.head_state, self.head_finished, self.read_at)

    @property
    def is_summarizable(self) -> bool:
        return self.above_last_turn is not None


@dataclass(slots=True)
class Sidebar:
    """One page of the list. `groups`: conversations by heading, in order; `newest`: the heading of those of today;
    `older`: the address of the next page.
    """

    groups: dict[str, list[Row]] = field(default_factory=dict)
    newest: str = ""
    older: str = ""


def build_sidebar(user: User, before: tuple[datetime, UUID] | None = None) -> Sidebar:
    """The pinned conversations and the latest ones; or those before the one with this date and id."""
    listed = Conversation.objects.listed_for(user)
    if before is None:
        # The first two groups are there while they are empty: the page adds conversations to them.
        pinned = _read_rows(listed.filter(pinned__isnull=False).order_by("-pinned"))
        sidebar = Sidebar({_("Pinned"): pinned, _("Today"): []}, newest=_("Today"))
    else:
        updated, pk = before
        listed, sidebar = listed.filter(updated__lte=updated).exclude(updated=updated, pk__gte=pk), Sidebar()
    latest = _read_rows(listed.filter(pinned=None)[: PAGE_SIZE + 1])
    today = timezone.localdate()
    for row in latest[:PAGE_SIZE]:
        label = _day_label(timezone.localdate(row.updated), today)
        sidebar.groups.setdefault(label, []).append(row)
    if len(latest) > PAGE_SIZE:
        last = latest[PAGE_SIZE - 1]
        query = urlencode({"updated": last.updated.isoformat(), "id": last.pk})
        sidebar.older = f"{reverse('sidebar')}?{query}"
    return sidebar


def describe(conversation: Conversation) -> dict[str, object]:
    """What a page compares with what it shows of its conversation."""
    return {
        "id": str(conversation.pk),
        "head": str(conversation.head_id),
        "state": conversation.head.state if conversation.head else "",
        "title": conversation.title,
        "pinned": conversation.pinned is not None,
        "archived": conversation.archived is not None,
        "summarizable": conversation.is_summarizable,
    }


def compute_etag(sidebar: Sidebar, *other: object) -> str:
    """The ETag of a sidebar: another one whenever it would look different."""
    # When it was read matters only for its status.
    groups = [
        (label, [(*row[:5], row.status, row.is_summarizable) for row in rows]) for label, rows in sidebar.groups.items()
    ]
    state = (groups, sidebar.older, get_language(), *other)
    return f'"{hashlib.blake2b(repr(state).encode(), digest_size=16).hexdigest()}"'


def _read_rows(conversations: QuerySet[Conversation]) -> list[Row]:
    return [Row(*values) for values in conversations.values_list(*COLUMNS)]


def _day_label(day: date, today: date) -> str:
    if day >= today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    if day > today - timedelta(days=7):
        return _("Previous 7 days")
    if day > today - timedelta(days=30):
        return _("Previous 30 days")
    return date_format(day, "YEAR_MONTH_FORMAT")
