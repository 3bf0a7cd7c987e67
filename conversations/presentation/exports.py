"""A conversation as a file in JSON, with all versions of its messages, and what is in the files of both formats.

Its owner gets it without what the page does not show either: the team's instructions, what only staff may know of an
error, and costs, where those are not shown.
"""

import json
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.models import Attachment, Conversation, Message, Summary, ToolCall, Usage
from conversations.presentation.details import can_see_costs, get_calls
from conversations.presentation.sources import ShownSource, list_sources

#: Characters of a file's name: file systems take 255 bytes, and a character may have four.
MAX_NAME = 60


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
    files = Attachment.objects.filter(messages__conversation=conversation).distinct().order_by("created", "id")
    calls = get_calls(messages, conversation)
    all_usage = Usage.objects.filter(conversation=conversation).order_by("created", "id")
    other_usage = all_usage.exclude(purpose=Usage.Purpose.REPLY, message__isnull=False)
    tool_calls = ToolCall.objects.filter(conversation=conversation).select_related("decided_by")
    return {
        "format": "chatsite conversation 1",
        "exported": format_date(timezone.now()),
        "conversation": conversation_to_dict(conversation),
        "messages": [message_to_dict(message, calls.get(message.pk, [])) for message in messages],
        "tool_calls": [tool_call_to_dict(call) for call in tool_calls.order_by("created", "position")],
        "other_usage": [usage_to_dict(usage) for usage in other_usage],
        "files": [file_to_dict(file) for file in files],
        "summaries": [summary_to_dict(summary) for summary in conversation.summaries.order_by("created", "pk")],
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
        "sources": [source_to_dict(source) for source in list_sources(message)],
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


def source_to_dict(source: ShownSource) -> dict[str, Any]:
    return {
        "number": source.number,
        "title": source.title,
        "place": source.place,
        "quote": source.quote,
        "url": source.url,
    }


def tool_call_to_dict(call: ToolCall) -> dict[str, Any]:
    return {
        "id": str(call.pk),
        "message": format_id(call.message_id),
        "block": call.block_id,
        "tool": call.tool,
        "title": call.title,
        "step": call.step,
        "input": call.input,
        "result": call.result,
        "state": call.state,
        "note": call.note,
        "decided_by": call.decided_by.email if call.decided_by else None,
        "created": format_date(call.created),
        "decided": format_date(call.decided),
        "started": format_date(call.started),
        "finished": format_date(call.finished),
    }


def file_to_dict(file: Attachment) -> dict[str, Any]:
    """What a block of a message means by its `file_id`."""
    return {
        "id": str(file.pk),
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
        "pages": file.pages,
        "sha256": file.original_id,
        "created": format_date(file.created),
    }


def summary_to_dict(summary: Summary) -> dict[str, Any]:
    return {
        "upto": str(summary.upto_id),
        "text": summary.text,
        "blocks": summary.content,
        "model": summary.model,
        "created": format_date(summary.created),
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
        "web_searches": usage.web_searches,
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
