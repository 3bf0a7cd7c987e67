"""Pages about a person's own account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came without its token: say so plainly and without Django's own technical page."""
    return render(request, "errors/csrf.html", status=403)
