"""A conversation as a file in Markdown, with one path for reading."""

import re
from datetime import datetime

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from conversations.markdown import mark_text
from conversations.models import Attachment, Conversation
from conversations.models.citation import SourceNumbers, cited_pieces
from conversations.models.content import split_at_tools
from conversations.presentation.continuing import continue_text
from conversations.presentation.sources import ShownSource, list_sources, write_numbers, write_quotation
from conversations.presentation.tool_values import write_line
from conversations.presentation.tools import ShownStep
from conversations.presentation.turns import build_note
from conversations.transcripts.transcript import Entry, Transcript, build_transcript

#: Characters of the input of a tool.
MAX_INPUT = 500
#: CommonMark ends a line at each of these. https://spec.commonmark.org/0.31.2/#line-ending
LINE_ENDING = re.compile(r"\r\n|\r|\n")
#: What a heading would read as markup; at its end, also a run of `#`.
MARKUP = re.compile(r"[\\`*_~\[\]<>$&]|(?<= )#+$")


def export_markdown(transcript: Transcript) -> str:
    """Return the path of a transcript.

    All texts are quoted: an open fence, formula or comment ends with its quote, and a heading in it is not a turn.
    """
    parts = heading_parts(transcript)
    is_continued = False
    for entry in transcript.entries:
        parts += entry_parts(entry, is_continued=is_continued)
        is_continued = entry.is_continue
    return "\n\n".join(parts) + "\n"


def export_own_markdown(conversation: Conversation) -> str:
    """Return the path that the owner sees."""
    transcript = build_transcript(conversation, all_pages=True)
    transcript.cost = ""
    for entry in transcript.entries:
        entry.system, entry.note = None, build_note(entry.message) if entry.message.is_answer else ""
    return export_markdown(transcript)


def heading_parts(transcript: Transcript) -> list[str]:
    conversation = transcript.conversation
    rows = [
        (_("Person"), conversation.owner.email),
        (_("Conversation"), str(conversation.pk)),
        (_("Begun"), write_moment(conversation.created)),
        (_("Last used"), write_moment(conversation.updated)),
        (_("In the bin since"), write_moment(conversation.deleted)),
        (_("Cost"), transcript.cost),
    ]
    title = escape_line(conversation.title) or _("Conversation")
    return [f"# {title}", "\n".join(f"- {label}: {value}" for label, value in rows if value)]


def write_moment(moment: datetime | None) -> str:
    """The moment to the second; empty for None."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else ""


def entry_parts(entry: Entry, *, is_continued: bool) -> list[str]:
    """Return the parts of one message; `is_continued`: it is an answer that continues another one."""
    message = entry.message
    parts = []
    if entry.system:
        parts += [f"## {_('Instructions')}", quote(entry.system)]
    if entry.summary:
        parts += [f"## {escape_line(entry.summary.label)}", quote(entry.summary.summary.text)]
    about = [escape_line(entry.author), message.model, write_moment(message.created)]
    if entry.count > 1:
        about.append(_("version %(position)d of %(count)d") % {"position": entry.position, "count": entry.count})
    parts.append(f"## {' · '.join(item for item in about if item)}")
    if entry.files:
        parts.append("\n".join(f"- {describe_file(file)}" for file in entry.files))
    if entry.is_continue:
        parts.append(f"*{_('Continued')}*")
    elif message.text or entry.tools:
        parts += text_parts(entry, is_continued=is_continued)
        parts += source_parts(list_sources(message))
    if message.is_writing:
        parts.append(f"*{_('This answer was still being written when this file was made.')}*")
    if entry.note:
        parts.append(f"*{escape_line(entry.note)}*")
    return parts


def text_parts(entry: Entry, *, is_continued: bool) -> list[str]:
    """The text of a message, with the steps that it took with tools."""
    message, numbers = entry.message, SourceNumbers()
    steps = {row.number: row.steps for row in entry.tools}
    texts = [write_numbers(message)]
    if steps:
        texts = [
            mark_text(cited_pieces(before, numbers), "[{}]".format)
            for before, _tools in split_at_tools(message.content)
        ]
    if is_continued:
        texts[0] = continue_text(message, texts[0])
    parts = []
    for number, text in enumerate(texts, 1):
        parts += [quote(text)] if text else []
        parts += ["\n".join(map(step_line, steps[number]))] if number in steps else []
    return parts


def step_line(step: ShownStep) -> str:
    about = ", ".join(filter(None, [step.state_label, step.duration]))
    given = f" ({escape_line(write_line(step.input, MAX_INPUT))})" if step.input else ""
    return f"- **{escape_line(step.title)}**: {about}{given}"


def source_parts(sources: list[ShownSource]) -> list[str]:
    if not sources:
        return []
    rows = []
    for source in sources:
        address = source.url if source.is_on_web and source.url != source.place else ""
        about = [f"**{escape_line(source.title)}**", escape_line(source.place), escape_line(address)]
        rows.append(f"{source.number}. {', '.join(filter(None, about))}: {write_quotation(escape_line(source.quote))}")
    return [f"**{_('Sources')}**", "\n".join(rows)]


def describe_file(file: Attachment) -> str:
    return f"{_('File')}: {escape_line(file.name)} ({filesizeformat(file.size)})"


def quote(text: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in LINE_ENDING.split(text))


def escape_line(text: str) -> str:
    """The text on one line, shown as it is in a heading."""
    return MARKUP.sub(r"\\\g<0>", " ".join(text.split()))
