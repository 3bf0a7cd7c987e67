"""`POST /api/chat`: the plain API. Its refusals are JSON and come in the order of the checks below."""

import json
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from chatsite.accounts.models import ApiToken, User
from conversations import sse
from conversations.forms import MAX_QUESTION_LENGTH, available_model, question_text
from conversations.models import Conversation, Message
from conversations.replies import engine
from conversations.views.refusals import REASONS, refusal, status_and_sentence

INVALID = "Missing or invalid message"
MOST_MESSAGES = 10_000


class BadWish(Exception):
    """The body is not what the API takes; the text says what is wrong."""


# CSRF is checked below: a request with a token of its own needs none.
@csrf_exempt
@login_not_required
async def chat(request: HttpRequest) -> HttpResponseBase:
    """One question, answered as a stream of `data:` frames."""
    if request.method != "POST":
        return refusal(405, "Method not allowed", {"Allow": "POST"})
    user, gate = await sync_to_async(_caller)(request)
    if gate is not None:
        return gate
    try:
        wish = Wish(request.body)
    except (BadWish, ValidationError) as error:
        return refusal(400, error.messages[0] if isinstance(error, ValidationError) else str(error))
    conversation = await _conversation(user, wish.conversation)
    if wish.conversation and conversation is None:
        return refusal(404, _("There is no such conversation."))
    try:
        answer, broadcast = await engine.begin(lambda: wish.store(user, conversation), grace=0, page=False)
    except REASONS as reason:
        return refusal(*status_and_sentence(reason))
    headers = {"X-Conversation-Id": str(answer.conversation_id), "X-Message-Id": str(answer.pk)}
    return sse.EventStream(broadcast.plain(), headers)


def _caller(request: HttpRequest) -> tuple[User, HttpResponse | None]:
    """Who asks, by token or by session; or the refusal."""
    scheme, _space, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer":
        holder = ApiToken.get_user(secret.strip())
        return (holder, None) if holder else (User(), refusal(401, "Invalid token"))
    if not isinstance(request.user, User):
        return User(), refusal(401, "Sign in, or send a token")
    # The token comes in a header; a body that calls itself a form is not taken apart to look for one.
    request.content_type = "application/json"
    checked = CsrfViewMiddleware(lambda _request: HttpResponse()).process_view(request, _needs_csrf_token, (), {})
    return request.user, refusal(403, "CSRF token missing or incorrect") if checked else None


def _needs_csrf_token(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


async def _conversation(user: User, pk: UUID | None) -> Conversation | None:
    return await Conversation.objects.editable_by(user).filter(pk=pk).afirst() if pk else None


class Wish:
    """The body of a request, checked: `message`, or `messages` with `system`, and what goes with them."""

    def __init__(self, body: bytes) -> None:
        """Raises BadWish or ValidationError."""
        data = _object(body)
        self.conversation = _uuid(data.get("conversation"))
        self.key = _string(data, "key", 100)
        self.model = available_model(_string(data, "model", 80))
        self.system = _string(data, "system", 20_000)
        turns = _turns(data) if "messages" in data else [("user", _text(data.get("message")))]
        self.earlier, self.text = turns[:-1], turns[-1][1]
        if self.conversation and ("messages" in data or self.system):
            raise BadWish(_("With a conversation only a message is taken."))

    def store(self, user: User, conversation: Conversation | None) -> Message:
        asked = {"key": self.key, "model": self.model, "runner": engine.runner}
        if conversation is not None:
            return conversation.ask(self.text, **asked)
        return Conversation.begin(user, self.text, earlier=self.earlier, system=self.system, **asked)


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise BadWish(INVALID) from None
    if not isinstance(data, dict):
        raise BadWish(INVALID)
    return data


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadWish(INVALID)
    return question_text(value)


def _turns(data: dict[str, Any]) -> list[tuple[str, str]]:
    messages = data["messages"]
    if "message" in data or not isinstance(messages, list) or not 0 < len(messages) <= MOST_MESSAGES:
        raise BadWish(INVALID)
    turns = [_turn(message) for message in messages]
    if turns[0][0] != "user" or turns[-1][0] != "user":
        raise BadWish(_("The messages must begin and end with a turn of the user."))
    if sum(len(text) for _role, text in turns) > 10 * MAX_QUESTION_LENGTH:
        raise BadWish(_("The messages are too long."))
    return turns


def _turn(message: Any) -> tuple[str, str]:
    if not isinstance(message, dict) or message.get("role") not in ("user", "assistant"):
        raise BadWish(INVALID)
    return message["role"], _text(message.get("content"))


def _string(data: dict[str, Any], name: str, longest: int) -> str:
    value = "" if data.get(name) is None else data[name]
    if not isinstance(value, str) or len(value) > longest or "\0" in value or not _encodable(value):
        raise BadWish(
            _("%(name)s must be a text of at most %(longest)s characters.") % {"name": name, "longest": longest}
        )
    return value


def _encodable(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _uuid(value: Any) -> UUID | None:
    if value is None:
        return None
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        # Malformed or foreign: what is not yours looks like what does not exist.
        return UUID(int=0)
