"""A new conversation that begins with the turns of another one."""

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.models import asking, tree
from conversations.models.conversation import Conversation
from conversations.models.copies import copy_turns
from conversations.models.idempotency import IdempotencyKey
from conversations.models.message import Message
from conversations.models.refusals import Busy
from conversations.models.summary import Summary
from conversations.models.title import MAX_TITLE_LENGTH


def fork(answer: Message, *, key: str = "") -> Conversation:
    """Copy the turns down to an answer into a new conversation of the same owner.

    What they cost, and the calls of tools in them, stay with the original. Raises Refused: Busy while the answer is
    not final.
    """
    original, fingerprint = answer.conversation, ("fork", answer.pk)
    with transaction.atomic():
        asking.lock_owner(original.owner_id)
        if repeated := IdempotencyKey.find_message(original.owner_id, key, fingerprint):
            return repeated.conversation
        original.reload_head()
        if Message.objects.open().filter(pk=answer.pk).exists():
            raise Busy
        path = tree.path_to(answer.pk, original.parents())
        conversation = Conversation.objects.create(
            owner_id=original.owner_id, title=make_title(original.title), system=original.system
        )
        copies = copy_turns(path, None, conversation.pk)
        conversation.head_id = copies[answer.pk]
        conversation.save(update_fields=["head"])
        summaries = [summary for summary in original.summaries.order_by("created", "pk") if summary.upto_id in copies]
        for summary in summaries:
            summary.pk, summary.conversation_id, summary.upto_id = None, conversation.pk, copies[summary.upto_id]
        Summary.objects.bulk_create(summaries)
        IdempotencyKey.remember(original.owner_id, key, fingerprint, Message(pk=conversation.head_id))
    return conversation


def make_title(title: str) -> str:
    mark = _("branch")
    return f"{title[: MAX_TITLE_LENGTH - len(mark) - 3]} ({mark})"
