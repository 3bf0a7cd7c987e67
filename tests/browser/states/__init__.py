"""The states that docs/states.md describes: how each comes about in a browser.

Each has an arrangement, a function that brings a window into the state and returns the part of the page that shows it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser.window import Window

DOCUMENT = Path(__file__).resolve().parents[3] / "docs/states.md"
ROW = re.compile(r"^\| `([\w-]+)` \| (.+?) \| (.+?) \| !\[.*?\]\(states/([\w-]+)\.webp\) \|$", re.MULTILINE)


@dataclass
class Stage:
    """What an arrangement works with: Alice's window, and Alice."""

    window: Window
    alice: Any


#: Takes a Stage, and returns the Locator of the part of the page.
Arrangement = Callable[..., Any]


def by_name(*functions: Arrangement) -> dict[str, Arrangement]:
    """The functions, by the names that the document gives their states."""
    return {function.__name__.replace("_", "-"): function for function in functions}


def documented_states() -> dict[str, tuple[str, str]]:
    """The sentence and the next action of each state, as the document has them."""
    return {name: (sentence, action) for name, sentence, action, _picture in ROW.findall(DOCUMENT.read_text())}


def sentence_pattern(sentence: str) -> re.Pattern[str]:
    """What finds a documented sentence in a page; N stands for a number."""
    return re.compile(re.sub(r"\bN\b", r"[\\d,]+", re.escape(sentence)))
