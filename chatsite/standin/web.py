"""The tools that Anthropic's servers run: their calls, their results and the texts that cite these.

https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool, and the pages of the others beside it.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from chatsite.standin import citations, prose
from chatsite.standin.reply import Block, CompleteBlock, Text, ToolUse
from chatsite.standin.tokens import content_blocks, count_block_tokens
from chatsite.standin.tools import Call

SECRET = b"only to notice a search result that was altered"
DEFAULT_DOMAINS = ("encyclopedia.example", "news.example", "guide.example")
#: For each result of a search: its title, its age, and the words that are cited.
PAGES = (
    ("{query}: an overview", "November 2, 2026", "This page explains {query} from the beginning, with one example."),
    ("What is new about {query}", "November 24, 2026", "Three changes to {query} were announced this month."),
    ("A short guide to {query}", None, "Most questions about {query} have the same two answers."),
)
PAGE_TEXT = "This page is about {url}. It was written for people who try the site. Nothing on it is true."


def encrypt(*parts: str) -> str:
    """Return what the API would encrypt: a text by which an altered result is noticed."""
    return base64.b64encode(hmac.digest(SECRET, "\n".join(parts).encode(errors="replace"), "sha256")).decode()


def find_altered_result(blocks: list[dict[str, Any]]) -> str:
    """Return what is wrong with the search results of a message that is sent back, or an empty text."""
    for index, block in enumerate(blocks):
        if block["type"] != "web_search_tool_result" or not isinstance(block.get("content"), list):
            continue
        for number, result in enumerate(block["content"]):
            where = f"content.{index}.web_search_tool_result.content.{number}"
            if not isinstance(result, dict) or result.get("type") != "web_search_result":
                return f"{where}: Input should be a `web_search_result`"
            if result.get("encrypted_content") != encrypt(str(result.get("url")), str(result.get("title"))):
                return f"{where}: Invalid `encrypted_content` in `web_search_result` block"
    return ""


def answer_open_calls(body: dict[str, Any], error: str | None) -> Iterator[Block]:
    """Return the results of the calls at which the turn paused. `error`: the error code of all results."""
    content = content_of_turn(body)
    answered = {block.get("tool_use_id") for block in content}
    for block in content:
        if block["type"] == "server_tool_use" and block["id"] not in answered:
            use = ToolUse(block["id"], block["name"], json.dumps(block["input"]))
            yield from answer_call(body, use, error, count_documents(body))


def call_server_tools(body: dict[str, Any], calls: list[Call], error: str | None, *, pauses: bool) -> Iterator[Block]:
    """Return the blocks of the calls that the turn has not had yet, each with its result and texts about it.

    A turn that `pauses` does so between a call and its result.
    """
    earlier = sum(block["type"] == "server_tool_use" for block in content_of_turn(body))
    documents = count_documents(body)
    for number, call in enumerate(calls[earlier:], start=earlier + 1):
        use = ToolUse(f"srvtoolu_standin{secrets.token_hex(6)}", call.name, call.written_input, type="server_tool_use")
        yield use
        if pauses:
            return
        is_too_often = number > (find_tool(body, call.name).get("max_uses") or number)
        yield from answer_call(body, use, "max_uses_exceeded" if is_too_often else error, documents)
        documents += call.name == "web_fetch"


def content_of_turn(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the answer has so far, if this request continues one that paused."""
    last = body["messages"][-1]
    return content_blocks(last["content"]) if last["role"] == "assistant" else []


def count_documents(body: dict[str, Any]) -> int:
    return sum(1 for _ in citations.find_documents(body))


def find_tool(body: dict[str, Any], name: str) -> dict[str, Any]:
    return next((tool for tool in body.get("tools") or [] if tool["name"] == name), {})


def answer_call(body: dict[str, Any], use: ToolUse, error: str | None, documents: int) -> Iterator[Block]:
    """Return the block with the result of a call, and texts about it, after so many documents of the conversation."""
    result_type = f"{use.name}_tool_result"
    content: Any = {"type": f"{result_type}_error", "error_code": error} if error else run_tool(body, use)
    yield CompleteBlock({"type": result_type, "tool_use_id": use.id, "content": content})
    if error:
        yield Text(prose.split_into_words(f"The tool `{use.name}` gave no result: {error}."))
    elif isinstance(content, list):
        yield from cite_results(str(use.parse_input().get("query", "")), content)
    elif use.name == "web_fetch":
        yield from cite_page(documents, content["content"])
    else:
        yield Text(prose.split_into_words(f"The code printed: {content['stdout']}"))


