"""The tool `current_time`."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from conversations.tools.functions import tool
from conversations.tools.results import ToolError


@tool(acts=False, title=_("Date and time"))
def current_time(zone: str = "") -> str:
    """Return the current date, the day of the week and the time.

    Args:
        zone: The IANA name of a time zone, such as Europe/Berlin. If empty, that of the site.
    """
    try:
        now = datetime.now(ZoneInfo(zone or settings.TIME_ZONE))
    except (ValueError, OSError, LookupError):
        raise ToolError("There is no time zone of this name. Use one such as Europe/Berlin or UTC.") from None
    return f"{now:%A}, {now.isoformat(timespec='seconds')} ({now.tzinfo})"
