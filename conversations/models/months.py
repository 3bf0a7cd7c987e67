"""Calendar months in the site's time zone; each is named by its first day."""

from datetime import date, datetime

from django.utils import timezone


def this_month() -> date:
    return month_of(timezone.now())


def month_of(moment: datetime) -> date:
    return timezone.localdate(moment).replace(day=1)


def begins(month: date) -> datetime:
    """The moment at which a month begins."""
    return timezone.make_aware(datetime(month.year, month.month, 1))


def month_after(month: date, by: int = 1) -> date:
    """The month that many months later; earlier, when `by` is negative."""
    year, index = divmod(month.year * 12 + month.month - 1 + by, 12)
    return date(year, index + 1, 1)


def months(first: date, last: date) -> list[date]:
    """All months from one to another, both included."""
    number = (last.year - first.year) * 12 + last.month - first.month + 1
    return [month_after(first, each) for each in range(number)]
