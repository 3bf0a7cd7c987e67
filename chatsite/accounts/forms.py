"""Forms of a person's own settings, and allauth's forms for a new password with a question about API tokens."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, ResetPasswordKeyForm, SetPasswordForm
from django import forms
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.models import User


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What is it for?"), max_length=60)


class KeepTokensForm(forms.Form):
    """Asks a person who has API tokens whether they outlive the old password."""

    user: User | None
    keep_tokens = forms.BooleanField(
        label=_("Keep my API tokens"),
        required=False,
        help_text=_("Otherwise they are revoked, and programs that use them need new ones."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # allauth also makes the form for a link that is not valid any more, and so for nobody.
        if self.user is None or not self.user.tokens.exists():
            del self.fields["keep_tokens"]

    def save(self) -> None:
        if self.user is not None:
            self.user.keeps_tokens = self.cleaned_data.get("keep_tokens", False)
        super().save()  # type: ignore[misc]


class ChangeOwnPasswordForm(KeepTokensForm, ChangePasswordForm):  # type: ignore[misc]
    pass


class SetOwnPasswordForm(KeepTokensForm, SetPasswordForm):  # type: ignore[misc]
    pass


class SetPasswordByLinkForm(KeepTokensForm, ResetPasswordKeyForm):  # type: ignore[misc]
    pass
