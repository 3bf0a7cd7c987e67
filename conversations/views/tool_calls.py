"""Calls of tools: what one was asked and has returned, and a person's decision about one that waits for it."""

from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import aget_object_or_404, render
from django.utils.translation import gettext as _
from django.views import View

from chatsite.accounts.http import SignedInRequest
from conversations.forms import DecisionForm, first_error
from conversations.models import ToolCall
from conversations.presentation.tools import show_call
from conversations.replies import AlreadyDecided, Choice, Decision, engine
from conversations.views.messages import refuse
from conversations.views.refusals import REFUSALS, status_and_sentence
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


async def get_call(request: SignedInRequest, pk: UUID) -> ToolCall:
    """A call in one of the person's conversations, or 404."""
    calls = ToolCall.objects.editable_by(request.user).select_related("conversation")
    return await aget_object_or_404(calls, pk=pk)
