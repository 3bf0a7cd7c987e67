"""Helpers for requests and responses that the whole site uses."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

CSRF_FIELD = "csrfmiddlewaretoken"
#: The form fields in which people write. The page itself fills in all others.
WRITTEN_FIELDS = ("text", "addresses", "instructions", "reason", "title", "name")


def is_from_script(request: HttpRequest) -> bool:
    """Whether a program reads the response, so that a page or a redirect to one would be useless."""
    accepted = request.headers.get("Accept", "")
    return (
        "text/event-stream" in accepted
        or ("application/json" in accepted and "text/html" not in accepted)
        or request.headers.get("X-Requested-With") == "fetch"
        or request.method == "DELETE"
        or request.path.startswith("/api/")
    )


def see_other(name: str, **arguments: Any) -> HttpResponseRedirect:
    """Redirect a plain form to a page; the browser gets it with GET, whatever the form's method was."""
    return HttpResponseRedirect(resolve_url(name, **arguments), status=303)


def parse_uuid(value: Any) -> UUID | None:
    """The id that a client has sent; None if it is not one."""
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        return None


def clear_site_data(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view whose POST has the browser delete what it stores for this site, except for cookies.

    These are a person's drafts (static/js/drafts.js) and, in the admin, the colour theme.
    https://www.w3.org/TR/clear-site-data/
    """

    @wraps(view)
    def clearing_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if request.method == "POST":
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return clearing_view


def get_previous_page(request: HttpRequest) -> str:
    """The page of this site that held the form, if the browser sends it; otherwise an empty string."""
    page = request.headers.get("Referer", "")
    return page if url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure()) else ""


@dataclass(frozen=True)
class SubmittedText:
    """The text that a person wrote into a rejected form, and the other fields that sending it again needs."""

    name: str
    text: str
    other_fields: list[tuple[str, str]]


def get_submitted_text(request: HttpRequest) -> SubmittedText | None:
    """The longest text in the form; None if there is none, or if the form holds a password, which is never shown."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name != CSRF_FIELD]
    written = [(name, value) for name, value in fields if name in WRITTEN_FIELDS and value.strip()]
    if not written or any("password" in name for name, _value in fields):
        return None
    name, text = max(written, key=lambda field: len(field[1]))
    return SubmittedText(name, text, [field for field in fields if field != (name, text)])
