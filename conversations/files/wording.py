"""The sentences for files that cannot be attached, or not be sent."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conversations.files.facts import Unreadable

#: By the codes of the worker.
SENTENCES = {
    "archive": gettext_noop("%(name)s is an archive. Attach the files in it."),
    "audio": gettext_noop("%(name)s is a recording, which Claude cannot listen to."),
    "busy": gettext_noop("The server is too busy to read %(name)s now. Try again in a minute."),
    "damaged": gettext_noop("%(name)s is damaged and cannot be read."),
    "empty": gettext_noop("%(name)s is empty."),
    "encrypted": gettext_noop("%(name)s is protected by a password. Save it without one and attach it again."),
    "exhausting": gettext_noop("%(name)s takes too much time or memory to read."),
    "frames": gettext_noop("%(name)s has too many pictures: an animation may have %(limit)s."),
    "inflates": gettext_noop("%(name)s is too large: what is in a document may have %(limit)s MB."),
    "no_text": gettext_noop("There is no text in %(name)s."),
    "old_office": gettext_noop("%(name)s has an old format of Office. Save it as docx, xlsx, pptx or PDF."),
    "pages": gettext_noop("%(name)s has %(count)s pages; a PDF may have %(limit)s."),
    "parts": gettext_noop("%(name)s has %(count)s parts; a document may have %(limit)s."),
    "pixels": gettext_noop("%(name)s is too large: an image may have %(limit)s pixels on each side."),
    "rtf": gettext_noop("%(name)s is RTF. Save it as docx or PDF."),
    "text": gettext_noop("%(name)s is too long: a text may have %(limit)s characters."),
    "unknown": gettext_noop(
        "%(name)s cannot be read here. Images, PDFs, texts, and documents of Word, Excel and PowerPoint can."
    ),
    "video": gettext_noop("%(name)s is a video, which Claude cannot watch."),
}


def describe_unreadable(error: Unreadable, name: str) -> str:
    values = {
        "name": name,
        "limit": number_format(error.limit, force_grouping=True),
        "count": number_format(error.count, force_grouping=True),
    }
    return _(SENTENCES.get(error.code, SENTENCES["damaged"])) % values
