"""How much each person may do in this process within a minute."""

import threading
import time
from collections import defaultdict, deque


class MinuteLimit:
    def __init__(self) -> None:
        #: By person: when something was done, and how much.
        self._done: defaultdict[int, deque[tuple[float, int]]] = defaultdict(deque)
        self._lock = threading.Lock()

    def take(self, person: int, number: int, limit: int) -> bool:
        """Count so much, unless it would be more than the limit within a minute. Returns whether it was counted."""
        now = time.monotonic()
        with self._lock:
            done = self._done[person]
            while done and done[0][0] <= now - 60:
                done.popleft()
            if sum(earlier for _moment, earlier in done) + number > limit:
                return False
            done.append((now, number))
        return True
