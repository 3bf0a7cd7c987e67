"""What Claude is sent of a long conversation: how much it is, and a summary of its older turns."""

import asyncio
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpResponse
from django.shortcuts import aget_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chatsite.accounts.http import SignedInRequest
from chatsite.http import is_from_script, see_other
from conversations.models import Conversation, Message, NothingToSummarize
from conversations.presentation import wording
from conversations.presentation.turns import build_complete_turn
from conversations.replies import engine
from conversations.replies.context import count_context
from conversations.views import pages
from conversations.views.refusals import REFUSALS, no_content, refusal, status_and_sentence
from conversations.views.replies import get_answer

#: Seconds that a request waits for a summary; proxies give up a response that has not begun after 60.
MAX_WAIT_SECONDS = 50


@require_safe
async def show_context(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The meter below the last answer, as Claude counts what is sent, or nothing where that is little.

    204 where Claude does not count it now.
    """
    answer = await get_answer(Message.objects.visible_to(request.user), pk)
    if answer.is_open or await count_context(answer) is None:
        return no_content()
    return await sync_to_async(render_meter)(request, pk)


def render_meter(request: SignedInRequest, pk: UUID) -> HttpResponse:
    answer = Message.objects.visible_to(request.user).select_related("conversation__owner").filter(pk=pk).first()
    turn = build_complete_turn(answer, request.user) if answer else None
    if turn is None or turn.context_percent is None:
        return HttpResponse()
    return render(request, "conversations/_context_meter.html", {"turn": turn})


@require_POST
async def summarize(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Have the older turns of the branch that is shown summarised. It is written even where the request ends first.

    A plain form that is refused gets the page of the conversation.
    """
    conversations = Conversation.objects.editable_by(request.user).select_related("owner")
    conversation = await aget_object_or_404(conversations, pk=pk)
    try:
        code = await write_summary(conversation)
    except REFUSALS as refused:
        status, sentence, headers = status_and_sentence(refused)
    else:
        if not code:
            return no_content() if is_from_script(request) else see_other("conversation", pk=pk)
        status, sentence, headers = 502, _(wording.ERRORS.get(code, wording.ERRORS["internal"])), {}
    if is_from_script(request):
        return refusal(status, sentence, headers)
    # It may have gone on meanwhile, or be deleted.
    conversation = await aget_object_or_404(conversations, pk=pk)
    draft = pages.Draft(problem=sentence)
    return await sync_to_async(pages.render_page)(request, conversation, draft=draft, status=status, headers=headers)


async def write_summary(conversation: Conversation) -> str:
    """The code of what went wrong, or "". Raises Refused."""
    answer = await conversation.messages.filter(pk__in=[conversation.head_id], role=Message.Role.ASSISTANT).afirst()
    if answer is None:
        raise NothingToSummarize
    answer.conversation = conversation
    try:
        async with asyncio.timeout(MAX_WAIT_SECONDS):
            return await engine.summarize(answer)
    except TimeoutError:
        return ""
