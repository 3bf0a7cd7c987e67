"""The sources of an answer: how its text is marked with their numbers, and what is shown of each."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from conversations import markdown
from conversations.models import Message
from conversations.models.citation import Source, SourceNumbers, cited_pieces, has_citations, number_sources
from conversations.models.content import Content
from conversations.presentation.addresses import clean_line, is_safe_link

#: Characters of a quotation that are shown: Claude may cite a whole page.
MAX_QUOTE = 600


@dataclass(frozen=True, slots=True)
class ShownSource:
    """What `_sources.html` shows of a source. `url` is empty where there is nothing that may be opened."""

    number: int
    id: str
    title: str
    place: str
    quote: str
    url: str
    is_on_web: bool


def source_ids(message: Message) -> str:
    """How the ids of an answer's sources begin, in front of their numbers; the marks in its text link to these."""
    return f"source-{message.pk}-"


def mark_content(content: Content, write: Callable[[int], str] | None = None) -> str:
    """The text of a content with its marks; `write` makes those that are to be read."""
    return markdown.mark_text(cited_pieces(content, SourceNumbers()), write)


def write_numbers(message: Message) -> str:
    """The text of an answer with numbers in brackets as marks: what is copied, and exported as Markdown."""
    return mark_content(message.content, "[{}]".format) if has_citations(message.content) else message.text


def list_sources(message: Message) -> list[ShownSource]:
    """What an answer cites, in the order of the numbers."""
    return [show_source(message, number, source) for number, source in number_sources(message.content)]


def show_source(message: Message, number: int, source: Source) -> ShownSource:
    is_on_web = is_safe_link(source.url)
    title, address = clean_line(source.title), clean_line(source.url)
    return ShownSource(
        number=number,
        id=f"{source_ids(message)}{number}",
        title=title or address or _("Document"),
        place=address if address and title else describe_pages(source.pages),
        quote=Truncator(" ".join(source.quote.split())).chars(MAX_QUOTE),
        url=source.url if is_on_web else find_file_url(source),
        is_on_web=is_on_web,
    )


def describe_pages(pages: tuple[int, int] | None) -> str:
    if pages is None:
        return ""
    first, last = pages
    if first == last:
        return _("page %(page)d") % {"page": first}
    return _("pages %(first)d–%(last)d") % {"first": first, "last": last}


def find_file_url(source: Source) -> str:
    """The address of an attachment: a PDF at the page that is cited, the text as Claude got it; else empty."""
    try:
        if source.pages is None:
            return reverse("file-text", args=[source.file_id])
        return f"{reverse('file', args=[source.file_id])}?view#page={source.pages[0]}"
    except NoReverseMatch:  # not the id of an attachment
        return ""


def write_source(source: ShownSource) -> str:
    """A source on one line: its number, title, place and quotation."""
    about = ", ".join(part for part in (source.title, source.place) if part)
    line = f"[{source.number}] {about}"
    return f"{line}: {write_quotation(source.quote)}" if source.quote else line


def write_quotation(text: str) -> str:
    """A text in the quotation marks of the language."""
    return _("“%(text)s”") % {"text": text}


def copy_answer(message: Message) -> str:
    """What is copied of an answer: its text as Markdown, and its sources below it."""
    sources = [write_source(source) for source in list_sources(message)]
    return "\n\n".join([write_numbers(message), "\n".join(sources)]) if sources else message.text
