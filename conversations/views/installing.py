"""The site as an application on a phone or a computer: its manifest, and its page without a connection."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conversations.models import TeamSettings

#: As in templates/base.html and static/favicon.svg.
PAPER, MARK = "#fbfaf6", "#116960"


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest; browsers read it without a session. https://www.w3.org/TR/appmanifest/"""
    start, name = reverse("new"), TeamSettings.current().name
    document = {
        "id": start,
        "name": name,
        "short_name": name,
        "lang": get_language(),
        "start_url": start,
        "scope": start,
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": MARK,
        "icons": [
            {"src": static("favicon.svg"), "type": "image/svg+xml", "sizes": "any"},
            {"src": static("icons/192.png"), "type": "image/png", "sizes": "192x192"},
            {"src": static("icons/512.png"), "type": "image/png", "sizes": "512x512"},
            {"src": static("icons/full-512.png"), "type": "image/png", "sizes": "512x512", "purpose": "maskable"},
        ],
        "shortcuts": [{"name": _("New conversation"), "url": start}],
        "share_target": {
            "action": start,
            "method": "GET",
            "enctype": "application/x-www-form-urlencoded",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
    }
    headers = {"Cache-Control": "public, max-age=3600"}
    return JsonResponse(document, content_type="application/manifest+json", headers=headers)


@login_not_required
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows the page without a connection. From this address it serves the whole site."""
    return render(request, "offline/service-worker.js", content_type="text/javascript; charset=utf-8")


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page without a connection, which a browser keeps: the same for everybody."""
    return render(request, "offline/page.html")
