"""`POST /api/chat`: the plain API. Its refusals are JSON and come in the order of the checks in `chat`."""

import asyncio
import json
import re
import weakref
from typing import Any, Literal
from uuid import UUID

import msgspec
from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from msgspec import UNSET, UnsetType

from chatsite.accounts.access import Access
from chatsite.accounts.models import ApiToken, User
from conversations import sse
from conversations.forms import MAX_QUESTION_LENGTH, question_text, validate_model
from conversations.models import Conversation, EarlierTurn, Question
from conversations.replies import Reader, engine
from conversations.views.refusals import REFUSALS, refusal, status_and_sentence

INVALID = "Missing or invalid message"
MAX_TURNS = 10_000
#: Characters of the optional texts.
MAX_LENGTHS = {"key": 100, "model": 80, "system": 20_000}
SURROGATE = re.compile("[\ud800-\udfff]")


class InvalidRequest(Exception):
    """The request is not one that the API takes; the text says what is wrong."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


class ChatTurn(msgspec.Struct):
    role: Literal["user", "assistant"]
    content: str


class ChatRequest(msgspec.Struct):
    """The JSON body: `message`, or `messages` with an optional `system`; and what goes with both."""

    message: str | UnsetType = UNSET
    messages: list[ChatTurn] | UnsetType = UNSET
    conversation: Any = None
    system: str | None = None
    model: str | None = None
    key: str | None = None

    def question(self) -> Question:
        """Raises InvalidRequest, and ValidationError with a sentence."""
        for name, max_length in MAX_LENGTHS.items():
            text = getattr(self, name) or ""
            if len(text) > max_length or "\0" in text or SURROGATE.search(text):
                raise InvalidRequest(text_error(name))
        model = validate_model(self.model or "")
        *earlier, last = self.turns()
        if self.conversation is not None and (self.messages is not UNSET or self.system):
            raise InvalidRequest(_("With a conversation only a message is taken."))
        return Question(
            text=last.text, model=model, key=self.key or "", earlier=tuple(earlier), system=self.system or ""
        )

    def turns(self) -> list[EarlierTurn]:
        if isinstance(self.message, str) and self.messages is UNSET:
            messages = [ChatTurn("user", self.message)]
        elif isinstance(self.messages, list) and self.message is UNSET and 0 < len(self.messages) <= MAX_TURNS:
            messages = self.messages
        else:
            raise InvalidRequest(INVALID)
        if any(not turn.content.strip() for turn in messages):
            raise InvalidRequest(INVALID)
        turns = [EarlierTurn(turn.role, question_text(turn.content)) for turn in messages]
        if turns[0].role != "user" or turns[-1].role != "user":
            raise InvalidRequest(_("The messages must begin and end with a turn of the user."))
        if sum(len(turn.text) for turn in turns) > 10 * MAX_QUESTION_LENGTH:
            raise InvalidRequest(_("The messages are too long."))
        return turns


# CSRF is checked by `authenticate_request`: a request with an API token needs no CSRF token.
@csrf_exempt
@login_not_required
async def chat(request: HttpRequest) -> HttpResponseBase:
    """One question, answered as a stream of `data:` frames."""
    if request.method != "POST":
        return refusal(405, "Method not allowed", {"Allow": "POST"})
    try:
        user, access = await sync_to_async(authenticate_request)(request)
        body = parse(request.body)
        question = body.question()
        conversation = await get_conversation(user, body.conversation)
        answer, broadcast = await engine.answer(conversation, question, user, grace=0)
    except InvalidRequest as error:
        return refusal(error.status, str(error))
    except ValidationError as error:
        return refusal(400, error.messages[0])
    except REFUSALS as refused:
        return refusal(*status_and_sentence(refused))
    headers = {"X-Conversation-Id": str(answer.conversation_id), "X-Message-Id": str(answer.pk)}
    response = sse.EventStream(broadcast.plain_frames(Reader(access)), headers)
    # When the caller leaves before the first frame, Django drops the response without reading or closing it.
    leaving = weakref.finalize(response, asyncio.get_running_loop().call_soon_threadsafe, broadcast.leave_unread)
    leaving.atexit = False
    return response


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
    # The CSRF token comes in a header: a body that is called a form must not be parsed for one.
    request.content_type = "application/json"
    check = CsrfViewMiddleware(lambda request: HttpResponse())
    if check.process_view(request, lambda request: HttpResponse(), (), {}) is not None:
        raise InvalidRequest("CSRF token missing or incorrect", status=403)
    return request.user, Access.by_session(request.user, request.session)


async def get_conversation(user: User, conversation_id: Any) -> Conversation | None:
    """The conversation that is named; None where none is. Raises InvalidRequest for an unknown one."""
    if conversation_id is None:
        return None
    pk = parse_id(conversation_id)
    conversation = None
    if pk is not None:
        conversation = await Conversation.objects.editable_by(user).filter(pk=pk).afirst()
    if conversation is None:
        raise InvalidRequest(_("There is no such conversation."), status=404)
    return conversation


def parse(body: bytes) -> ChatRequest:
    """Raises InvalidRequest."""
    try:
        return msgspec.convert(json.loads(body.decode()), ChatRequest)
    except msgspec.ValidationError as error:
        # It names the field: "Expected `str | null`, got `int` - at `$.key`".
        field = re.search(r"`\$\.(key|model|system)`", str(error))
        raise InvalidRequest(text_error(field[1]) if field else INVALID) from None
    except (ValueError, RecursionError):
        raise InvalidRequest(INVALID) from None


def text_error(name: str) -> str:
    return _("%(name)s must be a text of at most %(max_length)s characters.") % {
        "name": name,
        "max_length": MAX_LENGTHS[name],
    }


def parse_id(value: Any) -> UUID | None:
    """The id; None if the value is not one."""
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        return None
