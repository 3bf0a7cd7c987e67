"""The one ending of every reply: its content, HTML, state and error are stored together."""

from dataclasses import dataclass, replace

from conversations import markdown
from conversations.claude.errors import Failed
from conversations.models import Message
from conversations.models.content import Content, text_content, text_of
from conversations.replies.end import End, read_end


@dataclass(frozen=True, slots=True)
class Outcome:
    """All there is to store of a reply that is over. `is_bare`: its text alone, because the rest cannot be stored."""

    state: str
    ending: str
    content: Content
    stop_reason: str = ""
    request_id: str = ""
    failure: Failed | None = None
    is_bare: bool = False

    def drop_metadata(self) -> "Outcome":
        return replace(self, content=text_content(text_of(self.content)), is_bare=True)

    def end(self) -> End:
        code = self.failure.code if self.failure else ""
        return End(self.state, self.ending, code, self.stop_reason, self.request_id)


def store(answer: Message, outcome: Outcome) -> tuple[End, str]:
    """Store an outcome; returns the end as readers see it, and the text as HTML. Raises what the database raises."""
    end = outcome.end()
    html = "" if outcome.is_bare else markdown.render(text_of(outcome.content))
    decided = answer.finish(
        state=outcome.state,
        ending=outcome.ending,
        content=outcome.content,
        html=html,
        html_version=0 if outcome.is_bare else markdown.VERSION,
        stop_reason=outcome.stop_reason,
        error_code=end.error_code,
        error_detail=outcome.failure.detail if outcome.failure else "",
        request_id=outcome.request_id,
    )
    # Another process may have taken this one for dead, and have decided the state.
    return (end, html) if decided else read_end(answer.pk)
