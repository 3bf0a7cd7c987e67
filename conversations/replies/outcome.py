"""The one ending of every reply: its content, HTML, state and error are stored together."""

from dataclasses import dataclass, replace

from conversations import markdown
from conversations.claude.errors import Failed
from conversations.models import Message, ToolCall
from conversations.models.content import Content, extract_text, extract_thinking, text_content
from conversations.models.tokens import Tokens
from conversations.presentation.rendering import render_content
from conversations.presentation.sources import source_ids
from conversations.replies.end import End, read_end


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is stored of a reply that is over; with `is_text_only` without what else it has, which cannot be stored."""

    state: str
    ending: str
    content: Content
    stop_reason: str = ""
    request_id: str = ""
    upstream_id: str = ""
    thinking_seconds: float | None = None
    tokens: Tokens | None = None
    failure: Failed | None = None
    is_text_only: bool = False

    def drop_metadata(self) -> "Outcome":
        return replace(self, content=text_content(extract_text(self.content)), is_text_only=True)

    def end(self) -> End:
        code = self.failure.code if self.failure else ""
        return End(self.state, self.ending, code, self.stop_reason, self.request_id, tokens=self.tokens)


def store_outcome(answer: Message, outcome: Outcome, opening: markdown.Opening | None = None) -> tuple[End, str]:
    """Store an outcome; returns the end as readers see it, and the text as HTML. Raises what the database raises."""
    if outcome.state == Message.State.WAITING:
        return store_waiting(answer, outcome, opening)
    end = outcome.end()
    content = ToolCall.objects.conclude(answer.pk, outcome.content) if answer.tools else outcome.content
    html = "" if outcome.is_text_only else render_content(content, opening=opening, sources=source_ids(answer))
    thinking = "" if outcome.is_text_only else extract_thinking(content)
    decided = answer.finish(
        state=outcome.state,
        ending=outcome.ending,
        content=content,
        html=html,
        html_version=0 if outcome.is_text_only else markdown.VERSION,
        thinking_html=markdown.render(thinking) if thinking else "",
        thinking_seconds=outcome.thinking_seconds,
        stop_reason=outcome.stop_reason,
        error_code=end.error_code,
        error_detail=outcome.failure.detail if outcome.failure else "",
        request_id=outcome.request_id,
        upstream_id=outcome.upstream_id,
    )
    # Another process may have marked this answer as interrupted.
    return (end, html) if decided else read_end(answer.pk)


def store_waiting(answer: Message, outcome: Outcome, opening: markdown.Opening | None) -> tuple[End, str]:
    """Have an answer wait for a person's decision, unless somebody has asked it to stop meanwhile."""
    html = render_content(outcome.content, opening=opening, sources=source_ids(answer))
    thinking = extract_thinking(outcome.content)
    fields = {
        "html": html,
        "html_version": markdown.VERSION,
        "thinking_html": markdown.render(thinking) if thinking else "",
        "thinking_seconds": outcome.thinking_seconds,
    }
    if answer.wait_for_decision(outcome.content, **fields):
        return outcome.end(), html
    stop = Message.objects.filter(pk=answer.pk).values_list("stop_requested", flat=True).first()
    stopped = replace(outcome, state=Message.State.STOPPED, ending=stop or Message.Ending.STOPPED)
    return store_outcome(answer, stopped, opening)
