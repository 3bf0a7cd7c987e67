"""The tools that Claude's API runs itself: how they are defined, which models have them, how much a call may use them.

https://platform.claude.com/docs/en/agents-and-tools/tool-use/server-tools, read on 26 November 2026. The versions are
the newest ones of the SDK 2.14 (`anthropic/types/*_param.py`); every model that has a tool takes all of its versions.
Pure.
"""

from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from conversations.claude.models import get_model

WEB_SEARCH, WEB_FETCH, CODE_EXECUTION = "web_search", "web_fetch", "code_execution"
#: How often one call may search, and fetch a page.
MAX_USES = 5
#: How often the API may ask the model on within one call, before it pauses the turn.
MAX_ITERATIONS = 10
#: Tokens of a page that is fetched, and about the most that the results of a search and the output of code have.
MAX_PAGE_TOKENS, MAX_SEARCH_TOKENS, MAX_OUTPUT_TOKENS = 20_000, 15_000, 5_000

# Code that Claude runs may not call the others: what they returned would be kept from the page and from the next turn,
# its container would have to be kept over a wait for a person, and it is not eligible for zero data retention.
_DIRECT = {"allowed_callers": ["direct"]}
DEFINITIONS: dict[str, dict[str, Any]] = {
    WEB_SEARCH: {"type": "web_search_20260318", "name": WEB_SEARCH, "max_uses": MAX_USES, **_DIRECT},
    WEB_FETCH: {
        "type": "web_fetch_20260318",
        "name": WEB_FETCH,
        "max_uses": MAX_USES,
        "max_content_tokens": MAX_PAGE_TOKENS,
        "citations": {"enabled": True},
        **_DIRECT,
    },
    CODE_EXECUTION: {"type": "code_execution_20260521", "name": CODE_EXECUTION},
}
RESULT_TOKENS = {WEB_SEARCH: MAX_SEARCH_TOKENS, WEB_FETCH: MAX_PAGE_TOKENS, CODE_EXECUTION: MAX_OUTPUT_TOKENS}


def has_server_tool(model_id: str, name: str) -> bool:
    """Whether a model has one of these tools, as far as the API or the catalogue says so."""
    return name in (get_model(model_id).server_tools or ())


def find_server_tools(tools: Iterable[dict[str, Any]]) -> list[str]:
    """The names of those of these tools that are among the definitions of a call."""
    return [tool["name"] for tool in tools if tool == DEFINITIONS.get(tool["name"])]


def find_past_server_tools(messages: Iterable[dict[str, Any]], model_id: str) -> list[dict[str, Any]]:
    """The definitions of those that were used in these messages and that the model has, in the order of their names."""
    blocks = (block for message in messages for block in message["content"])
    used = {str(block.get("name")) for block in blocks if block.get("type") == "server_tool_use"}
    return [DEFINITIONS[name] for name in sorted(used & DEFINITIONS.keys()) if has_server_tool(model_id, name)]


def max_further_tokens(prompt_tokens: int, names: Iterable[str]) -> int:
    """The most tokens that a call reads beside its prompt: the prompt again after each use, with what uses returned.

    `prompt_tokens`: about those of the prompt.
    """
    uses = {name: MAX_USES if "max_uses" in DEFINITIONS[name] else MAX_ITERATIONS for name in names}
    dearest_first = sorted((RESULT_TOKENS[name] for name, count in uses.items() for _ in range(count)), reverse=True)
    contexts = accumulate(dearest_first[:MAX_ITERATIONS], initial=prompt_tokens)
    return sum(contexts) - prompt_tokens


def count_encrypted(messages: Iterable[dict[str, Any]]) -> int:
    """The characters of the results of searches that are encrypted, which say little about their tokens."""
    blocks = (block for message in messages for block in message["content"])
    found = (block["content"] for block in blocks if block.get("type") == "web_search_tool_result")
    pages = (page for content in found if isinstance(content, list) for page in content if isinstance(page, dict))
    return sum(len(str(page.get("encrypted_content", ""))) for page in pages)
