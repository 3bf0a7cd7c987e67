"""The list of conversations beside every page, and what a page that is open must know of changes made elsewhere."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chatsite.accounts.models import User
from conversations.models import Conversation

#: Conversations on a page of a list.
PAGE_SIZE = 50


@dataclass(slots=True)
class Sidebar:
    """One page of the list. `groups`: conversations by heading, in order; `newest`: the heading of those of today;
    `older`: the address of the next page.
    """

    groups: dict[str, list[Conversation]] = field(default_factory=dict)
    newest: str = ""
    older: str = ""

    @property
    def conversations(self) -> list[Conversation]:
        return [conversation for group in self.groups.values() for conversation in group]


def build_sidebar(user: User, before: tuple[datetime, UUID] | None = None) -> Sidebar:
    """The pinned conversations and the latest ones; or those before the one with this date and id."""
    listed = Conversation.objects.listed_for(user).with_status()
    if before is None:
        # The first two groups are there while they are empty: the page adds conversations to them.
        pinned = list(listed.filter(pinned__isnull=False).order_by("-pinned"))
        sidebar = Sidebar({_("Pinned"): pinned, _("Today"): []}, newest=_("Today"))
    else:
        updated, pk = before
        listed, sidebar = listed.filter(updated__lte=updated).exclude(updated=updated, pk__gte=pk), Sidebar()
    latest = list(listed.filter(pinned=None)[: PAGE_SIZE + 1])
    today = timezone.localdate()
    for conversation in latest[:PAGE_SIZE]:
        label = _day_label(timezone.localdate(conversation.updated), today)
        sidebar.groups.setdefault(label, []).append(conversation)
    if len(latest) > PAGE_SIZE:
        last = latest[PAGE_SIZE - 1]
        query = urlencode({"updated": last.updated.isoformat(), "id": last.pk})
        sidebar.older = f"{reverse('sidebar')}?{query}"
    return sidebar


def describe_open(user: User, pk: UUID | None) -> dict[str, object] | None:
    """What a page that shows this conversation compares with what it shows; None if there is no such conversation."""
    columns = ("pk", "head", "title", "pinned", "archived")
    row = Conversation.objects.visible_to(user).filter(pk=pk).values(*columns).first() if pk else None
    if row is None:
        return None
    flags = {name: row[name] is not None for name in ("pinned", "archived")}
    return {"id": str(row["pk"]), "head": str(row["head"]), "title": row["title"], **flags}


def compute_etag(sidebar: Sidebar, *other: object) -> str:
    """The ETag of a sidebar: another one whenever it would look different."""
    rows = [(it.pk, it.title, it.updated, it.pinned, it.status) for it in sidebar.conversations]
    state = (rows, sidebar.older, timezone.localdate(), get_language(), *other)
    return f'"{hashlib.blake2b(repr(state).encode(), digest_size=16).hexdigest()}"'


def _day_label(day: date, today: date) -> str:
    if day >= today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    if day > today - timedelta(days=7):
        return _("Previous 7 days")
    if day > today - timedelta(days=30):
        return _("Previous 30 days")
    return date_format(day, "F Y")
