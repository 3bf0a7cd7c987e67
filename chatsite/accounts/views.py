"""A person's own settings."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_POST, require_safe

from chatsite.accounts.forms import TokenForm
from chatsite.accounts.http import SignedInRequest
from chatsite.accounts.models import ApiToken
from chatsite.http import see_other

#: A cookie that takes the secret of a new token to the next page, so that the server need not keep it.
NEW_TOKEN_COOKIE = "new_token"  # noqa: S105 (a name)


class TokensView(View):
    """A person's API tokens."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: SignedInRequest) -> HttpResponse:
        """The list; after a token was created also its secret, this once."""
        secret = request.get_signed_cookie(NEW_TOKEN_COOKIE, "", salt=str(request.user.pk), max_age=60) or ""
        response = self.render_page(request, TokenForm(), secret=secret)
        if request.method == "GET" and NEW_TOKEN_COOKIE in request.COOKIES:
            response.delete_cookie(NEW_TOKEN_COOKIE, path=request.path, samesite="Strict")
        return response

    def post(self, request: SignedInRequest) -> HttpResponse:
        """Create a token and redirect to the page that shows it: reloading that page creates no other one."""
        form = TokenForm(request.POST)
        if not form.is_valid():
            return self.render_page(request, form, status=400)
        _token, secret = ApiToken.issue(request.user, **form.cleaned_data)
        response = see_other("tokens")
        response.set_signed_cookie(
            NEW_TOKEN_COOKIE,
            secret,
            salt=str(request.user.pk),
            max_age=60,
            path=request.path,
            secure=request.is_secure(),
            httponly=True,
            samesite="Strict",
        )
        return response

    def render_page(
        self, request: SignedInRequest, form: TokenForm, *, secret: str = "", status: int = 200
    ) -> HttpResponse:
        context = {"tokens": ApiToken.objects.owned_by(request.user), "form": form, "secret": secret}
        return render(request, "settings/tokens.html", context, status=status)


@require_safe
def session(request: SignedInRequest) -> JsonResponse:
    """Whose session it is, and its CSRF token, for a page that is older than the session."""
    return JsonResponse({"user": request.user.pk, "token": get_token(request)})


@require_POST
def revoke_token(request: SignedInRequest, pk: int) -> HttpResponse:
    """Revoke a token."""
    get_object_or_404(ApiToken.objects.owned_by(request.user), pk=pk).delete()
    messages.success(request, _("The token is revoked."))
    return see_other("tokens")
