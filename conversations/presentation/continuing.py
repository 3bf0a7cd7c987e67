"""Answers that continue another one, which was cut: to a reader both are one text."""

from functools import cache

from django.conf import settings
from django.utils import translation

from conversations import markdown
from conversations.models import Message
from conversations.presentation import wording

#: So many parts before an answer are read, each with two queries: a person may continue thousands of times.
MAX_PARTS = 5


def is_continue(message: Message) -> bool:
    """Whether this is the question that the Continue button asks."""
    is_below_an_answer = not message.is_answer and message.parent_id is not None
    return is_below_an_answer and message.text in continue_texts()


@cache
def continue_texts() -> frozenset[str]:
    """What the Continue button asks in each language: it is stored in that of the person who pressed it."""
    texts = {wording.CONTINUE}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            texts.add(translation.gettext(wording.CONTINUE))
    return frozenset(texts)


def find_continued_opening(answer: Message) -> markdown.Opening | None:
    """Return what was open in the answer that this one continues, or None."""
    return find_opening_after(read_continued_texts(answer))


def read_continued_texts(answer: Message) -> list[str]:
    """Return the texts of the answers that this one continues, newest first. No query if the question is loaded."""
    texts: list[str] = []
    question = answer.parent
    while question is not None and len(texts) < MAX_PARTS and is_continue(question) and question.parent is not None:
        texts.append(question.parent.text)
        question = question.parent.parent
    return texts


def find_opening_after(texts: list[str]) -> markdown.Opening | None:
    """Return what is open after these texts, newest first, or None. Parsing a long one takes tenths of a second."""
    opening = None
    for text in reversed(texts):  # an answer may be cut more than once
        opening = markdown.find_opening(opening.put_before(text) if opening else text)
    return opening


def continue_text(answer: Message, text: str) -> str:
    """Return this text of an answer below what was open in the answer that it continues."""
    opening = find_continued_opening(answer)
    return opening.put_before(text) if opening else text
