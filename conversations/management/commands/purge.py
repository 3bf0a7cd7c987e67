"""`manage.py purge`: deletes for good what has been kept for as long as it should be; meant to run once a day."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandParser
from django.db.models import QuerySet
from django.utils import timezone

from conversations.models import Conversation, IdempotencyKey
from conversations.models.batches import few_at_a_time
from conversations.models.idempotency import KEPT
from conversations.models.retention import KEPT_IN_BIN


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of the report: what it is, which rows, and how they are deleted."""

    what: str
    rows: QuerySet[Any]
    delete: Callable[[], int]


class Command(BaseCommand):
    help = (
        "Deletes for good: conversations that were in the bin for 30 days or without a new message for RETENTION_DAYS, "
        "sessions that are over, keys that nobody repeats. Safe while the site runs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be deleted, and delete nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        dry = options["dry_run"]
        due = Conversation.objects.past_their_bin() | Conversation.objects.past_retention()
        writing = due.count() - due.at_rest().count()
        self.stdout.write("Would be deleted for good:" if dry else "Deleted for good:")
        for kind in (*_conversations(), *_traces()):
            self.stdout.write(f"{kind.rows.count() if dry else kind.delete():>9}  {kind.what}")
        if writing:
            self.stdout.write(f"{writing:>9}  left for the next time: a reply is being written")


def _conversations() -> list[Kind]:
    binned = Conversation.objects.past_their_bin()
    untouched = Conversation.objects.past_retention()
    days = settings.RETENTION_DAYS
    retention = f"without a new message for {days} days" if days else "for their age (RETENTION_DAYS is 0: never)"
    return [
        Kind(f"conversations in the bin for more than {KEPT_IN_BIN.days} days", binned.at_rest(), binned.purge),
        Kind(f"conversations {retention}", untouched.at_rest(), untouched.purge),
    ]


def _traces() -> list[Kind]:
    sessions = Session.objects.filter(expire_date__lt=timezone.now())
    keys = IdempotencyKey.objects.past_use()
    return [
        Kind("sessions that are over", sessions, lambda: _delete(sessions)),
        Kind(f"idempotency keys older than {KEPT.days} days", keys, lambda: _delete(keys)),
    ]


def _delete(rows: QuerySet[Any]) -> int:
    return sum(few.delete()[0] for few in few_at_a_time(rows, 500))
