"""Refusals, as the page's script, the plain API and people without JavaScript get them."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from conversations.models import Busy, KeyReused, Refused, TooManyRunning
from conversations.replies import Draining

REASONS = (Refused, Draining)


def status_and_sentence(error: Exception) -> tuple[int, str]:
    """What to answer when a verb was refused."""
    match error:
        case Busy():
            return 409, _("An answer is still being written here. Stop it, or wait for its end.")
        case KeyReused():
            return 409, _("This was already sent with another text.")
        case TooManyRunning():
            return 429, _("You have as many running answers as one person may have. Wait for one to finish.")
        case Draining():
            return 503, _("The site is being restarted. Try again in a moment.")
    return 404, _("There is no such message.")


def refusal(status: int, sentence: str, headers: dict[str, str] | None = None, *, code: str = "") -> JsonResponse:
    """A refusal for a script; `code` where the script can do something about it."""
    body = {"error": sentence} | ({"code": code} if code else {})
    response = JsonResponse(body, status=status, headers=headers)
    if status in {429, 503}:
        response["Retry-After"] = "5"
    return response


def wants_stream(request: HttpRequest) -> bool:
    return "text/event-stream" in request.headers.get("Accept", "")


def no_content() -> HttpResponse:
    return HttpResponse(status=204)
