"""What goes to and comes from the database for all running replies of this process together, once a second.

Measured far cheaper than a save per reply: one transaction, rows in the order of their ids, no model instances.
"""

import json
import logging
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now

from chatsite.server.outages import is_outage
from conversations.models import Message, Usage
from conversations.replies import call
from conversations.replies.mirrors import WATCH_SECONDS

logger = logging.getLogger(__name__)

#: Seconds. Longer than the interval in which another process refreshes `watched_at`, as that may take a while.
WATCHED_WITHIN = 1.5 * WATCH_SECONDS

# Fenced by runner and state: a stale reply that was marked interrupted is not written any more.
UPDATE_POSTGRESQL = """
UPDATE conversations_message AS message SET text = new.text, heartbeat = statement_timestamp()
FROM unnest(%s::uuid[], %s::text[]) AS new(id, text)
WHERE message.id = new.id AND message.runner = %s AND message.state = 'writing'
"""
UPDATE_SQLITE = """
UPDATE conversations_message SET text = %s, heartbeat = strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')
WHERE id = %s AND runner = %s AND state = 'writing'
"""

# The ORM would cost more than all that a round stores.
SELECT_POSTGRESQL = """
SELECT id, state, stop_requested, watched_at > statement_timestamp() - %s * interval '1 second'
FROM conversations_message WHERE id = ANY(%s::uuid[])
"""
SELECT_SQLITE = """
SELECT id, state, stop_requested, watched_at > strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', -%s || ' seconds')
FROM conversations_message WHERE id IN (SELECT value FROM json_each(%s))
"""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is to be stored of one reply: its text, or None when that has not grown or is not due yet."""

    id: UUID
    text: str | None


@dataclass(frozen=True, slots=True)
class StoredReply:
    """What the row of a running reply says."""

    is_writing: bool
    stop_requested: str
    is_watched: bool


def store_and_read(checkpoints: list[Checkpoint], usages: list[Usage], runner: str) -> dict[UUID, StoredReply]:
    """Store one round and read the rows of its replies; a reply whose row is deleted is missing.

    `usages`: rows of calls that have started since the last round.
    """
    checkpoints = sorted(checkpoints, key=lambda checkpoint: checkpoint.id)
    try:
        store_checkpoints(checkpoints, usages, runner)
    except Exception as error:
        if len(checkpoints) + len(usages) == 1 or is_outage(error):
            raise
        logger.exception("A round of checkpoints failed; storing row by row.")
        for checkpoint in checkpoints:
            try:
                store_checkpoints([checkpoint], [], runner)
            except Exception:
                logger.exception("The checkpoint of reply %s failed.", checkpoint.id)
        for usage in usages:
            try:
                store_checkpoints([], [usage], runner)
            except Exception:
                # It is inserted when its call is settled.
                logger.exception("The usage of request %s could not be inserted.", usage.request_id)
    return read_rows([checkpoint.id for checkpoint in checkpoints])


def store_checkpoints(checkpoints: list[Checkpoint], usages: list[Usage], runner: str) -> None:
    grown = [(checkpoint.id, checkpoint.text) for checkpoint in checkpoints if checkpoint.text is not None]
    unchanged = [checkpoint.id for checkpoint in checkpoints if checkpoint.text is None]
    with transaction.atomic():
        if grown:
            store_texts(grown, runner)
        if unchanged:
            Message.objects.writing().filter(pk__in=unchanged, runner=runner).update(heartbeat=Now())
        if usages:
            call.insert_usages(usages)


def store_texts(texts: list[tuple[UUID, str]], runner: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(UPDATE_POSTGRESQL, [[pk for pk, _text in texts], [text for _pk, text in texts], runner])
        else:
            cursor.executemany(UPDATE_SQLITE, [(text, pk.hex, runner) for pk, text in texts])


def read_rows(ids: list[UUID]) -> dict[UUID, StoredReply]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(SELECT_POSTGRESQL, [WATCHED_WITHIN, ids])
        else:
            cursor.execute(SELECT_SQLITE, [WATCHED_WITHIN, json.dumps([pk.hex for pk in ids])])
        rows = cursor.fetchall()
    return {
        pk if isinstance(pk, UUID) else UUID(pk): StoredReply(state == Message.State.WRITING, stop, bool(watched))
        for pk, state, stop, watched in rows
    }
