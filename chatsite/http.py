"""How requests and responses are dealt with all over the site."""

from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import resolve_url


def asked_by_script(request: HttpRequest) -> bool:
    """Whether a program reads the answer, so that a page or a redirect to one would be of no use."""
    return (
        "text/event-stream" in request.headers.get("Accept", "")
        or request.headers.get("X-Requested-With") == "fetch"
        or request.method == "DELETE"
        or request.path.startswith("/api/")
    )


def see_other(name: str, **arguments: Any) -> HttpResponseRedirect:
    """After a plain form: the page to look at now, by GET whatever the form's method was."""
    return HttpResponseRedirect(resolve_url(name, **arguments), status=303)
