"""The title in what a model wrote: without its thinking, its markup and what is around it."""

import re

#: Characters; more than this is an answer and no title.
MAX_TITLE = 100
#: What some models write before the answer; without its end, all is thinking.
THINKING = re.compile(
    r"<(think|thinking|thought|reasoning|reflection|scratchpad)\b[^<>]*>.*?(</\1\s*>|\Z)", re.S | re.I
)
#: The end of thinking that began in the prompt of the model.
THINKING_END = re.compile(r"</(?:think|thinking)\s*>", re.I)
#: Of what is left, so many characters are looked at, and so many layers of markup are taken away.
MAX_WRITTEN, MAX_LAYERS = 400, 5
#: Markup around words. A tag without its partner is what the title is about, as in "<div> or <span>".
PAIR_OF_TAGS = re.compile(r"<([a-z][\w-]*)(?:\s[^<>]*)?>(.*?)</\1\s*>", re.S | re.I)
WRAPPER_TAG = re.compile(r"^<(?:title|answer|response)>|</(?:title|answer|response)>$", re.I)
LINE_BREAK = re.compile(r"<br\s*/?>", re.I)
HEADING = re.compile(r"^#{1,6}\s+(.*?)(?:\s+#+)?$")
BOLD = re.compile(r"(?<!\w)\*\*(?=\S)(.+?)(?<=\S)\*\*(?!\w)")
LABEL = re.compile(r"^(?:title|titel|titre|título|titolo)\s*[:：]\s*", re.I)
#: What models put around a whole title: quotation marks, and the marks of italics and code.
PAIRS = ['""', "''", "“”", "„“", "„”", "””", "«»", "»«", "‘’", "‚‘", "‹›", "›‹", "「」", "『』", "**", "__", "``"]
APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
#: A full stop at the end, but not that of "U.S." or of "...".
FULL_STOP = re.compile(r"(?<!\.)(?<![.\s]\w)[.。]$")
#: They join what is beside them to one character: in families of emoji, and in Persian and Hindi words.
JOINERS = "\u200c\u200d"


def clean_title(text: str) -> str:
    """The title; empty where there is none."""
    written = THINKING_END.split(THINKING.sub("", text))[-1].strip()[:MAX_WRITTEN]
    text = LINE_BREAK.sub(" ", written)
    for _layer in range(MAX_LAYERS):
        text = PAIR_OF_TAGS.sub(r"\2", text)
    lines = (clean_line(line) for line in text.splitlines())
    # A line that ends in a colon introduces the title.
    title = next((line for line in lines if any(map(str.isalnum, line)) and not line.endswith(":")), "")
    return title if len(title) <= MAX_TITLE else ""


def clean_line(line: str) -> str:
    """A line without what is around it: the marks of a heading and of bold type, a label, pairs that enclose it."""
    printable = (character for character in " ".join(line.split()) if character.isprintable() or character in JOINERS)
    line = "".join(printable).strip()
    for _layer in range(MAX_LAYERS):
        for around, kept in ((WRAPPER_TAG, ""), (HEADING, r"\1"), (BOLD, r"\1"), (LABEL, "")):
            line = around.sub(kept, line)
        for pair in PAIRS:
            line = unwrap(line, pair)
        line = FULL_STOP.sub("", line).strip()
    return line


def unwrap(line: str, pair: str) -> str:
    """The line without the pair of marks, if it encloses all of it; those around single words stay."""
    is_enclosed = len(line) > 2 and line[0] == pair[0] and line[-1] == pair[1]
    inside = APOSTROPHE.sub("", line[1:-1])
    return line[1:-1] if is_enclosed and set(pair).isdisjoint(inside) else line
