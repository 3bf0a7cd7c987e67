"""Questions: the first of a conversation, the next one, an edited one, and other words for one."""

from collections.abc import Sequence
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_POST

from chatsite.accounts.http import SignedInRequest
from chatsite.http import is_from_script, see_other
from conversations.files.uploads import UploadRefused, store_upload
from conversations.forms import QuestionForm, RewordForm, error_code, first_error
from conversations.models import Conversation, HeadMoved, Message
from conversations.replies import engine
from conversations.views import conversations, pages
from conversations.views.refusals import REFUSALS, refusal, status_and_sentence
from conversations.views.streams import get_grace_seconds, respond


class ConversationsView(View):
    """All conversations of a person: list them (GET), or create one with its first question (POST)."""

    http_method_names = ["get", "head", "post"]

    async def get(self, request: SignedInRequest) -> HttpResponse:
        return await sync_to_async(conversations.list_all)(request)

    async def post(self, request: SignedInRequest) -> HttpResponseBase:
        return await ask_in(request, None)


@require_POST
async def ask(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    """The next question, or with `parent` an edited one."""
    conversation = await Conversation.objects.editable_by(request.user).filter(pk=pk).afirst()
    return await (ask_in(request, conversation) if conversation else refuse_deleted(request))


async def ask_in(request: SignedInRequest, conversation: Conversation | None) -> HttpResponseBase:
    # Parsed already: the check of the CSRF token reads a form, in a thread.
    uploads = [file for file in request.FILES.getlist("upload") if file.name]
    model = await last_model(request, conversation)
    form = QuestionForm(request.POST, default_model=model, uploads=len(uploads))
    if not form.is_valid():
        return await refuse(request, conversation, 400, first_error(form), code=error_code(form))
    grace = get_grace_seconds(request)
    stored: list[UUID] = []
    try:
        for upload in uploads:
            stored.append((await store_upload(request.user, upload, reuse=True)).pk)
        question = form.build_question(stored)
        answer, broadcast = await engine.answer(conversation, question, request.user, grace=grace)
    except UploadRefused as refused:
        return await refuse(request, conversation, refused.status, str(refused), refused.headers, uploaded=stored)
    except REFUSALS as refused:
        code = "stale" if isinstance(refused, HeadMoved) else ""
        return await refuse(request, conversation, *status_and_sentence(refused), code=code, uploaded=stored)
    return await respond(request, answer, broadcast, with_question=True, with_title=conversation is None)


async def last_model(request: SignedInRequest, conversation: Conversation | None) -> str:
    """The model of the last answer, for a form that names none."""
    if conversation is None or request.POST.get("model"):
        return ""
    return await sync_to_async(conversation.newest_model)()


@require_POST
async def reword(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Store a question in other words and ask nothing; the response tells a script the id of the new version."""
    questions = Message.objects.editable_by(request.user).filter(role=Message.Role.USER)
    question = await questions.filter(pk=pk).select_related("conversation").afirst()
    if question is None:
        return await refuse_deleted(request)
    conversation, form = question.conversation, RewordForm(request.POST)
    if not form.is_valid():
        return await refuse(request, conversation, 400, first_error(form), edit=str(pk))
    try:
        version = await sync_to_async(conversation.reword)(pk, form.cleaned_data["text"], key=form.cleaned_data["key"])
    except REFUSALS as refused:
        return await refuse(request, conversation, *status_and_sentence(refused), edit=str(pk))
    if is_from_script(request):
        return JsonResponse({"question": str(version.pk)})
    return see_other("conversation", pk=conversation.pk)


async def refuse_deleted(request: SignedInRequest) -> HttpResponse:
    """A plain form gets a new conversation with its text. What a person may not see looks the same."""
    return await refuse(request, None, 404, _("This conversation was deleted. Send your text to ask in a new one."))


async def refuse(
    request: SignedInRequest,
    conversation: Conversation | None,
    status: int,
    sentence: str,
    headers: dict[str, str] | None = None,
    *,
    code: str = "",
    edit: str = "",
    uploaded: Sequence[UUID] = (),
) -> HttpResponse:
    """A script gets the sentence; a plain form gets its page back, with all that was typed and attached.

    `edit`: the question whose form was sent, where the form itself does not name it. `uploaded`: what came with the
    form and is stored.
    """
    if is_from_script(request):
        return refusal(status, sentence, headers, code=code)
    edit = edit or request.POST.get("question", "")
    if conversation is not None:
        # Read again: the refused question may have changed this instance before it was rolled back.
        conversation = await Conversation.objects.editable_by(request.user).filter(pk=conversation.pk).afirst()
    draft = pages.Draft(
        text=request.POST.get("text", ""),
        model=request.POST.get("model", ""),
        effort=request.POST.get("effort", ""),
        files=[*request.POST.getlist("files"), *map(str, uploaded)],
        tools=request.POST.getlist("tools") if "text" in request.POST else None,
        problem=sentence,
    )
    render_page = sync_to_async(pages.render_page)
    return await render_page(request, conversation, edit=edit, draft=draft, status=status, headers=headers)
