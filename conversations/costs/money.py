"""Amounts of money as text. The site counts in micro-dollars: millionths of a US dollar."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from conversations.models.budget import MICRODOLLARS_PER_DOLLAR

#: The smallest amount that is written out, in micro-dollars.
MIN_SHOWN = 100
#: The smallest amount that is written with cents only, in micro-dollars. It would be rounded to $1.0000.
MIN_IN_CENTS = 999_950


def format_dollars(micro_dollars: int | None) -> str:
    """Return the amount with as many decimal places as matter: "$0.0042", "$1.25", "< $0.0001"; None is "unknown".

    Other languages write it in their own way: "1,25 $". A small loss is written as "−$0.0001".
    """
    if micro_dollars is None:
        return _("unknown")
    if micro_dollars < 0:
        return f"\N{MINUS SIGN}{format_dollars(max(-micro_dollars, MIN_SHOWN))}"
    if 0 < micro_dollars < MIN_SHOWN:
        return f"< {format_dollars(MIN_SHOWN)}"
    places = 4 if 0 < micro_dollars < MIN_IN_CENTS else 2
    # Rounded here: `number_format` would cut off further places.
    amount = Decimal(f"{micro_dollars / MICRODOLLARS_PER_DOLLAR:.{places}f}")
    return _("$%(amount)s") % {"amount": number_format(amount, places, force_grouping=True)}
