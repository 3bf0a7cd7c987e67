"""One-time links: a person who forgot the password asks for one, and sets a new password on the page behind it."""

from typing import Any

from allauth.account.forms import UserTokenForm
from allauth.account.views import INTERNAL_RESET_SESSION_KEY, PasswordResetFromKeyView, PasswordResetView
from allauth.core import ratelimit
from allauth.core.internal.ratelimit import get_ip
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator

from chatsite import mail
from chatsite.accounts.invitations.links import format_link_lifetime
from chatsite.accounts.models import User


class ForgotPasswordView(PasswordResetView):  # type: ignore[misc]
    """Allauth's page, with a limit by account and IP address. By account alone, anybody could use it up."""

    def form_valid(self, form: Any) -> HttpResponseBase:
        key = f"{form.cleaned_data['email'].lower()}:{get_ip(self.request)}"
        refusal = ratelimit.consume_or_429(self.request, action="reset_password_of_account", key=key)
        response: HttpResponseBase = refusal or super().form_valid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"mail_is_delivered": mail.is_delivered()}


@method_decorator(login_not_required, name="dispatch")
class SetPasswordView(PasswordResetFromKeyView):  # type: ignore[misc]
    """Allauth's page, which also greets the person by name and signs nobody out just for opening a link."""

    def dispatch(self, request: HttpRequest, uidb36: str, key: str, **arguments: Any) -> HttpResponseBase:
        # Allauth moves the key from the URL into the session on the first request, so that it cannot leak. allauth has
        # no public access to the key; tests/accounts/test_invitations.py fails if it is renamed.
        is_key_in_session = key == self.reset_url_key
        actual_key = request.session.get(INTERNAL_RESET_SESSION_KEY, "") if is_key_in_session else key
        person = get_user_of_link(uidb36, actual_key)
        if person and not person.is_active:
            return redirect("account_inactive")
        if person and request.user.is_authenticated and request.user != person:
            link = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": actual_key})
            return render(request, "account/other_person.html", {"person": person, "link": link})
        response: HttpResponseBase = super().dispatch(request, uidb36, key, **arguments)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["person"] = self.reset_user
        context["lifetime"] = format_link_lifetime()
        context["mail_is_delivered"] = mail.is_delivered()
        return context


def get_user_of_link(uidb36: str, key: str) -> User | None:
    """The person for whom a link was made, or None if the link is not valid any more."""
    form = UserTokenForm({"uidb36": uidb36, "key": key})
    return form.reset_user if form.is_valid() else None
