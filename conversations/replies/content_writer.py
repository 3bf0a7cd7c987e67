"""The content of one answer as it is written: the events of Claude become blocks, and text in the broadcast."""

import asyncio
from collections.abc import Iterable
from typing import Any

from conversations.claude import citations, client
from conversations.claude.errors import Failed
from conversations.models import Message
from conversations.models.citation import SourceNumbers
from conversations.models.content import (
    Content,
    extract_thinking,
    is_server_block,
    is_tool_block,
    list_tool_uses,
    split_at_tools,
    text_content,
)
from conversations.models.tool_call import ToolCall, add_results
from conversations.replies.broadcast import Broadcast
from conversations.replies.frames import ToolStatus
from conversations.tools.calls import Step

#: Characters of text.
MAX_TEXT = 200_000
THINKING_TYPES = {"thinking", "redacted_thinking"}


class ContentWriter:
    """Fills the broadcast with text and thinking, and `blocks` with the blocks of all steps that are whole."""

    def __init__(self, answer: Message, broadcast: Broadcast, earlier_calls: Iterable[ToolCall] = ()) -> None:
        """`answer`: with the content from before it waited for a decision, if it has, and the calls of that time."""
        self.stop_reason = ""
        self.request_id = self.upstream_id = ""
        #: The container in which Claude has run code, as long as this process writes the answer.
        self.container = ""
        #: How long Claude has thought, in all blocks that are whole.
        self.thinking_seconds = answer.thinking_seconds or 0.0
        self.blocks: Content = [*answer.content]
        #: The attachments and the pages of the web among the documents of the call.
        self.files: list[str] = []
        self._broadcast = broadcast
        self._sources = SourceNumbers()
        # Whether the next text is another one than what is written: see `text_pieces`.
        self._is_new_text = False
        # Whether the next blocks of tools belong to those before: see `split_at_tools`.
        self._is_among_tools = False
        # Where the open text block begins in the pieces of the broadcast, and the open thinking in its thoughts.
        self._text_start = self._thinking_start = 0
        # When the block that is open began: with the message, or where the block before ended.
        self._block_began = 0.0
        self._restore({call.block_id: call for call in earlier_calls})

    def _restore(self, calls: dict[str, ToolCall]) -> None:
        """Write what an answer has that has waited for a decision; `calls` by the ids of their blocks."""
        if thinking := extract_thinking(self.blocks):
            self._broadcast.think(f"{thinking}\n\n")
        for before, tools in split_at_tools(self.blocks):
            for block in before:
                if block.get("type") == "text":
                    self._write(block["text"])
                self._add_block(block)
            for block in tools:
                self._add_block(block)
                if block.get("type") == "tool_use" and block["id"] in calls:
                    self._broadcast.show_tool_status(ToolStatus.of_call(calls[block["id"]]))
        self._text_start, self._thinking_start = len(self._broadcast.pieces), len(self._broadcast.thoughts)

    @property
    def content(self) -> Content:
        """The blocks so far, with those that are not whole yet. Open thinking is shown, but never sent again."""
        thinking = "".join(self._broadcast.thoughts[self._thinking_start :])
        open_thinking: Content = [{"type": "thinking", "thinking": thinking, "signature": ""}] if thinking else []
        open_text = "".join(self._broadcast.pieces[self._text_start :])
        return [*self.blocks, *open_thinking, *text_content(open_text)]

    @property
    def progress(self) -> tuple[int, int, int]:
        """Differs as soon as anything more was shown."""
        return self._broadcast.length, len(self._broadcast.thoughts), len(self.blocks)

    def add_results(self, step: Step) -> None:
        """Add what came of the calls with which the blocks end."""
        self.blocks = add_results(self.blocks, step.calls)

    def handle(self, event: client.Event) -> None:
        """Raises Failed where the text becomes too long."""
        match event:
            case client.TextDelta():
                self._write(event.text)
            case client.ThinkingDelta():
                self._broadcast.think(event.thinking)
            case client.ContentBlock(block):
                if block.get("type") == "tool_use":
                    block = self._with_own_id(block)
                self.blocks.append(citations.name_files(block, self.files))
                self.files += citations.list_files([block])
                self._add_block(block)
                self._end_block(block.get("type") in THINKING_TYPES)
            case client.MessageStarted():
                self.request_id, self.upstream_id = event.request_id, event.message_id
                self._block_began = asyncio.get_running_loop().time()
            case client.MessageFinished():
                self.stop_reason = event.stop_reason
                self.container = event.container or self.container

    def _add_block(self, block: dict[str, object]) -> None:
        """Show what a block has besides its text: the marks of its citations, the place of its tools."""
        if numbers := self._sources.cite(block):
            self._broadcast.cite(numbers)
        if is_tool_block(block) and not self._is_among_tools:
            self._is_among_tools = True
            self._broadcast.begin_tools()
        if is_server_block(block) and (status := ToolStatus.of_server_block(block, self.blocks)):
            self._broadcast.show_tool_status(status)
        self._is_new_text = self._is_new_text or block.get("type") != "text"

    def _with_own_id(self, block: dict[str, Any]) -> dict[str, Any]:
        """A call with an id that no other call of the answer has: some servers begin to count again in each step."""
        taken = {use["id"] for use in list_tool_uses(self.blocks)}
        if block["id"] not in taken:
            return block
        return {**block, "id": f"{block['id'][:80]}_{len(self.blocks)}"}

    def _end_block(self, is_thinking: bool) -> None:
        now = asyncio.get_running_loop().time()
        if is_thinking:
            self.thinking_seconds += now - self._block_began
        self._block_began = now
        self._text_start = len(self._broadcast.pieces)
        self._thinking_start = len(self._broadcast.thoughts)

    def _write(self, text: str) -> None:
        broadcast = self._broadcast
        if self._is_new_text and broadcast.length:
            broadcast.write("\n\n")
            self._text_start += 1
        self._is_new_text = self._is_among_tools = False
        room = max(MAX_TEXT - broadcast.length, 0)
        broadcast.write(text[:room])
        if len(text) > room:
            raise Failed("reply_too_long")
