"""Adding people in the admin: a list of addresses, pasted from anywhere, becomes accounts with a link each."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatsite import mail
from chatsite.accounts.invitations.links import invitation_link, send_invitation
from chatsite.accounts.models import User

#: More than a page of links, or the mail that one request sends, should hold.
MOST_AT_ONCE = 200
#: As mail programs write it: Alice Liddell <alice@example.com>
WITH_NAME = re.compile(r'"?(?P<name>[^"<>]*?)"?\s*<(?P<email>[^<>]+)>')


class AddPeople(forms.Form):
    addresses = forms.CharField(
        label=gettext_lazy("E-mail addresses"),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autofocus": True}),
        help_text=gettext_lazy("One a line, or separated by commas. “Alice Liddell <alice@example.com>” is fine too."),
    )
    send = forms.BooleanField(
        label=gettext_lazy("Send each of them the link by e-mail"), required=False, initial=mail.is_delivered
    )

    def clean_addresses(self) -> list[str]:
        """The single entries. What is wrong with one of them is no reason to refuse the others."""
        pieces = re.split(r"[,;\r\n]+", self.cleaned_data["addresses"])
        entries = [piece.strip() for piece in pieces if piece.strip()]
        if not entries:
            raise ValidationError(_("Enter at least one e-mail address."))
        if len(entries) > MOST_AT_ONCE:
            raise ValidationError(
                _("These are %(number)d addresses; add at most %(most)d at once."),
                params={"number": len(entries), "most": MOST_AT_ONCE},
            )
        return entries

    def add(self) -> tuple[list[User], list[User], list[str]]:
        """Create the accounts that are missing; returns who is new, who was here, and what is no address."""
        new: dict[str, User] = {}
        known: dict[str, User] = {}
        invalid = []
        for entry in self.cleaned_data["addresses"]:
            try:
                person = person_in(entry)
            except ValidationError:
                invalid.append(entry)
                continue
            names = {"first_name": person.first_name, "last_name": person.last_name}
            stored, created = User.objects.get_or_create(
                email=person.email, defaults={**names, "password": make_password(None)}
            )
            if created:
                new[stored.email] = stored
            elif stored.email not in new:
                known[stored.email] = stored
        return list(new.values()), list(known.values()), invalid


def person_in(entry: str) -> User:
    """The person that an entry names, not stored; ValidationError when there is no address in it."""
    match = WITH_NAME.fullmatch(entry)
    first_name, _space, last_name = match["name"].strip().partition(" ") if match else ("", "", "")
    email = (match["email"] if match else entry).strip().lower()
    person = User(email=email, first_name=first_name, last_name=last_name.strip())
    person.clean_fields(exclude=["password"])
    return person


@dataclass(frozen=True)
class Invitation:
    """What staff are shown about one person: the link, and whether it went out by mail."""

    user: User
    link: str
    sent: bool


def invite(request: HttpRequest, people: Iterable[User], *, send: bool) -> tuple[list[Invitation], bool]:
    """A link for each; the second value says whether the mail server has refused, and no further mail was tried."""
    invitations = []
    refused = False
    for user in people:
        sent = False
        if send and not refused:
            try:
                send_invitation(request, user)
                sent = True
            except OSError:  # smtplib's errors are of this kind, too
                refused = True
        invitations.append(Invitation(user, invitation_link(request, user), sent))
    return invitations, refused
