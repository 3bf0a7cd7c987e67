"""The title that a conversation has until it is given a better one."""

TITLE_LENGTH = 60


def first_words(text: str) -> str:
    """A title made of the beginning of a question."""
    words = " ".join(text[: 4 * TITLE_LENGTH].split())
    if len(words) <= TITLE_LENGTH:
        return words
    return words[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"
