"""The only Markdown renderer: text to safe HTML, whole (`render`) or while it is being written (`Growing`).

The engine streams what `Growing` gives; views, exports and saves call `render`. Nothing here knows Django.
"""

from .growing import Append, Commit, Growing, Tail
from .render import VERSION, render

__all__ = ["VERSION", "Append", "Commit", "Growing", "Tail", "render"]
