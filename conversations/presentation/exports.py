"""A conversation as a file: JSON with everything that is stored, Markdown with one path for reading.

Its owner gets both without what the page does not show either: the team's instructions, what only staff may know of an
error, and costs, where those are not shown.
"""

import json
import re
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.models import Conversation, Message, Usage
from conversations.presentation.continuing import continued_text
from conversations.presentation.details import can_see_costs, get_calls
from conversations.presentation.turns import build_note
from conversations.transcripts.transcript import Entry, Transcript, build_transcript

#: Characters of a file's name: file systems take 255 bytes, and a character may have four.
MAX_NAME = 60

# JSON


def export_json(conversation: Conversation) -> str:
    """Return all versions of all messages with their usage. Dates are ISO 8601, costs are micro-dollars."""
    return encode_document(build_document(conversation))


def export_own_json(conversation: Conversation) -> str:
    """Return the same for the owner."""
    document = build_document(conversation)
    del document["other_usage"]
    with_cost = can_see_costs(conversation.owner)
    for message in document["messages"]:
        del message["system"], message["error_detail"]
        if not with_cost:
            remove_costs(message["usage"])
    return encode_document(document)


def remove_costs(usage: list[dict[str, Any]]) -> None:
    for call in usage:
        del call["cost"]


def build_document(conversation: Conversation) -> dict[str, Any]:
    messages = list(conversation.messages.order_by("created", "id"))
    calls = get_calls(messages, conversation)
    all_usage = Usage.objects.filter(conversation=conversation).order_by("created", "id")
    other_usage = all_usage.exclude(purpose=Usage.Purpose.REPLY, message__isnull=False)
    return {
        "format": "chatsite conversation 1",
        "exported": format_date(timezone.now()),
        "conversation": conversation_to_dict(conversation),
        "messages": [message_to_dict(message, calls.get(message.pk, [])) for message in messages],
        "other_usage": [usage_to_dict(usage) for usage in other_usage],
    }


def encode_document(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)


def conversation_to_dict(conversation: Conversation) -> dict[str, Any]:
    owner = conversation.owner
    return {
        "id": str(conversation.pk),
        "title": conversation.title,
        "system": conversation.system,
        "head": format_id(conversation.head_id),
        "created": format_date(conversation.created),
        "updated": format_date(conversation.updated),
        "deleted": format_date(conversation.deleted),
        "owner": {"email": owner.email, "name": owner.get_full_name(), "active": owner.is_active},
    }


def message_to_dict(message: Message, calls: list[Usage]) -> dict[str, Any]:
    return {
        "id": str(message.pk),
        "parent": format_id(message.parent_id),
        "role": message.role,
        "text": message.text,
        "blocks": message.content,
        "state": message.state,
        "ending": message.ending,
        "stop_reason": message.stop_reason,
        "error_code": message.error_code,
        "error_detail": message.error_detail,
        "request_id": message.request_id,
        "model": message.model,
        "system": message.system,
        "sent_from": format_id(message.sent_from_id),
        "created": format_date(message.created),
        "finished": format_date(message.finished),
        "usage": [usage_to_dict(call) for call in calls],
    }


def usage_to_dict(usage: Usage) -> dict[str, Any]:
    return {
        "purpose": usage.purpose,
        "model": usage.model,
        "state": usage.state,
        "request_id": usage.request_id,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_write_5m_tokens": usage.cache_write_5m_tokens,
        "cache_write_1h_tokens": usage.cache_write_1h_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "estimated": usage.estimated,
        "cost": usage.cost,
        "created": format_date(usage.created),
    }


def build_file_name(conversation: Conversation) -> str:
    """The title without what a file system refuses."""
    name = "".join(character if character.isalnum() else " " for character in conversation.title)
    return " ".join(name.split())[:MAX_NAME].strip() or _("Conversation")


def format_id(key: object) -> str | None:
    return str(key) if key else None


def format_date(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


# Markdown

#: CommonMark ends a line at each of these. https://spec.commonmark.org/0.31.2/#line-ending
LINE_ENDING = re.compile(r"\r\n|\r|\n")
#: What a heading would read as markup; at its end, also a run of `#`.
MARKUP = re.compile(r"[\\`*_~\[\]<>$&]|(?<= )#+$")


def export_markdown(transcript: Transcript) -> str:
    """Return the path of a transcript.

    All texts are quoted: an open fence, formula or comment ends with its quote, and a heading in it is not a turn.
    """
    parts = heading_parts(transcript)
    is_continued = False
    for entry in transcript.entries:
        parts += entry_parts(entry, is_continued=is_continued)
        is_continued = entry.is_continue
    return "\n\n".join(parts) + "\n"


def export_own_markdown(conversation: Conversation) -> str:
    """Return the path that the owner sees."""
    transcript = build_transcript(conversation, all_pages=True)
    transcript.cost = ""
    for entry in transcript.entries:
        entry.system, entry.note = None, build_note(entry.message) if entry.message.is_answer else ""
    return export_markdown(transcript)


def heading_parts(transcript: Transcript) -> list[str]:
    conversation = transcript.conversation
    rows = [
        (_("Person"), conversation.owner.email),
        (_("Conversation"), str(conversation.pk)),
        (_("Begun"), format_date(conversation.created)),
        (_("Last used"), format_date(conversation.updated)),
        (_("In the bin since"), format_date(conversation.deleted)),
        (_("Cost"), transcript.cost),
    ]
    title = escape_line(conversation.title) or _("Conversation")
    return [f"# {title}", "\n".join(f"- {label}: {value}" for label, value in rows if value)]


def entry_parts(entry: Entry, *, is_continued: bool) -> list[str]:
    """Return the parts of one message; `is_continued`: it is an answer that continues another one."""
    message = entry.message
    parts = []
    if entry.system:
        parts += [f"## {_('Instructions')}", quote(entry.system)]
    about = [escape_line(entry.author), message.model, f"{message.created:%Y-%m-%d %H:%M:%S} UTC"]
    if entry.count > 1:
        about.append(_("version %(position)d of %(count)d") % {"position": entry.position, "count": entry.count})
    parts.append(f"## {' · '.join(item for item in about if item)}")
    if entry.is_continue:
        parts.append(f"*{_('Continued')}*")
    elif message.text:
        parts.append(quote(continued_text(message) if is_continued else message.text))
    if message.is_writing:
        parts.append(f"*{_('This answer was still being written when this file was made.')}*")
    if entry.note:
        parts.append(f"*{escape_line(entry.note)}*")
    return parts


def quote(text: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in LINE_ENDING.split(text))


def escape_line(text: str) -> str:
    """The text on one line, shown as it is in a heading."""
    return MARKUP.sub(r"\\\g<0>", " ".join(text.split()))
