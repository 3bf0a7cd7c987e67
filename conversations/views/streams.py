"""The page's stream of a reply: its new turns, the frames of its broadcast, its end as the viewer may see it."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from chatsite.accounts.access import Access
from chatsite.accounts.http import SignedInRequest
from chatsite.accounts.models import User
from chatsite.http import see_other
from chatsite.server.connections import with_fresh_connection
from conversations import sse
from conversations.models import Conversation, Message
from conversations.presentation import turns
from conversations.replies import Broadcast, End, Reader

logger = logging.getLogger(__name__)


def wants_stream(request: HttpRequest) -> bool:
    return "text/event-stream" in request.headers.get("Accept", "")


def get_grace_seconds(request: HttpRequest) -> float | None:
    """Seconds a reply may go on without a reader; one that was asked for by a plain form always finishes."""
    return settings.REPLY_GRACE_SECONDS if wants_stream(request) else None


async def respond(
    request: SignedInRequest, answer: Message, broadcast: Broadcast, *, with_question: bool, with_title: bool = False
) -> HttpResponseBase:
    """The response to a question or a retry: a stream for the page's script, a redirect for a plain form."""
    if not wants_stream(request):
        return see_other("conversation", pk=answer.conversation_id)
    first = await sync_to_async(start_frame)(answer, request.user, with_question=with_question)
    # The end of the answer, which may have come by now, is news unless a visible page shows it.
    asked_in = Conversation.objects.owned_by(request.user).filter(pk=answer.conversation_id)
    await sync_to_async(asked_in.mark_read)(answer.created)
    if with_title:
        first += sse.encode_frame("title", {"title": answer.conversation.title})
    return sse.EventStream(page_stream(broadcast, answer, request, first))


def start_frame(answer: Message, viewer: User, *, with_question: bool) -> bytes:
    """The frame with the new turns; those of a retry are its answer alone."""
    new = [answer.parent, answer] if with_question and answer.parent else [answer]
    data = {
        "question": str(answer.parent_id),
        "reply": str(answer.pk),
        "conversation": str(answer.conversation_id),
        "html": turns.render(*(turns.build_complete_turn(message, viewer) for message in new)),
    }
    return sse.encode_frame("start", data)


async def page_stream(
    broadcast: Broadcast, answer: Message, request: SignedInRequest, first: bytes = b""
) -> AsyncGenerator[bytes]:
    """`first`, the frames of a broadcast, one `end`, and a title that comes after it.

    Without `end`, the page asks for the reply again.
    """
    reader = Reader(Access.by_session(request.user, request.session))
    async with aclosing(broadcast.page_frames(reader)) as frames:
        if first:
            yield first
        async for frame in frames:
            yield frame
    if broadcast.end is None or reader.has_access_ended:
        return
    try:
        # The connection that this request began with may be minutes old.
        end = await sync_to_async(with_fresh_connection)(end_frame, (broadcast.end, answer, request.user), {})
    except Exception:
        # Raised from here, Django would never learn that the request is over.
        logger.exception("The end of reply %s could not be rendered.", answer.pk)
        return
    yield end
    if title := await broadcast.wait_for_late_title():
        yield title


def end_frame(end: End, answer: Message, viewer: User) -> bytes:
    """The last frame, with the finished turn as this viewer may see it; without one when its row is deleted."""
    message = Message.objects.select_related("conversation__owner").filter(pk=answer.pk).first()
    if end.state == Message.State.WAITING and message is not None and not message.is_open:
        # Somebody has stopped it since.
        end = replace(end, state=message.state, ending=message.ending)
    # Without the turn where the row could not be stored: it would look as if the answer were still being written.
    is_stored = message is not None and message.state == end.state
    turn = turns.build_complete_turn(message, viewer) if message and is_stored else None
    data = {
        "state": end.state,
        "ending": end.ending,
        "code": end.error_code,
        "stop_reason": end.stop_reason,
        "usage": turn.usage if turn else None,
        "html": turns.render(turn) if turn else "",
    }
    return sse.encode_frame("end", data)
