"""A person's own settings."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chatsite.accounts.forms import TokenForm
from chatsite.accounts.http import SignedInRequest
from chatsite.accounts.models import ApiToken
from chatsite.http import see_other


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: SignedInRequest) -> HttpResponse:
    """A person's API tokens; POST makes one and shows its secret, this once."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    secret = ""
    if form.is_valid():
        _token, secret = ApiToken.issue(request.user, form.cleaned_data["name"])
        form = TokenForm()
    context = {"tokens": ApiToken.objects.owned_by(request.user), "form": form, "secret": secret}
    return render(request, "settings/tokens.html", context, status=400 if form.errors else 200)


@require_POST
def revoke_token(request: SignedInRequest, pk: int) -> HttpResponse:
    """From now on the token opens nothing."""
    get_object_or_404(ApiToken.objects.owned_by(request.user), pk=pk).delete()
    messages.success(request, _("The token is revoked."))
    return see_other("tokens")
