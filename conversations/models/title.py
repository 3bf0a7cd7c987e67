"""The title that a conversation has until it is given a better one."""

#: Characters of a title that a person may give, and of one that is made.
MAX_TITLE_LENGTH, TITLE_LENGTH = 200, 60


def first_words(text: str) -> str:
    """A title made of the beginning of a question."""
    words = " ".join(text[: 4 * TITLE_LENGTH].split())
    if len(words) <= TITLE_LENGTH:
        return words
    return words[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"
