"""Where a one-time link leads: an invited person, or one who has forgotten the password, sets a new one."""

from typing import Any

from allauth.account.forms import UserTokenForm
from allauth.account.views import INTERNAL_RESET_SESSION_KEY, PasswordResetFromKeyView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator

from chatsite import mail
from chatsite.accounts.invitations.links import lifetime
from chatsite.accounts.models import User


@method_decorator(login_not_required, name="dispatch")
class SetPassword(PasswordResetFromKeyView):  # type: ignore[misc]
    """Allauth's page, for a person it greets by name; nobody is signed out by merely opening somebody's link."""

    def dispatch(self, request: HttpRequest, uidb36: str, key: str, **arguments: Any) -> HttpResponseBase:
        # Allauth takes the key out of the address at once, so that it cannot leak, and keeps it in the session.
        stored = key == self.reset_url_key
        key_in_use = request.session.get(INTERNAL_RESET_SESSION_KEY, "") if stored else key
        person = person_of(uidb36, key_in_use)
        if person and not person.is_active:
            return redirect("account_inactive")
        if person and request.user.is_authenticated and request.user != person:
            link = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": key_in_use})
            return render(request, "account/somebody_else.html", {"person": person, "link": link})
        response: HttpResponseBase = super().dispatch(request, uidb36, key, **arguments)
        return response

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**context)
        return found | {"person": self.reset_user, "lifetime": lifetime(), "mail_is_delivered": mail.is_delivered()}


def person_of(uidb36: str, key: str) -> User | None:
    """Whom a link is for, as long as it works."""
    form = UserTokenForm({"uidb36": uidb36, "key": key})
    return form.reset_user if form.is_valid() else None
