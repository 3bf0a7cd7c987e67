"""Questions: the first of a conversation, the next one, one in the place of an earlier one, and other words for one."""

from collections.abc import Callable
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import aget_object_or_404
from django.views.decorators.http import require_http_methods, require_POST

from chatsite.accounts.http import SignedInRequest
from chatsite.http import is_from_script, see_other
from conversations import sse
from conversations.forms import QuestionForm, RewordForm, error_code, first_error
from conversations.models import Conversation, Message
from conversations.presentation import turns
from conversations.replies import engine
from conversations.views import conversations, pages
from conversations.views.refusals import REASONS, refusal, status_and_sentence, wants_stream


@require_http_methods(["GET", "HEAD", "POST"])
async def start(request: SignedInRequest) -> HttpResponseBase:
    """The first question creates its conversation; GET lists all conversations."""
    if request.method in {"GET", "HEAD"}:
        return await sync_to_async(conversations.list_all)(request)
    return await _ask(request, None)


@require_POST
async def ask(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    """The next question, or with `parent` one in the place of an earlier one."""
    return await _ask(request, await aget_object_or_404(Conversation.objects.editable_by(request.user), pk=pk))


async def _ask(request: SignedInRequest, conversation: Conversation | None) -> HttpResponseBase:
    form = QuestionForm(request.POST, default_model=await _usual_model(request, conversation))
    if not form.is_valid():
        return await refuse(request, conversation, 400, first_error(form), code=error_code(form))
    streamed = wants_stream(request)
    grace = settings.REPLY_GRACE_SECONDS if streamed else None
    try:
        answer, broadcast = await engine.begin(_verb(request, conversation, form), grace=grace)
    except REASONS as reason:
        return await refuse(request, conversation, *status_and_sentence(reason))
    if not streamed:
        return see_other("conversation", pk=answer.conversation_id)
    first = await sync_to_async(opening)(answer, with_question=True, with_title=conversation is None)
    return sse.EventStream(sse.led_by(first, broadcast.page()))


async def _usual_model(request: SignedInRequest, conversation: Conversation | None) -> str:
    """Who answered last here, for a form that names no model; a question that names one costs no query."""
    if conversation is None or request.POST.get("model"):
        return ""
    return await sync_to_async(conversation.newest_model)()


def _verb(request: SignedInRequest, conversation: Conversation | None, form: QuestionForm) -> Callable[[], Message]:
    """What the form asks for, as a call that stores it and returns the empty answer."""
    text, key, model = (form.cleaned_data[name] for name in ("text", "key", "model"))

    def store() -> Message:
        if conversation is None:
            return Conversation.begin(request.user, text, key=key, model=model, runner=engine.runner)
        if form.is_edit:
            parent = form.cleaned_data["parent"]
            return conversation.revise(parent, text, key=key, model=model, runner=engine.runner)
        return conversation.ask(text, key=key, model=model, runner=engine.runner)

    return store


@require_POST
async def reword(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Store a question in other words and ask nothing; the response tells a script the id of the new version."""
    questions = Message.objects.editable_by(request.user).filter(role=Message.Role.USER)
    question = await aget_object_or_404(questions.select_related("conversation"), pk=pk)
    conversation, form = question.conversation, RewordForm(request.POST)
    if not form.is_valid():
        return await refuse(request, conversation, 400, first_error(form), edit=str(pk))
    try:
        version = await sync_to_async(conversation.reword)(pk, form.cleaned_data["text"], key=form.cleaned_data["key"])
    except REASONS as reason:
        return await refuse(request, conversation, *status_and_sentence(reason), edit=str(pk))
    if is_from_script(request):
        return JsonResponse({"question": str(version.pk)})
    return see_other("conversation", pk=conversation.pk)


def opening(answer: Message, *, with_question: bool, with_title: bool = False) -> bytes:
    """The first frames of a stream: the new turns, and the title of a new conversation."""
    new = [answer.parent, answer] if with_question and answer.parent else [answer]
    start = {
        "question": str(answer.parent_id),
        "reply": str(answer.pk),
        "conversation": str(answer.conversation_id),
        "html": turns.render(*map(turns.alone, new)),
    }
    frames = sse.named("start", start)
    if with_title:
        frames += sse.named("title", {"title": answer.conversation.title})
    return frames


async def refuse(
    request: SignedInRequest,
    conversation: Conversation | None,
    status: int,
    sentence: str,
    headers: dict[str, str] | None = None,
    *,
    code: str = "",
    edit: str = "",
) -> HttpResponse:
    """A script gets the sentence; a plain form gets its page back, with all that was typed.

    `edit`: the question whose form was sent, where the form itself does not name it.
    """
    if is_from_script(request):
        return refusal(status, sentence, headers, code=code)
    edit = edit or request.POST.get("question", "")
    draft, model = request.POST.get("text", ""), request.POST.get("model", "")
    if conversation is not None:
        # Read anew: what was refused may have got as far as a new head, which was not kept.
        conversation = await Conversation.objects.editable_by(request.user).filter(pk=conversation.pk).afirst()
    return await sync_to_async(pages.render_page)(
        request, conversation, edit=edit, problem=sentence, draft=draft, model=model, status=status
    )
