"""The only Markdown renderer: a whole text (`render`) or one that is still being written (`IncrementalRenderer`).

An answer that continues another one is rendered below what was open there (`find_opening`). Replies, pages and
exports call it. It does not depend on Django.
"""

from conversations.markdown.continuation import Opening, find_opening
from conversations.markdown.incremental import Append, Commit, IncrementalRenderer, Tail
from conversations.markdown.marks import mark_text
from conversations.markdown.render import VERSION, render
from conversations.markdown.tools_place import PLACE, tools_place

__all__ = [
    "PLACE",
    "VERSION",
    "Append",
    "Commit",
    "IncrementalRenderer",
    "Opening",
    "Tail",
    "find_opening",
    "mark_text",
    "render",
    "tools_place",
]
