"""Copies of turns: below another version of their question, or in another conversation."""

import uuid
from uuid import UUID

from conversations.models.citation import has_citations
from conversations.models.message import Message


def copy_turns(path: list[UUID], parent: UUID | None, conversation: UUID | None = None) -> dict[UUID, UUID]:
    """Copy turns that follow one another, below another parent; returns the id of the copy of each.

    `conversation`: another one for the copies. The answer of the last turn must be final.
    """
    messages = Message.objects.in_bulk(path)
    copies = [messages[pk] for pk in path]
    if not copies:
        return {}
    original = copies[0].conversation_id
    copies[0].html_version = 0  # what it was rendered from includes the answer that its question continues
    for copy in copies:
        if has_citations(copy.content):
            copy.html_version = 0  # the marks link to the sources of the original
    created = [copy.created for copy in copies]
    ids = {pk: uuid.uuid4() for pk in path}
    for copy in copies:
        copy.pk, copy.parent_id, copy.context_tokens = ids[copy.pk], parent, None
        copy.conversation_id = conversation or copy.conversation_id
        if copy.sent_from_id in ids:
            copy.sent_from_id = ids[copy.sent_from_id]
        parent = copy.pk
    Message.objects.bulk_create(copies)
    # `bulk_create` overwrites `created`; restore it.
    for copy, moment in zip(copies, created, strict=True):
        copy.created = moment
    Message.objects.bulk_update(copies, ["created"], batch_size=200)
    # Not those that the content names: some may be deleted.
    link = Message.attachments.through
    links = link.objects.filter(message__conversation=original).values_list("message_id", "attachment_id")
    link.objects.bulk_create(
        [link(message_id=ids[message], attachment_id=file) for message, file in links if message in ids]
    )
    return ids
