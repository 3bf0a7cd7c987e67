"""How requests and responses are dealt with all over the site."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import resolve_url


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


@dataclass(frozen=True)
class Typed:
    """What somebody typed into a form that could not be taken, and the rest of the form, to send it again."""

    name: str
    text: str
    others: list[tuple[str, str]]


def typed(request: HttpRequest) -> Typed | None:
    """The `text` of a form, or else its longest field; None for a form with a password, which is never shown."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    fields = [(name, value) for name, value in fields if name != "csrfmiddlewaretoken"]
    if not fields or any("password" in name for name, _value in fields):
        return None
    name, text = max(fields, key=lambda field: (field[0] == "text", len(field[1])))
    return Typed(name, text, [field for field in fields if field != (name, text)])
