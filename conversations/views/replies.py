"""A reply as a thing of its own: follow it, have it tried again, stop it."""

import asyncio
from contextlib import suppress
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import aget_object_or_404
from django.views.decorators.http import require_POST

from chatsite.accounts.http import SignedInRequest
from chatsite.http import see_other
from conversations import sse
from conversations.forms import RetryForm, error_code, first_error
from conversations.models import Message
from conversations.replies import engine
from conversations.views.messages import opening, refuse
from conversations.views.refusals import REASONS, status_and_sentence, wants_stream

#: Seconds that a stop waits for the reply to be stored, so that it can say how it ended.
PATIENCE = 3


async def reply(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    """Follow (GET), try again (POST) or stop (DELETE) a reply."""
    answer = await _answer_or_404(request, pk)
    match request.method:
        case "GET":
            return sse.EventStream((await engine.follow(answer)).page())
        case "POST":
            return await retry(request, answer)
        case "DELETE":
            return await stop(answer)
    return HttpResponse(status=405, headers={"Allow": "GET, POST, DELETE"})


async def retry(request: SignedInRequest, answer: Message) -> HttpResponseBase:
    """Have the same question answered once more, beside the answer that is there."""
    form = RetryForm(request.POST, default_model=answer.model)
    if not form.is_valid():
        return await refuse(request, answer.conversation, 400, first_error(form), code=error_code(form))
    model, key = form.cleaned_data["model"], form.cleaned_data["key"]
    streamed = wants_stream(request)
    try:
        again, broadcast = await engine.begin(
            lambda: answer.conversation.retry(answer, key=key, model=model, runner=engine.runner),
            grace=settings.REPLY_GRACE_SECONDS if streamed else None,
        )
    except REASONS as reason:
        return await refuse(request, answer.conversation, *status_and_sentence(reason))
    if not streamed:
        return see_other("conversation", pk=answer.conversation_id)
    first = await sync_to_async(opening)(again, with_question=False)
    return sse.EventStream(sse.led_by(first, broadcast.page()))


async def stop(answer: Message) -> JsonResponse:
    """Idempotent; says in which state the reply is."""
    broadcast = await engine.stop(answer)
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            return JsonResponse({"state": (await broadcast.until_ended()).state})
    return JsonResponse({"state": answer.state})


@require_POST
async def stop_by_form(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Stop a reply, for a browser without JavaScript; scripts send DELETE to the reply."""
    answer = await _answer_or_404(request, pk)
    await engine.stop(answer)
    return see_other("conversation", pk=answer.conversation_id)


async def _answer_or_404(request: SignedInRequest, pk: UUID) -> Message:
    answers = Message.objects.editable_by(request.user).filter(role=Message.Role.ASSISTANT)
    return await aget_object_or_404(answers.select_related("conversation__owner"), pk=pk)
