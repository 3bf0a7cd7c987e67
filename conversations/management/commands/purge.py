"""`manage.py purge` deletes what has been kept for its full time. Run it once a day."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from chatsite.accounts.models import User
from conversations.files.strays import delete_strays, find_strays
from conversations.models import Attachment, Conversation, FilesUnavailable, IdempotencyKey, StoredFile
from conversations.models.batches import in_batches
from conversations.models.erasure import erase_step
from conversations.models.idempotency import KEY_LIFETIME
from conversations.models.retention import BIN_PERIOD
from conversations.search.sqlite import merge_index

#: Attempts to empty the write-ahead log, and seconds that each may wait and make other writers wait.
CHECKPOINT_ATTEMPTS, CHECKPOINT_SECONDS = 20, 0.5


@dataclass(frozen=True, slots=True)
class Purge:
    """One line of the report: what is deleted, how much of it there is, and how it is deleted."""

    name: str
    count: Callable[[], int]
    delete: Callable[[], int]


class Command(BaseCommand):
    help = (
        "Permanently deletes conversations that were in the bin for 30 days or without a new message for "
        "RETENTION_DAYS, accounts that their owners deleted, files that were not sent, expired sessions and old "
        "idempotency keys. Safe while the site runs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="report what would be deleted, and delete nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        expired = Conversation.objects.expired_in_bin() | Conversation.objects.expired_by_age()
        postponed = expired.count() - expired.without_running_reply().count()
        self.stdout.write("Would be deleted:" if dry_run else "Deleted:")
        outage: FilesUnavailable | None = None
        for purge in list_purges():
            try:
                number = purge.count() if dry_run else purge.delete()
            except FilesUnavailable as error:
                outage = error
            else:
                self.stdout.write(f"{number:>9}  {purge.name}")
        if postponed:
            self.stdout.write(f"{postponed:>9}  left for the next run, because a reply is being written")
        if connection.vendor == "sqlite" and not dry_run:
            merge_search_index()
            if not truncate_wal():
                raise CommandError(
                    "The write-ahead log of SQLite may still contain deleted texts, because another program reads the "
                    "database. Run the command again."
                )
        if outage:
            sentence = f"Deleted files may still be in their storage, which is unavailable: {outage}. "
            raise CommandError(sentence + "Run the command again.") from outage


def list_purges() -> list[Purge]:
    in_bin = Conversation.objects.expired_in_bin()
    untouched = Conversation.objects.expired_by_age()
    accounts = User.objects.awaiting_deletion()
    sessions = Session.objects.filter(expire_date__lt=timezone.now())
    ended = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key"))
    keys = IdempotencyKey.objects.expired()
    files, unused = Attachment.objects.expired(), StoredFile.objects.unused()
    days = settings.RETENTION_DAYS
    unit = ngettext("day", "days", days)
    age = f"without a new message for {days} {unit}" if days else "for their age (off: RETENTION_DAYS is 0)"
    return [
        Purge(
            f"conversations in the bin for more than {BIN_PERIOD.days} days",
            in_bin.without_running_reply().count,
            in_bin.purge,
        ),
        Purge(f"conversations {age}", untouched.without_running_reply().count, untouched.purge),
        Purge("accounts deleted by their owners", accounts.count, lambda: erase(accounts)),
        Purge("expired sessions", sessions.count, lambda: delete_in_batches(sessions)),
        Purge("records of sessions that have ended", ended.count, lambda: delete_in_batches(ended)),
        Purge(f"idempotency keys older than {KEY_LIFETIME.days} days", keys.count, lambda: delete_in_batches(keys)),
        Purge("files that were not sent for a day", files.count, files.purge),
        # After all else, so that this finds what it has left.
        Purge(
            "contents of files that nothing refers to",
            unused.count,
            lambda: StoredFile.delete_unused(unused.values_list("pk", flat=True)),
        ),
        Purge("files in the storage that the database does not know", lambda: len(find_strays()), delete_strays),
    ]


def erase(accounts: QuerySet[User]) -> int:
    """Erase the accounts in which no reply is being written, and return how many."""
    number = accounts.count()
    while erase_step():
        pass
    return number - accounts.count()


def delete_in_batches(rows: QuerySet[Any]) -> int:
    """Delete the rows and return how many."""
    return sum(batch.delete()[0] for batch in in_batches(rows, 500))


def merge_search_index() -> None:
    """Have SQLite write the index of the search again without the words of deleted texts, in short transactions."""
    is_unfinished = True
    while is_unfinished:
        began = time.monotonic()
        is_unfinished = merge_index(connection)
        # As in `in_batches`: the pause lets others write.
        time.sleep(time.monotonic() - began)


def truncate_wal() -> bool:
    """Have SQLite move its write-ahead log into the database file and empty it: it holds the texts as they were.

    False if others have read the database without a pause.
    """
    if connection.in_atomic_block:
        return True  # SQLite cannot do it inside a transaction; the caller that began it has to.
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=CHECKPOINT_SECONDS)) as database:
        # https://www.sqlite.org/pragma.html#pragma_wal_checkpoint: the first column is 0 on success.
        return any(
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0 for _ in range(CHECKPOINT_ATTEMPTS)
        )
