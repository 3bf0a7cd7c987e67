"""How many earlier turns a person's programs may send to this process in a minute."""

import threading
import time
from collections import defaultdict, deque

from conversations.models import TooManyTurns

#: A program may send ten thousand turns with one question. They are read, stored or compared with what is stored: in a
#: loop they would keep the process, and on SQLite everybody, from writing.
MAX_TURNS_PER_MINUTE = 12_000
#: Each request with earlier turns counts as so many at least: what it continues is searched in all that a person has.
MIN_TURNS = 100


class TurnLimit:
    def __init__(self) -> None:
        #: By person: when turns were sent, and how many.
        self._sent: defaultdict[int, deque[tuple[float, int]]] = defaultdict(deque)
        self._lock = threading.Lock()

    def add(self, user_id: int, number: int) -> None:
        """Count turns that a person sends; raises TooManyTurns, and does not count them, when they are too many."""
        if number <= 1:
            return
        number = max(number, MIN_TURNS)
        now, sent = time.monotonic(), self._sent[user_id]
        with self._lock:
            while sent and sent[0][0] <= now - 60:
                sent.popleft()
            if sum(earlier for _moment, earlier in sent) + number > MAX_TURNS_PER_MINUTE:
                raise TooManyTurns
            sent.append((now, number))
