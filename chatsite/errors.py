"""What a request gets that cannot be answered: a page for people, a sentence in JSON for scripts."""

from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.decorators import sync_and_async_middleware
from django.utils.translation import gettext as _

from chatsite.http import asked_by_script, page_before, typed


def answer(request: HttpRequest, status: int, sentence: str, template: str = "", **context: Any) -> HttpResponse:
    """A refusal in the form that suits who asked; 400.html shows the sentence, the other pages say more."""
    if asked_by_script(request):
        return JsonResponse({"error": sentence}, status=status)
    return render(request, template or f"{status}.html", {"sentence": sentence, **context}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    match exception:
        case RequestDataTooBig():
            return too_large(request)
        case TooManyFieldsSent():
            return answer(request, 400, _("The form has more fields than any form here."))
    return answer(request, 400, _("The address or the form was damaged on its way."))


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 403, _("You may not do this."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 404, _("There is nothing here."))


def too_large(request: HttpRequest) -> HttpResponse:
    response = answer(request, 413, _("The request is too large."))
    # Of a very long body there is a rest, which nobody reads.
    response.headers["Connection"] = "close"
    return response


def too_many(request: HttpRequest) -> HttpResponse:
    """Called by allauth when somebody tries too often."""
    return answer(request, 429, _("Too many tries. Wait a few minutes and try again."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came without its token: say so plainly, give back what was typed, and offer to send it again.

    A form of another site is only shown: with a button, whoever presses it would send what the other site wrote.
    """
    sentence = _("Please load the page anew and send it once more.")
    form = {"typed": typed(request), "again": _is_ours(request) and not request.FILES}
    return answer(request, 403, sentence, "errors/csrf.html", before=page_before(request), **form)


def session_ended(request: HttpRequest) -> HttpResponse:
    """A question that was sent after the session had ended: it comes back, to be sent after signing in."""
    sentence = _("Your session has ended. Sign in again.")
    return answer(request, 401, sentence, "errors/session_ended.html", typed=typed(request), again=True)


def server_error(request: HttpRequest) -> HttpResponse:
    """Must not fail itself: needs no database and none of what templates usually know."""
    if asked_by_script(request):
        return JsonResponse({"error": _("Something went wrong here. Try again in a moment.")}, status=500)
    try:
        context = {"typed": typed(request)}
    except Exception:  # the fault may lie in the form itself
        context = {}
    return HttpResponse(render_to_string("500.html", context), status=500)


def _is_ours(request: HttpRequest) -> bool:
    """Whether the browser says that the form stood on a page of this site."""
    origin = request.headers.get("Origin", "")
    return origin == f"{request.scheme}://{request.get_host()}" or origin in settings.CSRF_TRUSTED_ORIGINS


@sync_and_async_middleware
def pages_for_the_bare(get_response: Any) -> Any:
    """A page where there would be none: for 405, which Django leaves empty, and for what BodyLimit has cut off."""

    def refused(request: HttpRequest) -> HttpResponse | None:
        return too_large(request) if getattr(request, "scope", {}).get("too_large") else None

    if not iscoroutinefunction(get_response):
        return lambda request: refused(request) or _dressed(request, get_response(request))

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        response = refused(request) or await get_response(request)
        return await sync_to_async(_dressed)(request, response) if _is_bare(response) else response

    return middleware


def _is_bare(response: HttpResponseBase) -> bool:
    return response.status_code == 405 and isinstance(response, HttpResponse) and not response.content


def _dressed(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if not _is_bare(response):
        return response
    page = answer(request, 405, _("This address cannot be used in this way."))
    page.headers["Allow"] = response.headers.get("Allow", "")
    return page
