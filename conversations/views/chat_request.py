"""The JSON body of `POST /api/chat`."""

import json
import re
from typing import Any, Literal

import msgspec
from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType

from conversations.forms import MAX_QUESTION_LENGTH, question_text, validate_effort, validate_model
from conversations.models import EarlierTurn, Question

INVALID = "Missing or invalid message"
MAX_TURNS = 10_000
#: Characters of the optional texts.
MAX_LENGTHS = {"effort": 10, "key": 100, "model": 80, "system": 20_000}
SURROGATE = re.compile("[\ud800-\udfff]")


class InvalidRequest(Exception):
    """The request is not one that the API takes; the text says what is wrong."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


class ChatTurn(msgspec.Struct):
    role: Literal["user", "assistant"]
    content: str | None = None

    @property
    def text(self) -> str:
        return self.content or ""

    @property
    def is_empty_answer(self) -> bool:
        """Clients keep one of each answer that failed before its first word. Claude refuses it, so it is left out."""
        return self.role == "assistant" and not self.text.strip()


class ChatRequest(msgspec.Struct):
    """The JSON body: `message`, or `messages` with an optional `system`; and what goes with both."""

    message: str | UnsetType = UNSET
    messages: list[ChatTurn] | UnsetType = UNSET
    conversation: Any = None
    system: str | None = None
    model: str | None = None
    effort: str | None = None
    key: str | None = None

    def question(self) -> Question:
        """Raises InvalidRequest, and ValidationError with a sentence."""
        for name, max_length in MAX_LENGTHS.items():
            text = getattr(self, name) or ""
            if len(text) > max_length or "\0" in text or SURROGATE.search(text):
                raise InvalidRequest(text_error(name))
        model, effort = validate_model(self.model or ""), validate_effort(self.effort or "")
        *earlier, last = self.turns()
        if self.conversation is not None and (self.messages is not UNSET or self.system):
            raise InvalidRequest(_("With a conversation only a message is taken."))
        return Question(
            text=last.text,
            model=model,
            effort=effort,
            key=self.key or "",
            earlier=tuple(earlier),
            system=self.system or "",
        )

    def count_turns(self) -> int:
        return len(self.messages or [])

    def count_empty_answers(self) -> int:
        return sum(turn.is_empty_answer for turn in self.messages or [])

    def turns(self) -> list[EarlierTurn]:
        """The turns with a text. Raises InvalidRequest, and ValidationError with a sentence."""
        if isinstance(self.message, str) and self.messages is UNSET:
            messages = [ChatTurn("user", self.message)]
        elif isinstance(self.messages, list) and self.message is UNSET and 0 < len(self.messages) <= MAX_TURNS:
            messages = self.messages
        else:
            raise InvalidRequest(INVALID)
        messages = [turn for turn in messages if not turn.is_empty_answer]
        if not messages or any(not turn.text.strip() for turn in messages):
            raise InvalidRequest(INVALID)
        turns = [EarlierTurn(turn.role, question_text(turn.text)) for turn in messages]
        if turns[0].role != "user" or turns[-1].role != "user":
            raise InvalidRequest(_("The messages must begin and end with a turn of the user."))
        if sum(len(turn.text) for turn in turns) > 10 * MAX_QUESTION_LENGTH:
            raise InvalidRequest(_("The messages are too long."))
        return turns


def parse(body: bytes) -> ChatRequest:
    """Raises InvalidRequest."""
    try:
        return msgspec.convert(json.loads(body.decode()), ChatRequest)
    except msgspec.ValidationError as error:
        # It names the field: "Expected `str | null`, got `int` - at `$.key`".
        field = re.search(r"`\$\.(effort|key|model|system)`", str(error))
        raise InvalidRequest(text_error(field[1]) if field else INVALID) from None
    except (ValueError, RecursionError):
        raise InvalidRequest(INVALID) from None


def text_error(name: str) -> str:
    return _("%(name)s must be a text of at most %(max_length)s characters.") % {
        "name": name,
        "max_length": MAX_LENGTHS[name],
    }
