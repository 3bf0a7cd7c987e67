"""What a request gets that cannot be answered: a page for people, a sentence in JSON for scripts."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from chatsite.http import asked_by_script


def answer(request: HttpRequest, status: int, sentence: str, template: str = "") -> HttpResponse:
    """A refusal in the form that suits who asked; 400.html shows the sentence, the other pages say more."""
    if asked_by_script(request):
        return JsonResponse({"error": sentence}, status=status)
    return render(request, template or f"{status}.html", {"sentence": sentence}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 400, _("The address or the form was damaged on its way."))


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 403, _("You may not do this."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 404, _("There is nothing here."))


def too_many(request: HttpRequest) -> HttpResponse:
    """Called by allauth when somebody tries too often."""
    return answer(request, 429, _("Too many tries. Wait a few minutes and try again."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came without its token: say so plainly and without Django's own technical page."""
    return answer(request, 403, _("Please load the page anew and send it once more."), "errors/csrf.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """Must not fail itself: needs no database and none of what templates usually know."""
    if asked_by_script(request):
        return JsonResponse({"error": _("Something went wrong here. Try again in a moment.")}, status=500)
    return HttpResponse(render_to_string("500.html"), status=500)
