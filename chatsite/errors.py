"""The error views: a page for people, JSON with one sentence for scripts."""

import logging
import sys
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from chatsite.http import get_previous_page, get_submitted_text, is_from_script
from chatsite.server.outages import is_outage

logger = logging.getLogger(__name__)

#: Seconds after which a client may try again what the database could not do.
OUTAGE_RETRY_SECONDS = "10"
#: The same for a storage of files, which has been tried twice already, and for uploads, which take a while.
FILES_RETRY_SECONDS = "60"


def render_error(
    request: HttpRequest,
    status: int,
    message: str,
    template: str = "",
    *,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> HttpResponse:
    """The message as JSON for a script; for a person, the template (`<status>.html` by default) as a page."""
    if is_from_script(request):
        return JsonResponse({"error": message}, status=status, headers=headers)
    page = render_to_string(template or f"{status}.html", {"message": message, **context}, request)
    return HttpResponse(page, status=status, headers=headers)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, TooManyFieldsSent):
        return render_error(request, 400, _("The form has more fields than any form here."))
    return render_error(request, 400, _("The URL or the form is malformed."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render_error(request, 403, _("You may not do this."))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render_error(request, 404, _("There is nothing here."))


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """`allowed`: the value of the response's Allow header."""
    return render_error(request, 405, _("This address cannot be used in this way."), headers={"Allow": allowed})


def content_too_large(request: HttpRequest) -> HttpResponse:
    # Part of a very long body is still unread, so the connection cannot be used again.
    return render_error(request, 413, _("The request is too large."), headers={"Connection": "close"})


def unreadable_content_type(request: HttpRequest) -> HttpResponse:
    return render_error(request, 400, _("The Content-Type of the request cannot be read."))


def disk_full(request: HttpRequest) -> HttpResponse:
    """The body of the request could not be kept."""
    message = _("There is no room for files on the server. Ask an administrator.")
    return render_error(request, 507, message, headers={"Connection": "close"})


def files_unavailable(request: HttpRequest) -> HttpResponse:
    message = _("The files cannot be read at the moment. Try again in a minute.")
    headers = {"Retry-After": FILES_RETRY_SECONDS}
    return render_error(request, 503, message, "errors/files_unavailable.html", headers=headers)


def too_many_uploads(request: HttpRequest) -> HttpResponse:
    """Other requests of the same person take too long."""
    message = _("Too many large requests at once. Try again in a minute.")
    headers = {"Retry-After": FILES_RETRY_SECONDS, "Connection": "close"}
    return render_error(request, 429, message, "errors/too_many_uploads.html", headers=headers)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Called by allauth when its rate limit is reached."""
    return render_error(request, 429, _("Too many tries. Wait a few minutes and try again."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid CSRF token: return the text and offer to send it again.

    The text of a form from another site gets no button: pressing it would send what that site wrote.
    A script without a session is told that it has ended: its cookies are gone, and the token with them.
    """
    if is_from_script(request) and settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return session_ended(request)
    return render_error(
        request,
        403,
        _("Please reload the page and send it again."),
        "errors/csrf.html",
        previous_page=get_previous_page(request),
        submitted=get_submitted_text(request),
        can_resend=_is_same_origin(request) and not request.FILES,
    )


def session_ended(request: HttpRequest) -> HttpResponse:
    """A question that was sent after the session had ended: return the text, to be sent again after signing in."""
    return render_error(
        request,
        401,
        _("Your session has ended. Sign in again."),
        "errors/session_ended.html",
        submitted=get_submitted_text(request),
        can_resend=True,
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Must not fail itself: uses neither the database nor the context processors."""
    if is_outage(error := sys.exc_info()[1]):
        return database_unavailable(request, error)
    if is_from_script(request):
        return JsonResponse({"error": _("Something went wrong here. Try again in a moment.")}, status=500)
    try:
        submitted = get_submitted_text(request)
    except Exception:  # reading the form may be what failed
        submitted = None
    return HttpResponse(render_to_string("500.html", {"submitted": submitted}), status=500)


def database_unavailable(request: HttpRequest, error: object) -> HttpResponse:
    """503, with the text of a form to send it again. Uses the database as little as `server_error` does."""
    logger.error("%s cannot be served: %s", request.path, error)
    headers = {"Retry-After": OUTAGE_RETRY_SECONDS}
    if is_from_script(request):
        sentence = _("The site cannot reach its database at the moment. Try again in a minute.")
        return JsonResponse({"error": sentence}, status=503, headers=headers)
    context = {
        "submitted": get_submitted_text(request),
        "can_resend": _is_same_origin(request) and not request.FILES,
        "csrf_token": get_token(request),
    }
    return HttpResponse(render_to_string("503.html", context), status=503, headers=headers)


def _is_same_origin(request: HttpRequest) -> bool:
    """Whether the browser says that the form was on a page of this site."""
    origin = request.headers.get("Origin", "")
    return origin == f"{request.scheme}://{request.get_host()}" or origin in settings.CSRF_TRUSTED_ORIGINS
