"""The only Markdown renderer: a whole text (`render`) or one that is still being written (`IncrementalRenderer`).

Replies, pages and exports call it. It does not depend on Django.
"""

from conversations.markdown.incremental import Append, Commit, IncrementalRenderer, Tail
from conversations.markdown.render import VERSION, render

__all__ = ["VERSION", "Append", "Commit", "IncrementalRenderer", "Tail", "render"]
