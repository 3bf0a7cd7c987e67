"""How requests and responses are dealt with all over the site."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

CSRF_FIELD = "csrfmiddlewaretoken"


def asked_by_script(request: HttpRequest) -> bool:
    """Whether a program reads the answer, so that a page or a redirect to one would be of no use."""
    accepted = request.headers.get("Accept", "")
    return (
        "text/event-stream" in accepted
        or ("application/json" in accepted and "text/html" not in accepted)
        or request.headers.get("X-Requested-With") == "fetch"
        or request.method == "DELETE"
        or request.path.startswith("/api/")
    )


def see_other(name: str, **arguments: Any) -> HttpResponseRedirect:
    """After a plain form: the page to look at now, by GET whatever the form's method was."""
    return HttpResponseRedirect(resolve_url(name, **arguments), status=303)


#: The fields of the site's forms in which people write; what else a form holds was put there by the page.
WRITTEN = ("text", "addresses", "instructions", "reason", "title", "name")


@dataclass(frozen=True)
class Typed:
    """What somebody typed into a form that could not be taken, and the rest of the form, to send it again."""

    name: str
    text: str
    others: list[tuple[str, str]]


def typed(request: HttpRequest) -> Typed | None:
    """What was written into a form; None where that is nothing, or a password, which is never shown."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name != CSRF_FIELD]
    written = [field for field in fields if field[0] in WRITTEN and field[1].strip()]
    if not written or any("password" in name for name, _value in fields):
        return None
    name, text = max(written, key=lambda field: len(field[1]))
    return Typed(name, text, [field for field in fields if field != (name, text)])


def page_before(request: HttpRequest) -> str:
    """The page of this site on which a form stood, where the browser says so."""
    page = request.headers.get("Referer", "")
    return page if url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure()) else ""
