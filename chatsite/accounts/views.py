"""A person's own settings."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_POST

from chatsite.accounts.forms import TokenForm
from chatsite.accounts.http import SignedInRequest
from chatsite.accounts.models import ApiToken
from chatsite.http import see_other


class TokensView(View):
    """A person's API tokens."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: SignedInRequest) -> HttpResponse:
        return self.render_page(request, TokenForm())

    def post(self, request: SignedInRequest) -> HttpResponse:
        """Create a token and show its secret, this once."""
        form = TokenForm(request.POST)
        if not form.is_valid():
            return self.render_page(request, form, status=400)
        _token, secret = ApiToken.issue(request.user, form.cleaned_data["name"])
        return self.render_page(request, TokenForm(), secret=secret)

    def render_page(
        self, request: SignedInRequest, form: TokenForm, *, secret: str = "", status: int = 200
    ) -> HttpResponse:
        context = {"tokens": ApiToken.objects.owned_by(request.user), "form": form, "secret": secret}
        return render(request, "settings/tokens.html", context, status=status)


@require_POST
def revoke_token(request: SignedInRequest, pk: int) -> HttpResponse:
    """Revoke a token."""
    get_object_or_404(ApiToken.objects.owned_by(request.user), pk=pk).delete()
    messages.success(request, _("The token is revoked."))
    return see_other("tokens")
