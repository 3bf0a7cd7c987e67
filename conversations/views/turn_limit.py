"""How many earlier turns a person may have stored by this process in a minute: sent by programs, or copied."""

from chatsite.minute_limit import MinuteLimit
from conversations.models import TooManyTurns

#: A program may send ten thousand turns with one question. They are read, stored or compared with what is stored: in a
#: loop they would keep the process, and on SQLite everybody, from writing.
MAX_TURNS_PER_MINUTE = 12_000
#: Each request with earlier turns counts as so many at least: what it continues is searched in all that a person has.
MIN_TURNS = 100


class TurnLimit:
    def __init__(self) -> None:
        self._limit = MinuteLimit()

    def add(self, user_id: int, number: int) -> None:
        """Count turns that a person sends; raises TooManyTurns, and does not count them, when they are too many."""
        if number > 1 and not self._limit.take(user_id, max(number, MIN_TURNS), MAX_TURNS_PER_MINUTE):
            raise TooManyTurns


#: That of this process.
turn_limit = TurnLimit()
