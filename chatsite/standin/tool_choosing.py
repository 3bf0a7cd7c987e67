"""Chooses a tool by the question where no marker does, so that the demo uses tools as Claude would."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from chatsite.standin.tokens import content_blocks
from chatsite.standin.tools import Call, client_tools, results_of, turn_of

LEAD_IN = "Let me look that up."
DESCRIBE, QUERY = "describe_database", "query_database"
URL = re.compile(r"https?://[^\s<>\"')\]]+")
#: What a question is about, by the name of the tool that answers it. The first that is offered and fits is called.
SUBJECTS = {
    QUERY: r"(how many|wie viele) (conversations|messages|chats|answers|unterhaltungen|nachrichten)|\bdatabase\b",
    "current_time": r"what time|what day|what date|today's date|current (date|time)|wie spät|welche[rs]? tag|uhrzeit",
    "search_conversations": r"(search|find|look)\b.*\b(conversations|chats)|(have|did) (i|we) (talk|discuss|ask)",
    "web_search": r"(search|look).* (the web|online|the internet)|latest news|im (web|internet|netz)|web search",
    "web_fetch": URL.pattern,
    "fetch_address": URL.pattern,
    "code_execution": r"(run|execute)\b.*\b(code|python)",
}
#: How a question asks for a search, before the words to search for.
SEARCH_VERB = re.compile(
    r"\A.*?\b(search|look up|find|talk|discuss|ask)\w*\b(.*?\b(web|internet|conversations|chats|online))?"
    r"\W*\b(for|about|on|nach)?\b\W*",
    re.IGNORECASE | re.DOTALL,
)
#: The field of each tool that Anthropic's servers run.
SERVER_INPUTS = {"web_search": "query", "web_fetch": "url", "code_execution": "code"}
TABLES = ("conversations_message", "conversations_conversation")
OF_OTHER_TABLE = "SELECT count(*) FROM {table}"
ALL = "SELECT count(*) AS conversations FROM conversations_conversation WHERE created >= '{since}'"
BY_MODEL = (
    "SELECT model, count({counted}) AS {name} FROM conversations_message "
    "WHERE role = 'assistant' AND created >= '{since}' GROUP BY model ORDER BY 2 DESC"
)


def choose_calls(body: dict[str, Any], question: str) -> list[Call]:
    """Return the one call that answers the question, or nothing. After its result nothing else is called.

    A database is described first, if there is a tool for it, and then queried.
    """
    choice = body.get("tool_choice") or {}
    offered = {tool["name"]: tool for tool in body.get("tools") or []}
    if not offered or choice.get("type") == "none":
        return []
    if results_of(body):
        return follow_up(body, question, offered)
    name = choice.get("name") or find_tool_for(question, list(offered))
    if name is None and choice.get("type") == "any":
        name = next(iter(offered))
    if name == QUERY and DESCRIBE in offered:
        name = DESCRIBE
    return [write_call(offered[name], question)] if name else []


def find_tool_for(question: str, names: list[str]) -> str | None:
    """Return the tool that the question names, or else is about."""
    words = question.lower()
    for name in names:
        spoken = name.lower().replace("_", " ")
        if f"{spoken} tool" in words or (spoken != name.lower() and (name.lower() in words or spoken in words)):
            return name
    return next((name for name, about in SUBJECTS.items() if name in names and re.search(about, words)), None)


def follow_up(body: dict[str, Any], question: str, offered: dict[str, Any]) -> list[Call]:
    calls = [block for message in turn_of(body) for block in content_blocks(message["content"]) if "name" in block]
    [*_, result] = results_of(body)
    is_described = [call["name"] for call in calls] == [DESCRIBE] and not result.get("is_error")
    if not is_described or QUERY not in offered:
        return []
    sql = write_sql(question, json.dumps(result.get("content")))
    return [Call(QUERY, json.dumps(write_input(offered[QUERY]["input_schema"], sql)))]


def write_call(tool: dict[str, Any], question: str) -> Call:
    url, words = URL.search(question), SEARCH_VERB.sub("", question).strip(" ?.!") or question
    text = url[0] if url and tool["name"] in ("web_fetch", "fetch_address") else words
    text = write_sql(question, "") if tool["name"] == QUERY else text
    if tool in client_tools({"tools": [tool]}):
        return Call(tool["name"], json.dumps(write_input(tool["input_schema"], text), ensure_ascii=False))
    return Call(tool["name"], json.dumps({SERVER_INPUTS[tool["name"]]: text}, ensure_ascii=False), is_server=True)


def write_input(schema: dict[str, Any], text: str) -> dict[str, Any]:
    """Return values for what the schema requires; `text` for those that take a string."""
    properties = schema.get("properties") or {}
    return {name: write_value(properties.get(name), text) for name in schema.get("required") or []}


def write_value(schema: Any, text: str) -> Any:
    if not isinstance(schema, dict):
        return text
    if "default" in schema or schema.get("enum"):
        return schema["default"] if "default" in schema else schema["enum"][0]
    number = next(iter(re.findall(r"\d+", text)), "1")
    samples = {"integer": int(number), "number": float(number), "boolean": True, "array": [], "object": {}}
    return samples.get(str(schema.get("type")), text)


def write_sql(question: str, description: str) -> str:
    """Return a query of the tables of Chatsite, unless the description of the database has only others."""
    tables = re.findall(r"(?:create table|table)\W+(\w+)", description.replace("\\n", " "), re.IGNORECASE)
    if tables and not any(table in description for table in TABLES):
        return OF_OTHER_TABLE.format(table=tables[0])
    since = (datetime.now(UTC) - timedelta(days=7)).date().isoformat()
    if "message" in question.lower() or "answer" in question.lower():
        return BY_MODEL.format(counted="*", name="messages", since=since)
    if "model" in question.lower():
        return BY_MODEL.format(counted="DISTINCT conversation_id", name="conversations", since=since)
    return ALL.format(since=since)
