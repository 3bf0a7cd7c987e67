"""How a reply ended, as data: each response renders its own last frame from it. Made when the ending is stored."""

from dataclasses import dataclass
from uuid import UUID

from conversations.claude import errors
from conversations.models import Message
from conversations.models.tokens import Tokens
from conversations.presentation.rendering import render_and_cache_html


@dataclass(frozen=True, slots=True)
class End:
    """`state` and the rest are those of the message; `waiting` is an end too: the stream ends, the answer does not.

    `thinking`: only where the end is read from the row, for readers to whom it was not streamed. `tokens`: those of
    all calls of the answer; None where this process has not made all of them.
    """

    state: str
    ending: str
    error_code: str = ""
    stop_reason: str = ""
    request_id: str = ""
    thinking: str = ""
    tokens: Tokens | None = None

    @property
    def is_retryable(self) -> bool:
        """Whether asking once more may help."""
        return self.error_code in errors.RETRYABLE or self.ending in Message.INTERRUPTED_ENDINGS


def read_end(pk: UUID) -> tuple[End, str]:
    """The end of a reply from its row, and its text as HTML; that of a deleted one when there is no row."""
    message = Message.objects.filter(pk=pk).first()
    if message is None:
        return End(state=Message.State.STOPPED, ending=Message.Ending.DELETED), ""
    end = End(
        message.state,
        message.ending,
        message.error_code,
        message.stop_reason,
        message.request_id,
        message.thinking,
    )
    return end, render_and_cache_html(message)
