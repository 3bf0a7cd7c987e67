"""The words of a Markdown text without its signs, for a line in a list. Only what is rendered is exact."""

import re

#: Characters between two signs that belong together. Without a limit, signs without a partner would cost much time.
MAX_INNER = 500
#: The same for signs that may have others between them.
MAX_STRONG = 200
#: What keeps its signs: they are the text of code.
CODE = re.compile(
    r"^ {0,3}(?P<fence>`{3,20}(?!`)|~{3,20}(?!~))[^\n]*\n(?P<block>.*?)(?:^ {0,3}(?P=fence)[`~]*[ \t]*$|\Z)"
    rf"|(?<!`)(?P<ticks>`{{1,20}})(?!`)(?P<span>.{{1,{MAX_INNER}}}?)(?<!`)(?P=ticks)(?!`)",
    re.DOTALL | re.MULTILINE,
)
#: An address may have brackets in pairs.
LINK = re.compile(
    rf"!?\[([^\[\]]{{0,{MAX_INNER}}})\]\((?:[^()\s]|\([^()\s]*\)){{0,2000}}(?:\s+\"[^\"\n]{{0,{MAX_INNER}}}\")?\)"
)
STRONG = re.compile(rf"(?<!\\)(\*\*|~~|(?<!\w)__)(?=\S)(.{{1,{MAX_STRONG}}}?)(?<=[^\s\\])\1", re.DOTALL)
EMPHASIS = re.compile(rf"(?<![\w*\\])\*(?=\S)([^*\n]{{1,{MAX_INNER}}})(?<=[^\s\\])\*(?![\w*])")
UNDERLINE = re.compile(rf"(?<![\w\\])_(?=\S)([^_\n]{{1,{MAX_INNER}}})(?<=[^\s\\])_(?!\w)")
#: At the beginning of lines: quotations, then headings, items of lists, and the lines below the heads of tables.
QUOTATION = re.compile(r"^ {0,3}(?:> ?)+", re.MULTILINE)
BEGINNING = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?)", re.MULTILINE)
RULE = re.compile(r"^[ \t]*(?:[|:\-][|:\- \t]{2,}|[*_][*_ \t]{2,})$\n?", re.MULTILINE)
TABLE_ROW = re.compile(r"^ {0,3}\|.*", re.MULTILINE)
CELL_END = re.compile(r"(?<!\\)\|")
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def strip_markup(text: str) -> str:
    """The text without the signs of Markdown and the addresses of links; code stays as it is."""
    parts, end = [], 0
    for match in CODE.finditer(text):
        code = match["block"] if match["span"] is None else match["span"]
        parts += [strip_signs(text[end : match.start()]), code]
        end = match.end()
    return "".join([*parts, strip_signs(text[end:])])


def strip_signs(text: str) -> str:
    text = BEGINNING.sub("", RULE.sub("", QUOTATION.sub("", text)))
    text = TABLE_ROW.sub(lambda row: CELL_END.sub("", row[0]).strip(), LINK.sub(r"\1", text))
    # Twice: what is strong may hold what is struck through.
    text = STRONG.sub(r"\2", STRONG.sub(r"\2", text))
    return ESCAPE.sub(r"\1", UNDERLINE.sub(r"\1", EMPHASIS.sub(r"\1", text)))
