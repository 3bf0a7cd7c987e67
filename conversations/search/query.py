"""What a person looks for: words, of which the beginning is enough, and "quoted phrases"."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from django.db import connection
from django.db.models import QuerySet, Value

from conversations.models import SearchEntry
from conversations.models.words import MAX_WORD_LENGTH, SEPARATORS, UNSPACED, fold, is_unspaced, split_words
from conversations.search import postgresql, sqlite

#: Of a longer question only the beginning is used.
MAX_LENGTH, MAX_TERMS = 300, 8
#: So many words are looked up in the index. Texts that have them are read for the others.
MAX_INDEXED = 16
#: A single letter is the beginning of too many words.
MIN_LETTERS = 2

QUOTES = '"“”„«»'
_phrases = re.compile(f"[{QUOTES}]([^{QUOTES}]*)([{QUOTES}]?)")


@dataclass(frozen=True)
class Term:
    """Words that follow one another; the last one may be the beginning of a longer one."""

    words: tuple[str, ...]
    is_prefix: bool

    @property
    def pattern(self) -> str:
        """A regular expression that finds the term in a folded text."""
        between = f"[{SEPARATORS}]*" if all(map(is_unspaced, self.words)) else f"[{SEPARATORS}]+"
        phrase = between.join(re.escape(word) for word in self.words)
        before = "" if is_unspaced(self.words[0]) else f"(?<![^{SEPARATORS}{UNSPACED}])"
        after = "" if self.is_prefix or is_unspaced(self.words[-1]) else f"(?![^{SEPARATORS}{UNSPACED}])"
        return before + phrase + after

    @property
    def indexed(self) -> Iterable[str]:
        """What the index has of each text with this term; a `*` at the end: the beginning of a word."""
        for word in self.words:
            if is_unspaced(word):
                yield from ("".join(pair) for pair in pairwise(word)) if len(word) > 1 else (f"{word}*",)
            else:
                yield word[:MAX_WORD_LENGTH] + ("*" if self.is_prefix and word is self.words[-1] else "")


@dataclass(frozen=True)
class Query:
    terms: tuple[Term, ...]
    #: Whether something was left out because there was too much of it.
    is_cut: bool = False

    @property
    def is_too_short(self) -> bool:
        """Whether there is nothing but a letter."""
        return not any(len(word) >= MIN_LETTERS or is_unspaced(word) or word.isdigit() for word in self.words)

    @cached_property
    def indexed(self) -> list[str]:
        return list(dict.fromkeys(word for term in self.terms for word in term.indexed))

    @cached_property
    def words(self) -> list[str]:
        return [word for term in self.terms for word in term.words]

    @property
    def needs_check(self) -> bool:
        """Whether a text can have all words of the index and not what was typed: they must follow one another."""
        pairs = any(is_unspaced(word) and len(word) > 2 for word in self.words)
        return pairs or any(len(term.words) > 1 for term in self.terms) or len(self.indexed) > MAX_INDEXED

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds any of the terms in a folded text, the longest first."""
        terms = sorted((term.pattern for term in self.terms), key=len, reverse=True)
        return re.compile("|".join(f"({term})" for term in terms) or r"(?!)")

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        return [re.compile(term.pattern) for term in self.terms]

    def is_in(self, folded: str) -> bool:
        """Whether a folded text has all terms."""
        return all(pattern.search(folded) for pattern in self._patterns)

    def select_entries(self, entries: QuerySet[SearchEntry], owners: Sequence[int]) -> QuerySet[SearchEntry]:
        """The entries of these owners whose texts have all words; see `needs_check`."""
        terms_of_owners = [[f"{owner}/{term}" for owner in owners] for term in self.indexed[:MAX_INDEXED]]
        index = postgresql if connection.vendor == "postgresql" else sqlite
        return entries.filter(index.Matches("pk", Value(index.write_query(terms_of_owners))))


def parse_query(text: str) -> Query:
    """Read what a person has typed. Everything but words and quotation marks is ignored, so nothing is an error."""
    folded, phrases, rest = fold(text[:MAX_LENGTH]), [], []
    position = 0
    for match in _phrases.finditer(folded):
        rest.append(folded[position : match.start()])
        # Until the closing quotation mark is typed, the last word is not complete.
        phrases.append(Term(tuple(split_words(match[1])), is_prefix=not match[2]))
        position = match.end()
    rest.append(folded[position:])
    words = [Term((word,), is_prefix=True) for part in rest for word in split_words(part)]
    terms = list(dict.fromkeys(term for term in [*phrases, *words] if term.words))
    return Query(tuple(terms[:MAX_TERMS]), is_cut=len(terms) > MAX_TERMS or len(text) > MAX_LENGTH)
