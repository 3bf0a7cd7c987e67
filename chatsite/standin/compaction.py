"""Compaction on demand: what a request for it may contain, and the block that stands for the messages afterwards.

https://platform.claude.com/docs/en/build-with-claude/compaction-on-demand
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chatsite.standin.events import Step, block_delta, start_block, stop_block
from chatsite.standin.markers import remove_markers
from chatsite.standin.models import Model
from chatsite.standin.refusals import refuse_if
from chatsite.standin.thinking import sign_thinking
from chatsite.standin.tokens import content_blocks

BETA = "compact-2026-09-04"
MAX_WORDS = 16
#: How a turn begins in a request that asks for a summary as text.
TURN = re.compile(r"^(?:Person|Claude): ", re.MULTILINE)


@dataclass(frozen=True)
class Compaction:
    """The one block of the response. Its tokens are in no other count than its own."""

    content: str
    signature: str

    def steps(self, index: int) -> Iterator[Step]:
        yield start_block(index, {"type": "compaction", "content": None, "signature": self.signature})
        yield block_delta(index, {"type": "compaction_delta", "content": self.content})
        yield stop_block(index)

    def as_json(self) -> dict[str, Any]:
        return {"type": "compaction", "content": self.content, "signature": self.signature}


def check_compaction(body: dict[str, Any], betas: str, model: Model) -> None:
    """Raise Refused for a request that asks for compaction, or sends a block of it back, in another way than it may."""
    blocks = [
        (number, index, block)
        for number, message in enumerate(body["messages"])
        for index, block in enumerate(content_blocks(message["content"]))
        if block["type"] == "compaction"
    ]
    asked = body.get("compaction")
    if asked is None and not blocks:
        return
    refuse_if(BETA not in betas, "compaction: Extra inputs are not permitted")
    refuse_if(asked is not None and asked.get("type") != "summarize", "compaction.type: Input should be 'summarize'")
    refuse_if(not model.can_compact, f"compaction: not supported by {model.id}")
    refuse_if("context_management" in body, "compaction: cannot be combined with `context_management`")
    refuse_if(len(blocks) > 1, "messages: more than one `compaction` block")
    for number, index, block in blocks:
        refuse_if((number, index) != (0, 0), "messages: the `compaction` block is not the first block")
        signed = sign_thinking(model.id, str(block.get("content")))
        refuse_if(block.get("signature") != signed, "messages: Invalid `signature` in `compaction` block")


def is_summary_request(body: dict[str, Any], question: str) -> bool:
    """Whether a summary is asked for: by `compaction`, or as text with the conversation between tags."""
    return body.get("compaction") is not None or question.lstrip().startswith("<conversation>")


def compact(model: Model, messages: list[dict[str, Any]]) -> Compaction:
    blocks = [block for message in messages for block in content_blocks(message["content"])]
    texts = [block.get("text") or block.get("content") for block in blocks if block["type"] != "thinking"]
    summary = list_turns([text for text in texts if isinstance(text, str)])
    return Compaction(summary, sign_thinking(model.id, summary))


def summarize_text(question: str) -> str:
    """The summary of a conversation that is sent as text."""
    inside = question.replace("<conversation>", "").replace("</conversation>", "")
    return list_turns([turn for turn in TURN.split(inside) if turn.strip()])


def list_turns(texts: list[str]) -> str:
    """One line for each turn, with its first words."""
    lines = []
    for text in texts:
        words = remove_markers(text).split()
        if words:
            lines.append(f"- {' '.join(words[:MAX_WORDS])}{' …' if len(words) > MAX_WORDS else ''}")
    return "What this conversation was about so far:\n\n" + "\n".join(lines)
