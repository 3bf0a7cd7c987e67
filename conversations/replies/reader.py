"""Who reads a reply: one open response."""

from dataclasses import dataclass

from chatsite.accounts.access import Access
from conversations.models import Message
from conversations.replies.end import End

#: What a program reads when its session or token has ended; the reply itself may go on.
ACCESS_ENDED = End(Message.State.WRITING, Message.Ending.FAILED, error_code="access_ended")


@dataclass(eq=False, slots=True)
class Reader:
    """An open response; `access`: what it was opened with, None for one that only waits for the end."""

    access: Access | None = None
    has_access_ended: bool = False
