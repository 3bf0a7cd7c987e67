"""The browsers in which a person is signed in: listed, and signed out one by one."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chatsite.accounts.http import SignedInRequest
from chatsite.http import see_other

#: What a user agent contains, and the name of that browser. The first that fits counts: most contain several.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


@require_safe
def list_sessions(request: SignedInRequest) -> HttpResponse:
    # Also lists a session that began before the site kept a list, with the address that it has now.
    UserSession.objects.create_from_request(request)
    sessions = UserSession.objects.purge_and_list(request.user)
    sessions.sort(key=lambda session: session.created_at, reverse=True)
    rows = [
        (session, describe_browser(session.user_agent), session.session_key == request.session.session_key)
        for session in sessions
    ]
    return render(request, "settings/sessions.html", {"rows": rows})


@require_POST
def end_session(request: SignedInRequest, pk: int) -> HttpResponse:
    """Sign a browser out; its open streams end within five seconds."""
    get_object_or_404(UserSession.objects.filter(user=request.user), pk=pk).end()
    messages.success(request, _("That browser is signed out."))
    return see_other("sessions")


def describe_browser(user_agent: str) -> str:
    """The browser and its system: "Firefox on Windows"."""
    browser = find_name(BROWSERS, user_agent) or _("A browser")
    if system := find_name(SYSTEMS, user_agent):
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser


def find_name(names: dict[str, str], user_agent: str) -> str:
    return next((name for part, name in names.items() if part in user_agent), "")
