"""The few words in rendered Markdown. It is rendered once for all readers, in English; this is for the page of one."""

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_noop

LABELS = [
    gettext_noop("Copy"),
    gettext_noop("Code"),
    gettext_noop("Table"),
    gettext_noop("Formula"),
    gettext_noop("Done"),
    gettext_noop("To do"),
]
#: Patterns of what is before them in conversations/markdown/. Nobody can write it: in rendered text, `<` is escaped.
BEFORE = [
    '<button type="button" class="code-copy" data-action="copy-code">',
    '<div class="table" tabindex="0" role="group" aria-label="',
    '<span class="task" role="img" aria-label="',
    '<span class="formula(?:-in-line)?" data-tex="[^"]*" tabindex="0" role="group" aria-label="',
    '<pre dir="ltr" tabindex="0" role="group" aria-label="',
]
LABEL = re.compile(f"({'|'.join(BEFORE)})({'|'.join(LABELS)})")


def translate_labels(html: str) -> SafeString:
    """The renderer's own output with its words in the active language; static/js/html.js does it for streams."""
    return mark_safe(LABEL.sub(lambda match: match[1] + escape(gettext(match[2])), html))  # noqa: S308
