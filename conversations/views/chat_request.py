"""The JSON body of `POST /api/chat`."""

import json
import re
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType

from conversations.forms import MAX_QUESTION_LENGTH, ToolNamesField, question_text, validate_effort, validate_model
from conversations.models import EarlierTurn, Question
from conversations.views.chat_content import InvalidContent, read_content

INVALID = "Missing or invalid message"
MAX_TURNS = 10_000
#: Of all turns: each takes a process to read it.
MAX_FILES = 100
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
    content: str | list[Any] | None = None

    @property
    def is_empty_answer(self) -> bool:
        """Clients keep one of each answer that failed before its first word. Claude refuses it, so it is left out."""
        return self.role == "assistant" and not (self.content if isinstance(self.content, list) else self.text.strip())

    @property
    def text(self) -> str:
        return self.content if isinstance(self.content, str) else ""

    def read(self) -> tuple[str, list[Any]]:
        """The text and the files. Raises InvalidRequest, and ValidationError with a sentence."""
        try:
            text, files = read_content(self.content)
        except InvalidContent as error:
            raise InvalidRequest(str(error)) from None
        if not text.strip() and not files:
            raise InvalidRequest(INVALID)
        if files and self.role == "assistant":
            raise InvalidRequest(_("Only a turn of the user may have files."))
        return question_text(text, may_be_empty=bool(files)), files


class ChatRequest(msgspec.Struct):
    """The JSON body: `message`, or `messages` with an optional `system`; and what goes with both."""

    message: str | list[Any] | UnsetType = UNSET
    messages: list[ChatTurn] | UnsetType = UNSET
    conversation: Any = None
    system: str | None = None
    model: str | None = None
    effort: str | None = None
    key: str | None = None
    tools: list[str] | None = None

    def question(self, uploads: Sequence[Any] = ()) -> tuple[Question, list[list[Any]]]:
        """The question without its files, and the files of each turn, the last of which also has `uploads`.

        Raises InvalidRequest, and ValidationError with a sentence.
        """
        for name, max_length in MAX_LENGTHS.items():
            text = getattr(self, name) or ""
            if len(text) > max_length or "\0" in text or SURROGATE.search(text):
                raise InvalidRequest(text_error(name))
        model, effort = validate_model(self.model or ""), validate_effort(self.effort or "")
        turns, files = self.turns(has_uploads=bool(uploads))
        *earlier, last = turns
        files[-1] += uploads
        if any(len(of_turn) > settings.MAX_FILES_PER_QUESTION for of_turn in files):
            raise InvalidRequest(_("A question may have %(max)s files.") % {"max": settings.MAX_FILES_PER_QUESTION})
        if sum(map(len, files)) > MAX_FILES:
            raise InvalidRequest(_("A request may have %(max)s files.") % {"max": MAX_FILES})
        if self.conversation is not None and (self.messages is not UNSET or self.system):
            raise InvalidRequest(_("With a conversation only a message is taken."))
        question = Question(
            text=last.text,
            model=model,
            effort=effort,
            key=self.key or "",
            earlier=tuple(earlier),
            system=self.system or "",
            tools=ToolNamesField().clean(self.tools),
        )
        return question, files

    def count_turns(self) -> int:
        return len(self.messages or [])

    def count_empty_answers(self) -> int:
        return sum(turn.is_empty_answer for turn in self.messages or [])

    def turns(self, *, has_uploads: bool) -> tuple[list[EarlierTurn], list[list[Any]]]:
        """The turns, and the files of each. Raises InvalidRequest, and ValidationError with a sentence."""
        if has_uploads and self.messages is UNSET and not self.message:
            return [EarlierTurn("user", "")], [[]]
        if isinstance(self.message, str | list) and self.messages is UNSET:
            messages = [ChatTurn("user", self.message)]
        elif isinstance(self.messages, list) and self.message is UNSET and 0 < len(self.messages) <= MAX_TURNS:
            messages = self.messages
        else:
            raise InvalidRequest(INVALID)
        messages = [turn for turn in messages if not turn.is_empty_answer]
        if not messages:
            raise InvalidRequest(INVALID)
        contents = [turn.read() for turn in messages]
        turns = [EarlierTurn(turn.role, text) for turn, (text, _files) in zip(messages, contents, strict=True)]
        if turns[0].role != "user" or turns[-1].role != "user":
            raise InvalidRequest(_("The messages must begin and end with a turn of the user."))
        if sum(len(turn.text) for turn in turns) > 10 * MAX_QUESTION_LENGTH:
            raise InvalidRequest(_("The messages are too long."))
        return turns, [files for _text, files in contents]


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


def parse_form(fields: QueryDict) -> ChatRequest:
    """The body as `multipart/form-data`, which has files as its other parts, and `tools` once for each name."""
    names = ("message", "conversation", "system", "model", "effort", "key")
    texts = {name: fields[name] for name in names if fields.get(name)}
    return msgspec.convert(texts | {"tools": fields.getlist("tools")}, ChatRequest)


def text_error(name: str) -> str:
    return _("%(name)s must be a text of at most %(max_length)s characters.") % {
        "name": name,
        "max_length": MAX_LENGTHS[name],
    }
