"""Chooses the words of an ordinary reply: by what the question is about, or to go on with a cut one."""

from __future__ import annotations

import itertools
import re
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from . import markers, prose, tokens

FOLDER = Path(__file__).with_name("replies")
GREETING = re.compile(r"\W*(hello|hi|hey|good (morning|afternoon|evening)|hallo)\b.{0,40}", re.IGNORECASE | re.DOTALL)
THANKS = re.compile(r"\W*(thanks|thank you|great|perfect|danke)\b.{0,40}", re.IGNORECASE | re.DOTALL)
GOING_ON = re.compile(
    r"\b(continue|go on|carry on|keep going|pick up|resume|where you (left|stopped))\b", re.IGNORECASE
)
TITLE_TOKENS = 64
TITLE_WORDS = 6
#: What a question begins with before it says what it is about, and what no title ends with.
LEAD_IN = re.compile(
    r"\A\W*((hello|hi|hey)\b[,!. ]*)?((please|can|could|would|will|you|me|i|we|help|tell|show|give|explain|to|how|what|"
    r"why|when|which|is|are|do|does|did|should|need|want|like|much|many|us|with|a|an|the|about)\b\W*)*",
    re.IGNORECASE,
)
TRAILING = {
    "a", "an", "the", "of", "for", "and", "or", "to", "in", "on", "at", "by", "with", "from", "that", "which", "is",
    "are", "me", "my", "our", "your", "so", "i", "we", "you",
}  # fmt: skip

# The first topic that matches wins, so the narrow ones stand before the broad ones.
TOPICS = {
    "budget": r"price|pric|cost|budget|dollar|\$|cheap|subscription|invoice",
    "interest": r"formula|math|equation|interest|average|statistic|deviation|probab",
    "sql": r"sql|database|query|postgres|sqlite|index|join",
    "regex": r"regex|regular expression|pattern|javascript|typescript|browser|node",
    "backup": r"bash|shell|script|backup|linux|cron|terminal|command",
    "csv": r"python|csv|function|pandas|code|program|parse|test",
    "page": r"html|css|web ?page|website|layout|accessib|form",
    "review": r"diff|review|bug|refactor|git|commit|pull request",
    "meeting": r"meeting|agenda|team|e-?mail|letter|write|draft|summar|translate",
    "trip": r"trip|travel|holiday|weekend|plan|visit|city|pack",
    "learning": r"learn|explain|study|understand|how (do|does|can)|what is|why|teach",
    "garden": r"garden|plant|cook|recipe|bread|food|health|home",
}


def ordinary(body: dict[str, Any], question: str) -> str:
    asked = markers.strip(question)
    if not asked:
        return tool_answer(body["messages"][-1]) or topic("learning")
    if GREETING.fullmatch(asked):
        return topic("hello")
    if THANKS.fullmatch(asked):
        return "You are welcome. If something else comes up, just ask."
    if len(asked) < 200 and GOING_ON.search(asked):
        return continuation(last_answer(body)) or topic("learning")
    return about(asked)


def about(asked: str) -> str:
    for name, words in TOPICS.items():
        if re.search(rf"\b({words})", asked.lower().replace("$", " $")) or (name == "budget" and "$" in asked):
            return topic(name)
    names = list(TOPICS)
    return topic(names[zlib.crc32(asked.encode(errors="replace")) % len(names)])


def tool_answer(turn: dict[str, Any]) -> str | None:
    for block in tokens.blocks(turn["content"]):
        if block["type"] == "tool_result":
            return f"The tool answered: {str(block.get('content'))[:200]}\n\nNothing else is needed."
    return None


def continuation(before: str) -> str | None:
    """The rest of a cut reply if it was one of ours; else a paragraph that could follow anything."""
    cut = before.rstrip()
    if not cut:
        return None
    known = (*map(topic, TOPICS), *(prose.of_length(kind, len(cut) + 2_000) for kind in prose.OPENING))
    rest = next((text[len(cut) :] for text in known if text.startswith(cut) and len(text) > len(cut)), None)
    return rest if rest and rest.strip() else topic("continued")


def last_answer(body: dict[str, Any]) -> str:
    for message in reversed(body["messages"]):
        if message["role"] == "assistant":
            return "".join(b["text"] for b in tokens.blocks(message["content"]) if b["type"] == "text")
    return ""


def is_title(model: str, body: dict[str, Any]) -> bool:
    """A small reply from the small model: somebody wants a title."""
    return "haiku" in model and body["max_tokens"] <= TITLE_TOKENS


def title(question: str) -> str:
    """What the question is about, in its own words; it may stand between tags in the request."""
    tagged = re.search(r"<(\w+)>\s*(.+?)\s*</\1>", question, re.DOTALL)
    asked = LEAD_IN.sub("", markers.strip(tagged[2] if tagged else question))
    words = re.findall(r"[\w$'’+#.-]*\w[+#]*|[,;:?!.\n]", asked)[: 4 * TITLE_WORDS]
    first = list(itertools.takewhile(lambda word: word not in ",;:?!.\n", words))[:TITLE_WORDS]
    while first and first[-1].lower() in TRAILING:
        first.pop()
    named = " ".join(first)[:80]
    return named[:1].upper() + named[1:] or "New conversation"


@cache
def topic(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8").strip()
