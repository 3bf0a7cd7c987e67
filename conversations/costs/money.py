"""Amounts of money as people read them; they are counted in millionths of a US dollar."""

from django.utils.translation import gettext as _

#: The smallest amount that is shown, and from where on cents are enough.
SMALLEST_SHOWN = 100
CENTS_FROM = 999_950


def dollars(millionths: int | None) -> str:
    """With as many places as tell something: $0.0042, $1.25, < $0.0001; None is a price that nobody knows."""
    if millionths is None:
        return _("unknown")
    if 0 < millionths < SMALLEST_SHOWN:
        return "< $0.0001"
    places = 4 if 0 < millionths < CENTS_FROM else 2
    return f"${millionths / 1_000_000:,.{places}f}"
