"""Forms of a person's own settings, and allauth's forms with the words and the questions of this site."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordKeyForm, SetPasswordForm
from allauth.account.forms import ResetPasswordForm as BaseResetPasswordForm
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.models import User

#: In the case of all other labels: django-allauth writes "New Password".
PASSWORD_LABELS = {
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password (again)"),
}
INVALID_ADDRESS = _("Enter a valid e-mail address.")


def set_address_texts(field: forms.Field) -> None:
    """Give the field of an address the words of this site, instead of django-allauth's."""
    field.label = _("E-mail")
    field.widget.attrs["placeholder"] = _("E-mail address")
    field.error_messages["invalid"] = INVALID_ADDRESS


class SignInForm(LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_address_texts(self.fields["login"])


class ResetPasswordForm(BaseResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_address_texts(self.fields["email"])


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What is it for?"), max_length=60)
    may_act = forms.BooleanField(
        label=_("It may let Claude change something"),
        required=False,
        help_text=_("A script cannot be asked: without this, calls of tools that need your approval are denied."),
    )


class DeleteAccountForm(forms.Form):
    """Asks for the person's own password."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise ValidationError(_("The password is not correct."))
        return password


class KeepTokensForm(forms.Form):
    """Has the labels of this site, and asks a person who has API tokens whether they outlive the old password."""

    user: User | None
    keep_tokens = forms.BooleanField(
        label=_("Keep my API tokens"),
        required=False,
        help_text=_("Otherwise they are revoked, and programs that use them need new ones."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PASSWORD_LABELS.keys() & self.fields.keys():
            self.fields[name].label = PASSWORD_LABELS[name]
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
