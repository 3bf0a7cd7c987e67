"""How an answer came about: the details that staff see below it in a transcript."""

from datetime import datetime

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from conversations.claude.models import get_model
from conversations.models import Message, Usage
from conversations.presentation.details import format_costs


def list_facts(answer: Message, calls: list[Usage]) -> list[tuple[str, str]]:
    """Return labels and values; what is unknown is left out."""
    facts = [
        (_("Model"), get_model(answer.model).name if answer.model else ""),
        (_("State"), str(answer.get_state_display())),
        (_("Ending"), str(answer.get_ending_display()) if answer.ending else ""),
        (_("Stop reason"), answer.stop_reason),
        (_("Begun"), format_moment(answer.created)),
        (_("Finished"), format_moment(answer.finished) if answer.finished else ""),
        (_("Tokens"), format_tokens(calls) if calls else ""),
        (_("Searches in the web"), count_searches(calls)),
        (_("Cost"), format_costs(calls) if calls else ""),
        (_("Error code"), answer.error_code),
        (_("Cause"), answer.error_detail),
        (_("Request"), answer.request_id),
    ]
    return [(label, value) for label, value in facts if value]


def format_moment(moment: datetime) -> str:
    local = localtime(moment)
    return f"{date_format(local)}, {date_format(local, 'H:i:s')}"


def count_searches(calls: list[Usage]) -> str:
    """How many searches there were in the web; empty for none."""
    searches = sum(call.web_searches for call in calls)
    return number_format(searches, force_grouping=True) if searches else ""


def format_tokens(calls: list[Usage]) -> str:
    counts = {
        "sent": number_format(sum(call.tokens.prompt for call in calls), force_grouping=True),
        "cached": number_format(sum(call.cache_read_tokens for call in calls), force_grouping=True),
        "received": number_format(sum(call.output_tokens for call in calls), force_grouping=True),
    }
    text = _("%(sent)s sent, %(cached)s of them from the cache; %(received)s received") % counts
    return f"{text} ({_('estimated')})" if any(call.estimated for call in calls) else text
