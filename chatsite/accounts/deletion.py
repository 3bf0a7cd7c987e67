"""The page on which people delete their own account, where ALLOW_ACCOUNT_DELETION is set."""

from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from chatsite import mail
from chatsite.accounts.changes import send_or_log
from chatsite.accounts.forms import DeleteAccountForm
from chatsite.accounts.http import SignedInRequest
from chatsite.accounts.models import LastSuperuser, User
from chatsite.http import clear_site_data, see_other


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class DeleteAccountView(View):
    """Says what is deleted and what stays, and asks for the password."""

    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if not settings.ALLOW_ACCOUNT_DELETION:
            raise Http404
        if not request.user.has_usable_password():
            return redirect("account_set_password")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: SignedInRequest) -> HttpResponse:
        return self.render_page(request, DeleteAccountForm(request.user))

    def post(self, request: SignedInRequest) -> HttpResponse:
        # Guesses of the password are counted together with those on the page that changes it.
        refusal: HttpResponse | None = ratelimit.consume_or_429(request, action="change_password", user=request.user)
        if refusal:
            return refusal
        form = DeleteAccountForm(request.user, request.POST)
        if not form.is_valid():
            return self.render_page(request, form, status=400)
        try:
            return self.delete_account(request)
        except LastSuperuser:
            form.add_error(None, _("You are the only administrator. Make another person a superuser first."))
            return self.render_page(request, form, status=409)

    @method_decorator(clear_site_data)
    def delete_account(self, request: SignedInRequest) -> HttpResponse:
        """Request it, sign out, and say so by e-mail. Raises LastSuperuser."""
        # Not the user of the request, which is loaded when it is used first.
        user = User.objects.get(pk=request.user.pk)
        user.request_deletion()
        if mail.is_delivered():
            message = mail.build_email("account/email/account_deleted", [user.email], {"user": user}, request)
            send_or_log(message, user)
        logout(request)
        return see_other("account-deleted")

    def render_page(self, request: SignedInRequest, form: DeleteAccountForm, *, status: int = 200) -> HttpResponse:
        return render(request, "settings/delete_account.html", {"form": form}, status=status)


@login_not_required
@require_safe
def account_deleted(request: HttpRequest) -> HttpResponse:
    """The page after it."""
    return render(request, "account/account_deleted.html")
