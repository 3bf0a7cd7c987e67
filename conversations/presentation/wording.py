"""The sentences that people read about how a reply ended, made from stored codes when they are shown."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from conversations.models import Unsendable

#: What the Continue button asks. It is stored as an ordinary question and shown as "Continued".
CONTINUE = gettext_noop("Please continue exactly where you stopped.")

ENDINGS = {
    "stopped": gettext_noop("You stopped this answer."),
    "abandoned": gettext_noop("Stopped, because nobody was reading any more."),
    "deleted": gettext_noop("Stopped, because the conversation was deleted."),
    "deactivated": gettext_noop("Stopped, because the account was deactivated."),
    "shutdown": gettext_noop("The server was restarted while this answer was being written."),
    "lost": gettext_noop("The server went away while this answer was being written."),
}
ERRORS = {
    "overloaded": gettext_noop("Claude is overloaded. Try again."),
    "rate_limited": gettext_noop("Too many questions reached Claude at once. Try again in a moment."),
    "upstream_error": gettext_noop("The connection to Claude failed. Try again."),
    "upstream_timeout": gettext_noop("Claude has not answered for too long. Try again."),
    "upstream_truncated": gettext_noop("The answer broke off before its end. Try again."),
    "upstream_protocol": gettext_noop("The answer could not be read. Try again."),
    "misconfigured": gettext_noop("Claude is not available. The administrator has been told."),
    "model_unavailable": gettext_noop("This model is not available any more. Choose another one."),
    "too_large": gettext_noop("This conversation is too long for Claude. Start a new one."),
    "invalid_request": gettext_noop("Claude did not accept this question."),
    "files_unavailable": gettext_noop("The files cannot be read at the moment. Try again in a minute."),
    "budget_spent": gettext_noop("What is left of this month's amount for Claude is not enough. Ask an administrator."),
    "reply_too_long": gettext_noop("The answer reached the longest length and was cut."),
    "access_ended": gettext_noop("The session or the API token with which this was asked has ended."),
    "internal": gettext_noop("Something went wrong on this site. Try again."),
}
STOP_REASONS = {
    "max_tokens": gettext_noop("The answer reached its length limit."),
    "model_context_window_exceeded": gettext_noop("The conversation has filled all that Claude can take in."),
    "refusal": gettext_noop("Claude declined to answer this."),
    "pause_turn": gettext_noop("Claude paused here."),
}
#: The reasons that Claude's API gives for a miss of the prompt cache.
CACHE_MISSES = {
    "model_changed": gettext_noop("another model was asked before"),
    "system_changed": gettext_noop("the instructions have changed"),
    "tools_changed": gettext_noop("the tools have changed"),
    "messages_changed": gettext_noop("earlier turns are sent in another form"),
    "previous_message_not_found": gettext_noop("the answer before is too long ago"),
    "unavailable": gettext_noop("the reason is not known"),
}
#: HTTP status before the sentence, for the plain API.
STATUS = {
    "overloaded": "529 Overloaded",
    "rate_limited": "429 Too Many Requests",
    "upstream_timeout": "504 Gateway Timeout",
    "misconfigured": "503 Service Unavailable",
    "model_unavailable": "404 Not Found",
    "too_large": "413 Content Too Large",
    "invalid_request": "400 Bad Request",
    "files_unavailable": "503 Service Unavailable",
    "budget_spent": "429 Too Many Requests",
    "access_ended": "401 Unauthorized",
    "internal": "500 Internal Server Error",
    "shutdown": "503 Service Unavailable",
    "lost": "503 Service Unavailable",
}


UNSENDABLE = {
    "images": gettext_noop("%(model)s cannot look at images. Choose another model, or remove them."),
    "pdfs": gettext_noop("%(model)s cannot read PDFs. Choose another model, or remove them."),
    "size": gettext_noop("The files are too large together: a question may have %(limit)s MB of them."),
    "pages": gettext_noop("The PDFs have %(count)s pages together; %(model)s takes %(limit)s."),
    "number": gettext_noop("There are %(count)s images; %(model)s takes %(limit)s."),
}


def describe_unsendable(refused: Unsendable) -> str:
    """Why the files of a question cannot be sent."""
    return _(UNSENDABLE[refused.reason]) % {
        "model": refused.model,
        "limit": number_format(refused.limit, force_grouping=True),
        "count": number_format(refused.count, force_grouping=True),
    }


def describe_cache_miss(reason: str, tokens: int) -> str:
    """Why Claude could not read more of the prompt from its cache, and how many tokens that would have been."""
    sentence = _(CACHE_MISSES.get(reason, CACHE_MISSES["unavailable"]))
    if not tokens:
        return sentence
    count = number_format(tokens, force_grouping=True)
    missed = ngettext("%(count)s token missed", "%(count)s tokens missed", tokens) % {"count": count}
    return f"{missed}: {sentence}"


def describe_thinking(seconds: float | None) -> str:
    """The name of what Claude thought, with how long that took where it was measured: at the end of the answer."""
    if seconds is None:
        return _("Thoughts")
    minutes, rest = divmod(max(round(seconds), 1), 60)
    if minutes:
        return _("Thought for %(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
    return _("Thought for %(seconds)s s") % {"seconds": rest}


def describe_end(
    *, state: str = "", ending: str, error_code: str = "", stop_reason: str = "", is_empty: bool = False
) -> str:
    """The sentence about the end of an answer; empty when it simply finished."""
    if state == "waiting":
        return _("Claude is waiting for a decision.")
    if ending == "failed":
        return _(ERRORS.get(error_code, ERRORS["internal"]))
    if ending in ENDINGS:
        return _(ENDINGS[ending])
    if stop_reason in STOP_REASONS:
        return _(STOP_REASONS[stop_reason])
    return _("Claude gave an empty answer.") if is_empty and ending else ""


def describe_end_for_staff(
    person: str, *, state: str = "", ending: str, error_code: str = "", stop_reason: str = "", is_empty: bool = False
) -> str:
    """The same for staff who read a transcript: they are not the ones who stopped it, or who may try again."""
    if ending == "stopped":
        return _("Stopped by %(person)s.") % {"person": person}
    text = describe_end(state=state, ending=ending, error_code=error_code, stop_reason=stop_reason, is_empty=is_empty)
    if ending == "failed":
        return _("The answer failed. The person read: “%(text)s”") % {"text": text}
    return text


def plain_error(*, ending: str, error_code: str = "") -> str:
    """The same for the plain API, with an HTTP status in front; empty when nothing went wrong."""
    if ending in {"", "finished", "stopped"}:
        return ""
    default = "502 Bad Gateway" if ending == "failed" else "409 Conflict"
    status = STATUS.get(error_code or ending, default)
    return f"{status}: {describe_end(ending=ending, error_code=error_code)}"
