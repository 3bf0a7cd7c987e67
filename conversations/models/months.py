"""Calendar months in the site's time zone. A month is a date: its first day."""

from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone


def this_month() -> date:
    return month_of(timezone.now())


def month_of(moment: datetime) -> date:
    """Return the month in which the moment is."""
    return timezone.localdate(moment).replace(day=1)


def start_of_month(month: date) -> datetime:
    """Return the first moment of the month."""
    return timezone.make_aware(datetime(month.year, month.month, 1))


def add_months(month: date, number: int) -> date:
    """Return the month that is `number` months later; earlier if the number is negative."""
    year, index = divmod(month.year * 12 + month.month - 1 + number, 12)
    return date(year, index + 1, 1)


def months_between(first: date, last: date) -> list[date]:
    """Return all months from `first` to `last`, both included."""
    number = (last.year - first.year) * 12 + last.month - first.month + 1
    return [add_months(first, index) for index in range(number)]


def created_in(month: date) -> Q:
    """Rows created in the month.

    Compares with two moments instead of calling a date function, so that an index of `created` is used.
    """
    return Q(created__gte=start_of_month(month), created__lt=start_of_month(add_months(month, 1)))
