"""What one call to Claude is asked with, and the parameters of the Messages API that follow from it. Pure."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from conversations.claude.models import NO_THINKING, get_model
from conversations.claude.server_tools import MAX_ITERATIONS, MAX_USES, WEB_SEARCH, find_server_tools
from conversations.claude.summary_prompt import is_compaction

#: Characters of instructions that are worth a place in the cache for an hour. It takes no fewer than 512 tokens.
MIN_HOUR_CACHED = 2_000

#: The requests that ask for a compaction block, and those that send one back, need it.
COMPACTION_BETA = "compact-2026-09-04"


@dataclass(frozen=True, slots=True)
class Request:
    """One call: the model, the turns to send, and how long and how hard the model may think."""

    model: str
    messages: list[dict[str, Any]]
    system: str = ""
    max_tokens: int = 16_000
    effort: str = "medium"
    #: One question with a short answer, which nothing follows: no prompt caching, no thinking if it can be disabled.
    single_turn: bool = False
    #: About the tokens of the files that the messages name, and of the tools.
    extra_tokens: int = 0
    #: The answer is to be one block that stands for all messages; `supports_compaction` says which models can.
    compacts: bool = False
    #: The `id` of the message before, which Claude compares this prompt with to say why its cache was missed.
    previous_id: str = ""
    #: Definitions of the tools that Claude may call, and of those that it has called before.
    tools: list[dict[str, Any]] = field(default_factory=list)
    #: Whether Claude may call one now.
    can_use_tools: bool = False
    #: The container in which code ran that this answer has not read the output of yet.
    container: str = ""
    #: Whether older turns are left out that no summary stands for.
    is_cut: bool = False
    #: The oldest message that is sent as it is, where older ones are summarised or left out.
    sent_from: UUID | None = None
    #: The bytes that are sent for tokens in the messages, which are too many to be encoded as JSON (see `transport`).
    parts: dict[str, list[bytes]] = field(default_factory=dict)

    @property
    def max_output(self) -> int:
        """The highest number of tokens that the answer may have."""
        return min(self.max_tokens, get_model(self.model).max_output)

    @property
    def thinking_disabled(self) -> bool:
        """Whether the model will not think."""
        model = get_model(self.model)
        is_unwanted = self.single_turn or self.effort == NO_THINKING
        return not model.supports_thinking or (is_unwanted and model.can_disable_thinking)

    @property
    def server_tools(self) -> list[str]:
        """The API's own tools that Claude may use in this call."""
        return find_server_tools(self.tools) if self.can_use_tools else []

    @property
    def max_searches(self) -> int:
        """How many searches in the web the call can be billed for."""
        return MAX_USES if WEB_SEARCH in self.server_tools else 0

    @property
    def max_prompts(self) -> int:
        """How often the call may read the prompt: once more after each use of the API's own tools."""
        return 1 + MAX_ITERATIONS if self.server_tools else 1

    @property
    def caches_system_for_an_hour(self) -> bool:
        """Whether the instructions are cached for an hour: they are long, and the same in all conversations."""
        return not self.single_turn and len(self.system) >= MIN_HOUR_CACHED

    def parameters(self) -> dict[str, Any]:
        """The parameters of `messages.create`."""
        parameters: dict[str, Any] = {
            "model": self.model,
            "max_tokens": self.max_output,
            "messages": self.messages,
            "stream": True,
        }
        if not self.single_turn:
            parameters["cache_control"] = {"type": "ephemeral"}
        if self.caches_system_for_an_hour:
            hour = {"type": "ephemeral", "ttl": "1h"}
            parameters["system"] = [{"type": "text", "text": self.system, "cache_control": hour}]
        elif self.system:
            parameters["system"] = self.system
        if self.tools:
            parameters["tools"] = self.tools
            parameters["tool_choice"] = {"type": "auto" if self.can_use_tools else "none"}
        if self.container:
            parameters["container"] = self.container
        if self.previous_id:
            parameters["diagnostics"] = {"previous_message_id": self.previous_id}
        if get_model(self.model).supports_thinking:
            adaptive = {"type": "adaptive", "display": "summarized"}
            parameters["thinking"] = {"type": "disabled"} if self.thinking_disabled else adaptive
            parameters["output_config"] = {"effort": "low" if self.effort == NO_THINKING else self.effort}
        if self.compacts or is_compaction(self.messages[0]["content"] if self.messages else []):
            parameters["extra_headers"] = {"anthropic-beta": COMPACTION_BETA}
        if self.compacts:
            parameters["extra_body"] = {"compaction": {"type": "summarize"}}
        return parameters
