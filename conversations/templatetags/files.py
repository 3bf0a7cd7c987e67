"""Names of files, which are shortened in the middle: the end tells what kind of file it is."""

from django import template

register = template.Library()

#: In characters. static/js/file-row.js has the same.
NAME_END_LENGTH = 12


@register.filter
def name_start(name: str) -> str:
    """What may be left out where there is no room; empty for a short name."""
    return name[:-NAME_END_LENGTH]


@register.filter
def name_end(name: str) -> str:
    return name[-NAME_END_LENGTH:]
