"""How an answer came about: the details that staff see below it in a transcript."""

from datetime import datetime

from django.utils.formats import date_format
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
        (_("Cost"), format_costs(calls) if calls else ""),
        (_("Error code"), answer.error_code),
        (_("Cause"), answer.error_detail),
        (_("Request"), answer.request_id),
    ]
    return [(label, value) for label, value in facts if value]


def format_moment(moment: datetime) -> str:
    return date_format(localtime(moment), "j F Y, H:i:s")


def format_tokens(calls: list[Usage]) -> str:
    counts = {
        "sent": f"{sum(call.tokens.prompt for call in calls):,}",
        "cached": f"{sum(call.cache_read_tokens for call in calls):,}",
        "received": f"{sum(call.output_tokens for call in calls):,}",
    }
    text = _("%(sent)s sent, %(cached)s of them from the cache; %(received)s received") % counts
    return f"{text} ({_('estimated')})" if any(call.estimated for call in calls) else text