def run_tool(body: dict[str, Any], use: ToolUse) -> Any:
    if use.name == "web_search":
        return search_web(find_tool(body, use.name), str(use.parse_input().get("query", "")))
    if use.name == "web_fetch":
        return fetch_page(find_tool(body, use.name), str(use.parse_input().get("url", "")))
    output = f"{len(use.written_input)} characters of code, which the stand-in does not run."
    return {"type": f"{use.name}_result", "stdout": output, "stderr": "", "return_code": 0, "content": []}


def search_web(tool: dict[str, Any], query: str) -> list[dict[str, Any]]:
    """Return a page for each of the domains that are allowed, at most three."""
    blocked = tool.get("blocked_domains") or []
    domains = [domain for domain in tool.get("allowed_domains") or DEFAULT_DOMAINS if domain not in blocked]
    results = []
    for domain, (title, age, _) in zip(domains, PAGES, strict=False):
        url, title = f"https://{domain}/{quote_plus(query[:60])}", title.format(query=query)
        sealed = encrypt(url, title)
        result = {"type": "web_search_result", "url": url, "title": title, "encrypted_content": sealed, "page_age": age}
        results.append(result)
    return results


def fetch_page(tool: dict[str, Any], url: str) -> dict[str, Any]:
    source = {"type": "text", "media_type": "text/plain", "data": PAGE_TEXT.format(url=url)}
    document = {"type": "document", "source": source, "title": f"The page {url}", "citations": tool.get("citations")}
    return {"type": "web_fetch_result", "url": url, "content": document, "retrieved_at": datetime.now(UTC).isoformat()}


def cite_results(query: str, results: list[dict[str, Any]]) -> Iterator[Block]:
    """Return a sentence for each result, which cites it, with blocks of white space between them."""
    for result, (_, _, words) in zip(results, PAGES, strict=False):
        cited = words.format(query=query)
        about = {"url": result["url"], "title": result["title"], "cited_text": cited}
        sealed = encrypt(result["url"], cited)
        yield Text(("\n\n",))
        yield Text(
            prose.split_into_words(cited),
            ({"type": "web_search_result_location", "encrypted_index": sealed, **about},),
        )


def cite_page(index: int, document: dict[str, Any]) -> Iterator[Block]:
    """Return a sentence about a page that was fetched, which cites it if the request allows that."""
    citation = next(citations.citations_of(index, document))
    yield Text(("The page says: ",))
    cited = (citation,) if citations.may_be_cited(document) else ()
    yield Text(prose.split_into_words(citation["cited_text"]), cited)


def count_requests(blocks: list[Block]) -> dict[str, int] | None:
    """Return `usage.server_tool_use`: how many searches and fetches succeeded; None without any."""
    results = [block.block for block in blocks if isinstance(block, CompleteBlock) and "tool_use_id" in block.block]
    types = [result["type"] for result in results if "error_code" not in result["content"]]
    counts = {f"{name}_requests": types.count(f"{name}_tool_result") for name in ("web_search", "web_fetch")}
    return counts if any(counts.values()) else None


def count_result_tokens(blocks: list[Block]) -> int:
    """Return the tokens of the results, which count as input."""
    results = [block.block for block in blocks if isinstance(block, CompleteBlock) and "tool_use_id" in block.block]
    return sum(map(count_block_tokens, results))


def find_container(body: dict[str, Any], blocks: list[Block]) -> dict[str, Any] | None:
    """Return the container in which the code of a reply ran: that of the request, or a new one."""
    if not any(isinstance(block, ToolUse) and block.name.endswith("code_execution") for block in blocks):
        return None
    given = body.get("container")
    container_id = given.get("id") if isinstance(given, dict) else given
    expires = datetime.now(UTC) + timedelta(minutes=5)
    return {"id": container_id or f"container_standin{secrets.token_hex(6)}", "expires_at": expires.isoformat()}
