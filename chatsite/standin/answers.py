"""Chooses the text of an ordinary reply: by the subject of the question, or to continue an answer that was cut."""

from __future__ import annotations

import itertools
import re
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from chatsite.standin import prose
from chatsite.standin.files import describe_files
from chatsite.standin.markers import remove_markers
from chatsite.standin.tokens import content_blocks, extract_text
from chatsite.standin.tools import describe_results

FOLDER = Path(__file__).with_name("replies")
GREETING = re.compile(r"\W*(hello|hi|hey|good (morning|afternoon|evening)|hallo)\b.{0,40}", re.IGNORECASE | re.DOTALL)
THANKS = re.compile(r"\W*(thanks|thank you|great|perfect|danke)\b.{0,40}", re.IGNORECASE | re.DOTALL)
CONTINUE = re.compile(
    r"\b(continue|go on|carry on|keep going|pick up|resume|where you (left|stopped))\b", re.IGNORECASE
)
MAX_TITLE_TOKENS = 64
MAX_TITLE_WORDS = 6
# How a question begins before it names its subject.
LEAD_IN = re.compile(
    r"\A\W*((hello|hi|hey)\b[,!. ]*)?((please|can|could|would|will|you|me|i|we|help|tell|show|give|explain|to|how|what|"
    r"why|when|which|is|are|do|does|did|should|need|want|like|much|many|us|with|a|an|the|about)\b\W*)*",
    re.IGNORECASE,
)
# Words that do not end a title.
TRAILING_WORDS = {
    "a",
    "an",
    "the",
    "of",
    "for",
    "and",
    "or",
    "to",
    "in",
    "on",
    "at",
    "by",
    "with",
    "from",
    "that",
    "which",
    "is",
    "are",
    "me",
    "my",
    "our",
    "your",
    "so",
    "i",
    "we",
    "you",
}

# The first topic that matches is taken, so the narrow ones come first.
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


def write_answer(body: dict[str, Any], question: str) -> str:
    """Return the answer to the last message of a person, whose text is `question`; first what was sent with it."""
    question = remove_markers(question)
    if results := describe_results(body):
        return results
    files = describe_files(content_blocks(last_content(body, "user")))
    if files:
        return f"{files}\n\n{read_topic(find_topic(question))}" if question else files
    if not question:
        return read_topic("learning")
    if GREETING.fullmatch(question):
        return read_topic("hello")
    if THANKS.fullmatch(question):
        return "You are welcome. If something else comes up, just ask."
    if len(question) < 200 and CONTINUE.search(question):
        return continue_text(extract_text(last_content(body, "assistant"))) or read_topic("learning")
    return read_topic(find_topic(question))


def find_topic(question: str) -> str:
    for topic, words in TOPICS.items():
        if re.search(rf"\b({words})", question.lower().replace("$", " $")) or (topic == "budget" and "$" in question):
            return topic
    topics = list(TOPICS)
    return topics[zlib.crc32(question.encode(errors="replace")) % len(topics)]


def last_content(body: dict[str, Any], role: str) -> Any:
    """Return the content of the last message of this role, or an empty list."""
    return next((message["content"] for message in reversed(body["messages"]) if message["role"] == role), [])


def continue_text(text: str) -> str | None:
    """Return the rest of a text that the stand-in wrote, else a paragraph that can follow any text."""
    text = text.rstrip()
    if not text:
        return None
    topics = [read_topic(topic) for topic in TOPICS]
    generated = [prose.text_of_length(kind, len(text) + 2_000) for kind in prose.OPENINGS]
    for whole in topics + generated:
        rest = whole[len(text) :]
        if whole.startswith(text) and rest.strip():
            return rest
    return read_topic("continued")


def is_title_request(model_id: str, body: dict[str, Any]) -> bool:
    """Whether a small answer of a small model is asked for: a site asks for titles in this way."""
    return "haiku" in model_id and body["max_tokens"] <= MAX_TITLE_TOKENS


def write_title(question: str) -> str:
    """Return the subject of the question in its own words. The question may be between tags in the request."""
    tagged = re.search(r"<(\w+)>\s*(.+?)\s*</\1>", question, re.DOTALL)
    text = LEAD_IN.sub("", remove_markers(tagged[2] if tagged else question))
    words = re.findall(r"[\w$'’+#.-]*\w[+#]*|[,;:?!.\n]", text)[: 4 * MAX_TITLE_WORDS]
    title = list(itertools.takewhile(lambda word: word not in ",;:?!.\n", words))[:MAX_TITLE_WORDS]
    while title and title[-1].lower() in TRAILING_WORDS:
        title.pop()
    joined = " ".join(title)[:80]
    return joined[:1].upper() + joined[1:] or "New conversation"


@cache
def read_topic(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8").strip()
