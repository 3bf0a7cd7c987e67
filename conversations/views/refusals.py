"""Refusals: the status and the sentence for each, and how scripts and programs get them."""

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from conversations.forms import FILE_GONE
from conversations.models import (
    AnswerInBin,
    BudgetSpent,
    Busy,
    FileGone,
    HeadMoved,
    KeyReused,
    NothingToSummarize,
    PriceUnknown,
    Refused,
    TooManyRunning,
    TooManyTurns,
    Unsendable,
)
from conversations.presentation import wording
from conversations.replies import Draining

#: The exceptions that `status_and_sentence` knows.
REFUSALS = (Refused, Draining)
#: For refusals where waiting helps: seconds until the next attempt.
RETRY_AFTER = {"Retry-After": "5"}


def status_and_sentence(error: Exception) -> tuple[int, str, dict[str, str]]:
    """The status, the sentence and the headers of the response to a request that was refused."""
    match error:
        case Busy():
            return 409, _("An answer is still being written here. Stop it, or wait for its end."), {}
        case HeadMoved():
            return 409, _("This conversation has gone on elsewhere. Read what is new, then send your question."), {}
        case KeyReused():
            return 409, _("This was already sent with another text."), {}
        case AnswerInBin():
            return 409, _("This was asked before, and is in the bin now. Restore it, or ask it as a new question."), {}
        case FileGone():
            return 400, str(FILE_GONE), {}
        case Unsendable():
            return 400, wording.describe_unsendable(error), {}
        case NothingToSummarize():
            return 409, _("There are no older turns here that could be summarised."), {}
        case PriceUnknown():
            return 409, _("The price of this model is not known, and a monthly limit is set. Choose another one."), {}
        case BudgetSpent():
            return 429, _(wording.ERRORS["budget_spent"]), {}
        case TooManyRunning():
            sentence = _("You have as many running answers as one person may have. Wait for one to finish.")
            return 429, sentence, RETRY_AFTER
        case TooManyTurns():
            return (
                429,
                _("You have sent too many messages within a minute. Try again in a minute."),
                {"Retry-After": "60"},
            )
        case Draining():
            return 503, _("The site is being restarted. Try again in a moment."), RETRY_AFTER
    return 404, _("There is no such message."), {}


def refusal(status: int, sentence: str, headers: dict[str, str] | None = None, *, code: str = "") -> JsonResponse:
    """A refusal as JSON. `code` names a reason that the page's scripts can do something about."""
    body = {"error": sentence} | ({"code": code} if code else {})
    return JsonResponse(body, status=status, headers=headers)


def no_content() -> HttpResponse:
    return HttpResponse(status=204)
