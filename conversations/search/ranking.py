"""How well a text fits what was looked for."""

from collections.abc import Sequence
from datetime import datetime

#: More occurrences of a word make no difference.
MAX_OCCURRENCES = 5
#: A text of today counts twice as much as one that is so old.
HALF_LIFE_DAYS = 60


def score_text(words: Sequence[str], folded: str) -> float:
    """From 0 to 2: how often the words occur, and how many of them as they were typed and not inside of longer ones."""
    scores = [_score_word(word, folded) for word in words]
    return sum(scores) / len(scores) if scores else 0


def _score_word(word: str, folded: str) -> float:
    number, is_whole, end = 0, False, 0
    while number < MAX_OCCURRENCES and (start := folded.find(word, end)) >= 0:
        end = start + len(word)
        if not folded[start - 1 : start].isalnum():
            number += 1
            is_whole = is_whole or not folded[end : end + 1].isalnum()
    return number / MAX_OCCURRENCES + is_whole


def score_date(moment: datetime, now: datetime) -> float:
    """From 2, for today, towards 0."""
    return 2 / (1 + max((now - moment).days, 0) / HALF_LIFE_DAYS)
