"""A change of a person's e-mail address that staff ask for: it happens when the person confirms it.

The link to confirm goes to the address that the person has now. Otherwise staff could give an account an address of
their own, have a new password sent there, and read everything in it.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from chatsite.accounts.changes import record_own_change
from chatsite.accounts.http import SignedInRequest
from chatsite.accounts.invitations.links import format_link_lifetime
from chatsite.accounts.models import User
from chatsite.http import see_other
from chatsite.languages import in_language_of
from chatsite.mail import build_email

SALT = "accounts.address_change"


@dataclass(frozen=True)
class AddressChange:
    user: User
    old_address: str
    new_address: str

    def __str__(self) -> str:
        addresses = {"old": self.old_address, "new": self.new_address}
        with in_language_of(self.user):
            return _("Changed the e-mail address from %(old)s to %(new)s.") % addresses

    def ask_to_confirm(self, request: HttpRequest) -> None:
        """Send the link to the old address. Raises OSError if the mail server fails."""
        token = signing.dumps([self.user.pk, self.old_address, self.new_address], salt=SALT)
        context = {
            "user": self.user,
            "asked_by": request.user,
            "new_address": self.new_address,
            "link": request.build_absolute_uri(reverse("confirm-address", args=[token])),
        }
        with in_language_of(self.user):
            context["lifetime"] = format_link_lifetime()
            build_email("account/email/confirm_address", [self.old_address], context, request).send()


def read_link(token: str, user: User) -> AddressChange | None:
    """The change that this person was asked to confirm.

    None if the link is another person's, was used or is too old, or if the new address belongs to another account now.
    """
    try:
        pk, old_address, new_address = signing.loads(token, salt=SALT, max_age=settings.PASSWORD_RESET_TIMEOUT)
    except signing.BadSignature:
        return None
    if (pk, old_address) != (user.pk, user.email) or User.objects.filter(email=new_address).exists():
        return None
    return AddressChange(user, old_address, new_address)


class ConfirmAddressView(View):
    """The page behind the link, for the signed-in person whose address it is."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: SignedInRequest, token: str) -> HttpResponse:
        return self.render_page(request, read_link(token, request.user))

    def post(self, request: SignedInRequest, token: str) -> HttpResponse:
        change = read_link(token, request.user)
        if change is None:
            return self.render_page(request, None)
        user = User.objects.get(pk=request.user.pk)
        user.email = change.new_address
        try:
            with transaction.atomic():
                user.save(update_fields=["email"])
                record_own_change(user, str(change))
        except IntegrityError:  # another account has taken the address meanwhile
            return self.render_page(request, None)
        return see_other("account-changes")

    def render_page(self, request: SignedInRequest, change: AddressChange | None) -> HttpResponse:
        return render(request, "settings/confirm_address.html", {"change": change}, status=200 if change else 404)
