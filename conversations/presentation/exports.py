"""A conversation as a file: JSON with all there is, Markdown of one path for reading."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.models import Conversation, Message, Usage
from conversations.presentation.details import calls_of
from conversations.transcripts.transcript import Entry, Transcript

CALL = (
    *("purpose", "model", "state", "request_id", "input_tokens", "output_tokens", "cache_write_5m_tokens"),
    *("cache_write_1h_tokens", "cache_read_tokens", "estimated"),
)
MESSAGE = (
    "role",
    "text",
    "blocks",
    "state",
    "ending",
    "stop_reason",
    "error_code",
    "error_detail",
    "request_id",
    "model",
)


def as_json(conversation: Conversation) -> str:
    """Every message in every version, with its usage; dates are ISO 8601, costs are millionths of a US dollar."""
    messages = list(conversation.messages.order_by("created", "id"))
    calls = calls_of(messages, conversation)
    every = Usage.objects.filter(conversation=conversation).order_by("created", "id")
    other = every.exclude(purpose=Usage.Purpose.REPLY, message__isnull=False)
    return json.dumps(
        {
            "format": "chatsite conversation 1",
            "exported": _iso(timezone.now()),
            "conversation": _conversation(conversation),
            "messages": [
                _message(each) | {"usage": [_call(call) for call in calls.get(each.pk, [])]} for each in messages
            ],
            "other_usage": [_call(call) for call in other],
        },
        ensure_ascii=False,
        indent=2,
    )


def _conversation(conversation: Conversation) -> dict[str, Any]:
    owner = conversation.owner
    return {
        "id": str(conversation.pk),
        "title": conversation.title,
        "system": conversation.system,
        "head": _id(conversation.head_id),
        "created": _iso(conversation.created),
        "updated": _iso(conversation.updated),
        "deleted": _iso(conversation.deleted),
        "owner": {"email": owner.email, "name": owner.get_full_name(), "active": owner.is_active},
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.pk),
        "parent": _id(message.parent_id),
        **{name: getattr(message, name) for name in MESSAGE},
        "system": message.system,
        "sent_from": _id(message.sent_from_id),
        "created": _iso(message.created),
        "finished": _iso(message.finished),
    }


def _call(call: Usage) -> dict[str, Any]:
    return {name: getattr(call, name) for name in CALL} | {"cost": call.cost, "created": _iso(call.created)}


def _id(key: object) -> str | None:
    return str(key) if key else None


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def as_markdown(transcript: Transcript) -> str:
    """The path of a transcript. Questions are quoted, so that nothing typed by a person can pass for an answer."""
    return "\n\n".join([*_heading(transcript), *(part for entry in transcript.entries for part in _turn(entry))]) + "\n"


def _heading(transcript: Transcript) -> Iterator[str]:
    conversation = transcript.conversation
    yield f"# {_one_line(conversation.title) or _('Conversation')}"
    rows = [
        (_("Person"), conversation.owner.email),
        (_("Conversation"), str(conversation.pk)),
        (_("Begun"), _iso(conversation.created)),
        (_("Last used"), _iso(conversation.updated)),
        (_("In the bin since"), _iso(conversation.deleted)),
        (_("Cost"), transcript.cost),
    ]
    yield "\n".join(f"- {label}: {value}" for label, value in rows if value)


def _turn(entry: Entry) -> Iterator[str]:
    message = entry.message
    if entry.system:
        yield f"## {_('Instructions')}"
        yield _quoted(entry.system)
    about = [entry.author, message.model, f"{message.created:%Y-%m-%d %H:%M:%S} UTC"]
    if entry.count > 1:
        about.append(_("version %(position)d of %(count)d") % {"position": entry.position, "count": entry.count})
    yield f"## {' · '.join(part for part in about if part)}"
    yield message.text if message.is_answer else _quoted(message.text)
    if entry.note:
        yield f"*{entry.note}*"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _one_line(text: str) -> str:
    return " ".join(text.split())
