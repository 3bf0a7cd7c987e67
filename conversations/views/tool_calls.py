"""Calls of tools: what one was asked and has returned, and a person's decision about one that waits for it."""

from base64 import b64decode
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import aget_object_or_404, get_object_or_404, render
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_safe

from chatsite.accounts.http import SignedInRequest
from conversations.forms import DecisionForm, first_error
from conversations.models import Message, ToolCall
from conversations.presentation.tool_values import find_image
from conversations.presentation.tools import show_call
from conversations.replies import AlreadyDecided, Choice, Decision, engine
from conversations.views.messages import refuse
from conversations.views.refusals import REFUSALS, status_and_sentence
from conversations.views.serving import serve_bytes
from conversations.views.streams import respond


class ToolCallView(View):
    http_method_names = ["get", "head", "post"]

    async def get(self, request: SignedInRequest, pk: UUID) -> HttpResponse:
        """The input and the result of a call as HTML, for a script whose page shows only that it is made."""
        call = await get_call(request, pk)
        context = {"step": show_call(call), "with_links": True}
        return await sync_to_async(render)(request, "conversations/_step_body.html", context)

    async def post(self, request: SignedInRequest, pk: UUID) -> HttpResponseBase:
        """Approve or deny a call. With the last decision the answer goes on, and is streamed."""
        call = await get_call(request, pk)
        form = DecisionForm(request.POST)
        if not form.is_valid():
            return await refuse(request, call.conversation, 400, first_error(form))
        decision = Decision(Choice(form.cleaned_data["decision"]), form.cleaned_data["note"])
        try:
            answer, broadcast = await engine.decide(call, decision)
        except AlreadyDecided:
            sentence = _("This was decided before, or the answer was stopped.")
            return await refuse(request, call.conversation, 409, sentence, code="decided")
        except REFUSALS as refused:
            return await refuse(request, call.conversation, *status_and_sentence(refused))
        return await respond(request, answer, broadcast, with_question=False)


@require_safe
def show_image(request: SignedInRequest, pk: UUID, number: int, use: str) -> HttpResponse:
    """An image that came with the result of a call of an answer; `number`: its place among the images, from 1."""
    if "\0" in use:  # PostgreSQL takes none
        raise Http404
    answer = get_object_or_404(Message.objects.visible_to(request.user).only("content"), pk=pk)
    result = next((block.get("content") for block in answer.content if block.get("tool_use_id") == use), None)
    if result is None:  # while the answer is written, only the call has it
        result = ToolCall.objects.of_message(pk).filter(block_id=use).values_list("result", flat=True).first()
    found = find_image(result, number) if isinstance(result, list) else None
    if found is None:
        raise Http404
    media_type, data = found
    try:
        content = b64decode(data, validate=True)
    except ValueError:
        raise Http404 from None
    return serve_bytes(request, content, media_type, f"image-{number}.{media_type.partition('/')[2]}")


async def get_call(request: SignedInRequest, pk: UUID) -> ToolCall:
    """A call in one of the person's conversations, or 404."""
    calls = ToolCall.objects.editable_by(request.user).select_related("conversation")
    return await aget_object_or_404(calls, pk=pk)
