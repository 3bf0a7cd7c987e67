"""`POST /api/chat`: the plain API. Its refusals are JSON and come in the order of the checks in `chat`."""

import asyncio
import logging
import weakref
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from chatsite.accounts.access import Access
from chatsite.accounts.models import ApiToken, User
from chatsite.form_text import TextNotUTF8
from chatsite.http import parse_uuid
from conversations import sse
from conversations.files.uploads import UploadRefused, store_upload
from conversations.models import Conversation, Message, Question, Tool, TooManyTurns
from conversations.models.question import Approval
from conversations.models.tokens import Tokens
from conversations.presentation import details, wording
from conversations.replies import End, Reader, engine
from conversations.views.chat_request import INVALID, ChatRequest, InvalidRequest, parse, parse_form
from conversations.views.refusals import REFUSALS, refusal, status_and_sentence
from conversations.views.turn_limit import turn_limit

logger = logging.getLogger(__name__)

#: Seconds before a program hears that it has sent too many turns.
REFUSAL_SECONDS = 1


# CSRF is checked by `authenticate_request`: a request with an API token needs no CSRF token.
@csrf_exempt
@login_not_required
async def chat(request: HttpRequest) -> HttpResponseBase:
    """One question, answered as a stream of `data:` frames."""
    if request.method != "POST":
        return refusal(405, "Method not allowed", {"Allow": "POST"})
    try:
        # In a thread: to read ten thousand turns takes much longer than the event loop may be blocked.
        user, access, body, question, files = await sync_to_async(read_request)(request)
        conversation = await get_conversation(user, body.conversation)
        question = await attach(user, question, files)
        answer, broadcast = await engine.answer(conversation, question, user, grace=0)
    except TextNotUTF8 as error:
        return refusal(400, str(error))
    except (MultiPartParserError, TooManyFieldsSent, TooManyFilesSent):
        return refusal(400, INVALID)
    except RequestDataTooBig:
        return refusal(413, _("The request is too large."))
    except InvalidRequest as error:
        return refusal(error.status, str(error))
    except UploadRefused as refused:
        return refusal(refused.status, str(refused), refused.headers)
    except ValidationError as error:
        return refusal(400, error.messages[0])
    except TooManyTurns as refused:
        # To refuse a program that asks in a loop costs nearly as much as to read what it sends.
        await asyncio.sleep(REFUSAL_SECONDS)
        return refusal(*status_and_sentence(refused))
    except REFUSALS as refused:
        return refusal(*status_and_sentence(refused))
    headers = {"X-Conversation-Id": str(answer.conversation_id), "X-Message-Id": str(answer.pk)}
    response = sse.EventStream(broadcast.plain_frames(Reader(access), partial(end_frame, answer)), headers)
    # When the caller leaves before the first frame, Django drops the response without reading or closing it.
    leaving = weakref.finalize(response, asyncio.get_running_loop().call_soon_threadsafe, broadcast.notify_if_unread)
    leaving.atexit = False
    left_out = body.count_empty_answers()
    if answer.sent_from_id:
        left_out += await sync_to_async(answer.count_turns_not_sent)()
    if left_out:
        response["X-Turns-Left-Out"] = str(left_out)
    return response


async def end_frame(answer: Message, end: End) -> bytes:
    """The last frame before `[DONE]`: an error, or how the answer ended and what it used."""
    if sentence := wording.plain_error(ending=end.ending, error_code=end.error_code):
        return sse.encode_plain_frame(
            {
                "error": sentence,
                "code": end.error_code or end.ending,
                "retryable": end.is_retryable,
                "request_id": end.request_id,
            }
        )
    tokens = end.tokens or await read_tokens(answer)
    usage = details.encode_usage(tokens) if tokens else None
    data = {"text": "", "state": end.state, "stop_reason": end.stop_reason or None, "usage": usage}
    return sse.encode_plain_frame(data)


async def read_tokens(answer: Message) -> Tokens | None:
    """What all calls of an answer have used, where this process has not made all of them."""
    try:
        return await sync_to_async(details.sum_tokens)(answer)
    except Exception:
        # The text is there without it. Raised from here, Django would never learn that the request is over.
        logger.exception("What reply %s used could not be read.", answer.pk)
        return None


def read_request(request: HttpRequest) -> tuple[User, Access, ChatRequest, Question, list[list[Any]]]:
    """Raises InvalidRequest, TooManyTurns, and ValidationError with a sentence."""
    user, access = authenticate_request(request)
    uploads: list[Any] = []
    if is_form(request):
        body = parse_form(request.POST)
        uploads = [file for name in request.FILES for file in request.FILES.getlist(name)]
    else:
        body = parse(request.body)
    # Before they are checked: a loop of requests that are refused costs nearly as much.
    turn_limit.add(user.pk, body.count_turns())
    question, files = body.question(uploads)
    if question.tools:
        refuse_unknown_tools(user, question.tools)
    approval = Approval.GIVEN if access.may_act else Approval.NOBODY
    return user, access, body, replace(question, approval=approval), files


def refuse_unknown_tools(user: User, names: Sequence[str]) -> None:
    """Raise InvalidRequest for a tool that there is not, or not for this person."""
    usable = set(Tool.objects.named(user, names).values_list("name", flat=True))
    if unknown := next((name for name in names if name not in usable), None):
        raise InvalidRequest(_("There is no tool “%(name)s” for you.") % {"name": unknown})


def is_form(request: HttpRequest) -> bool:
    return request.content_type == "multipart/form-data"


async def attach(user: User, question: Question, files: list[list[Any]]) -> Question:
    """The question with the files of its turns, each stored unless the person has it already. Raises UploadRefused."""
    ids = [tuple([(await store_upload(user, file, reuse=True)).pk for file in of_turn]) for of_turn in files]
    pairs = zip(question.earlier, ids[:-1], strict=True)
    earlier = tuple(replace(turn, attachments=of_turn) for turn, of_turn in pairs)
    return replace(question, earlier=earlier, attachments=ids[-1])


def authenticate_request(request: HttpRequest) -> tuple[User, Access]:
    """The person, and the API token or the session; raises InvalidRequest.

    Also sets the content type to JSON and records the use of the token.
    """
    scheme, _space, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer":
        if token := ApiToken.authenticate(secret.strip()):
            return token.user, Access.by_token(token)
        raise InvalidRequest("Invalid token", status=401)
    if not isinstance(request.user, User):
        raise InvalidRequest("Sign in, or send a token", status=401)
    # The CSRF token comes in a header: JSON that is called a form must not be parsed for one.
    if not is_form(request):
        request.content_type = "application/json"
    check = CsrfViewMiddleware(lambda request: HttpResponse())
    if check.process_view(request, lambda request: HttpResponse(), (), {}) is not None:
        raise InvalidRequest("CSRF token missing or incorrect", status=403)
    return request.user, Access.by_session(request.user, request.session)


async def get_conversation(user: User, conversation_id: Any) -> Conversation | None:
    """The conversation that is named; None where none is. Raises InvalidRequest for an unknown one."""
    if conversation_id is None:
        return None
    pk = parse_uuid(conversation_id)
    conversation = None
    if pk is not None:
        conversation = await Conversation.objects.editable_by(user).filter(pk=pk).afirst()
    if conversation is None:
        raise InvalidRequest(_("There is no such conversation."), status=404)
    return conversation
