"""A reply as a resource of its own: follow it, retry it, stop it."""

import asyncio
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import aget_object_or_404
from django.views import View
from django.views.decorators.http import require_POST

from chatsite.accounts.http import SignedInRequest
from chatsite.http import see_other
from conversations import sse
from conversations.forms import RetryForm, error_code, first_error
from conversations.models import Message, Retry
from conversations.replies import engine
from conversations.views.messages import refuse
from conversations.views.refusals import REFUSALS, status_and_sentence
from conversations.views.streams import get_grace_seconds, page_stream, respond

#: Seconds that a stop waits for the reply to be stored, so that it can say how it ended.
STOP_SECONDS = 3


class ReplyView(View):
    http_method_names = ["get", "post", "delete"]

    async def get(self, request: SignedInRequest, pk: UUID) -> HttpResponseBase:
        """Follow the reply, in whichever process it is written."""
        answer = await get_answer(Message.objects.visible_to(request.user), pk)
        return sse.EventStream(page_stream(await engine.follow(answer), answer, request))

    async def post(self, request: SignedInRequest, pk: UUID) -> HttpResponseBase:
        """Have the question answered again, beside this answer."""
        answer = await get_answer(Message.objects.editable_by(request.user), pk)
        form = RetryForm(request.POST, default_model=answer.model)
        if not form.is_valid():
            return await refuse(request, answer.conversation, 400, first_error(form), code=error_code(form))
        retry = Retry(answer=answer.pk, tools=tuple(answer.tools), **form.cleaned_data)
        try:
            new_answer, broadcast = await engine.retry(answer, retry, grace=get_grace_seconds(request))
        except REFUSALS as refused:
            return await refuse(request, answer.conversation, *status_and_sentence(refused))
        return await respond(request, new_answer, broadcast, with_question=False)

    async def delete(self, request: SignedInRequest, pk: UUID) -> JsonResponse:
        """Stop the reply; idempotent. The response says in which state it is."""
        answer = await get_answer(Message.objects.editable_by(request.user), pk)
        broadcast = await engine.stop(answer)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                end = await broadcast.until_ended()
        except TimeoutError:
            return JsonResponse({"state": answer.state})
        state = end.state
        if state == Message.State.WAITING:
            # Stopped when its reply had ended: only the row says so.
            state = await Message.objects.filter(pk=pk).values_list("state", flat=True).afirst() or state
        return JsonResponse({"state": state})


@require_POST
async def stop_by_form(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Stop a reply, for a browser without JavaScript; scripts send DELETE to the reply."""
    answer = await get_answer(Message.objects.editable_by(request.user), pk)
    await engine.stop(answer)
    return see_other("conversation", pk=answer.conversation_id)


async def get_answer(messages: QuerySet[Message], pk: UUID) -> Message:
    """An answer with its conversation, or 404."""
    answers = messages.filter(role=Message.Role.ASSISTANT).select_related("conversation__owner")
    return await aget_object_or_404(answers, pk=pk)
