"""The text of an answer as HTML, with a place for each row of tools in it."""

from conversations import markdown
from conversations.models import Message
from conversations.models.citation import SourceNumbers, cited_pieces, has_citations
from conversations.models.content import Content, extract_text, is_tool_block, split_at_tools, text_content
from conversations.presentation.continuing import find_continued_opening
from conversations.presentation.sources import source_ids


def render_content(content: Content, *, opening: markdown.Opening | None = None, sources: str = "") -> str:
    """What stands between tools is rendered as a text of its own. `opening`: of the answer that this one continues."""
    numbers = SourceNumbers()
    parts = []
    for number, (before, _tools) in enumerate(split_at_tools(content)):
        text = markdown.mark_text(cited_pieces(before, numbers))
        if number:
            parts.append(markdown.tools_place(number))
        elif opening:
            text = opening.put_before(text)
        parts.append(markdown.render(text, sources=sources))
    return "".join(parts)


def render_and_cache_html(message: Message) -> str:
    """The text of an answer as HTML: from the row, or rendered again when an older renderer made that.

    What is being written is rendered as its stream is, which then takes over without a change. What Claude thought is
    rendered with it, into the message.
    """
    if message.is_writing:
        return render_growing(message)
    if message.html_version == markdown.VERSION:
        return message.html
    has_more_than_text = has_citations(message.content) or any(map(is_tool_block, message.content))
    content = message.content if has_more_than_text else text_content(message.text)
    html = render_content(content, opening=find_continued_opening(message), sources=source_ids(message))
    message.thinking_html = markdown.render(message.thinking) if message.thinking else ""
    cached = {"html": html, "thinking_html": message.thinking_html, "html_version": markdown.VERSION}
    Message.objects.filter(pk=message.pk, text=message.text).update(**cached)
    return html


def render_growing(message: Message) -> str:
    """The text so far. Its content is that before the last tools, or empty."""
    renderer = markdown.IncrementalRenderer(opening=find_continued_opening(message))
    for before, tools in split_at_tools(message.content):
        renderer.write(extract_text(before))
        if tools:
            renderer.begin_tools()
    renderer.write(message.text[len(extract_text(message.content)) :])
    renderer.flush()
    return "".join(renderer.snapshot())
