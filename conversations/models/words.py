"""The words of a text as the index of the search knows them: case and accents folded.

The same rules in Python, which folds what is searched for, and texts on SQLite, and in the function for PostgreSQL
(conversations/search/postgresql.py). After a change every text has to be indexed again, by a migration.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

#: Characters of scripts without spaces between words, and pictographs. A run of them is indexed in pairs of characters.
UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2600-\u27bf\u2e80-\u2fdf\u3005-\u3007\u3041-\u30fa\u30fc-\u312f"
    r"\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U0001f000-\U0001faff\U00020000-\U0003ffff"
)
#: Everything else that is not part of a word. (`\w` means something else in each database and locale.)
SEPARATORS = (
    r"\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u02c2-\u02df\u05be\u05c0\u05c3\u05f3\u05f4"
    r"\u060c\u061b\u061f\u06d4\u0964\u0965\u2000-\u206f\u20a0-\u20cf\u2190-\u25ff\u27c0-\u2bff\u2e00-\u2e7f"
    r"\u3000-\u3004\u3008-\u3020\u3030\u303d\u30fb\ue000-\uf8ff\ufe00-\ufe1f\ufe30-\ufe6f\ufff0-\uffff"
)
#: Accents and other marks, which may be left out of a question. Not those that make another kana (U+3099, U+309A).
MARKS = (
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u0610-\u061a\u064b-\u065f\u0670"
    r"\u20d0-\u20ff"
)
#: Words are cut and texts are indexed up to these: PostgreSQL takes 1 MB of words for one text.
MAX_WORD_LENGTH, MAX_WORDS, MAX_CHARACTERS = 32, 30_000, 200_000

_marks = re.compile(f"[{MARKS}]+")
_words = re.compile(f"[^{SEPARATORS}{UNSPACED}]+|[{UNSPACED}]+")
_unspaced = re.compile(f"[{UNSPACED}]")


def fold(text: str) -> str:
    """The text in lower case and without accents."""
    if text.isascii():
        return text.lower()
    plain = _marks.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFKC", plain).lower().replace("ß", "ss").replace("ς", "σ")


def split_words(folded: str) -> list[str]:
    """The words and the runs of characters without spaces, in their order."""
    return _words.findall(folded)


def is_unspaced(word: str) -> bool:
    return _unspaced.match(word) is not None


def index_terms(folded: str) -> Iterator[str]:
    """What is indexed of a folded text. The last character of an unspaced run is a term too."""
    for word in split_words(folded):
        if is_unspaced(word):
            yield from ("".join(pair) for pair in pairwise(word))
            yield word[-1]
        else:
            yield word[:MAX_WORD_LENGTH]


def index_document(owner: int | None, text: str | None) -> str:
    """The terms of a person's text, each after the person, so that a search reads nothing of other people.

    SQLite calls this in its triggers.
    """
    terms = sorted(set(index_terms(fold((text or "")[:MAX_CHARACTERS]))))[:MAX_WORDS]
    return " ".join(f"{owner}/{term}" for term in terms)
