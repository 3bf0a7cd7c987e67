"""Adding people in the admin: a pasted list of addresses becomes accounts, each with an invitation link."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django import forms
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatsite import mail
from chatsite.accounts.invitations.links import build_invitation_link, send_invitation
from chatsite.accounts.models import User

#: As many links as fit on a page, and as many messages as one request can send.
MAX_ADDRESSES = 200
#: As mail programs write it: Alice Liddell <alice@example.com>
NAME_AND_ADDRESS = re.compile(r'"?(?P<name>[^"<>]*?)"?\s*<(?P<email>[^<>]+)>')


@dataclass
class AddedPeople:
    """The result of adding people: new accounts, accounts that existed before, and entries without an address."""

    created: list[User] = field(default_factory=list)
    existing: list[User] = field(default_factory=list)
    invalid: list[str] = field(default_factory=list)


class AddPeopleForm(forms.Form):
    addresses = forms.CharField(
        label=gettext_lazy("E-mail addresses"),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autofocus": True}),
        help_text=gettext_lazy("One a line, or separated by commas. “Alice Liddell <alice@example.com>” is fine too."),
    )
    send = forms.BooleanField(
        label=gettext_lazy("Send each of them the link by e-mail"), required=False, initial=mail.is_delivered
    )

    def clean_addresses(self) -> list[str]:
        """The separate entries. Whether each is an address is checked later: one mistake must not reject the others."""
        entries = re.split(r"[,;\r\n]+", self.cleaned_data["addresses"])
        entries = [entry.strip() for entry in entries if entry.strip()]
        if not entries:
            raise ValidationError(_("Enter at least one e-mail address."))
        if len(entries) > MAX_ADDRESSES:
            raise ValidationError(
                _("These are %(number)d addresses; add at most %(max)d at once."),
                params={"number": len(entries), "max": MAX_ADDRESSES},
            )
        return entries

    def create_users(self) -> AddedPeople:
        """Create the accounts that do not exist yet, without a password."""
        people = AddedPeople()
        for entry in self.cleaned_data["addresses"]:
            try:
                parsed = parse_entry(entry)
            except ValidationError:
                people.invalid.append(entry)
                continue
            names = {"first_name": parsed.first_name, "last_name": parsed.last_name}
            user, is_new = User.objects.get_or_create(
                email=parsed.email, defaults={**names, "password": make_password(None)}
            )
            if is_new:
                people.created.append(user)
            elif user not in people.created and user not in people.existing:
                people.existing.append(user)
        return people


def parse_entry(entry: str) -> User:
    """An unsaved User with the address and the name in the entry. Raises ValidationError if either is invalid."""
    match = NAME_AND_ADDRESS.fullmatch(entry)
    name, email = (match["name"], match["email"]) if match else ("", entry)
    first_name, _space, last_name = name.strip().partition(" ")
    user = User(email=email.strip(), first_name=first_name, last_name=last_name.strip())
    user.clean_fields(exclude=["password"])
    user.email = user.email.lower()
    return user


@dataclass(frozen=True)
class Invitation:
    """What staff see about one person: the link, and whether it was sent by e-mail."""

    user: User
    link: str
    sent: bool


def invite(request: HttpRequest, users: Iterable[User], *, send: bool) -> list[Invitation]:
    """Make a link for each user and send it if asked. After the mail server has failed once, nothing more is sent."""
    invitations = []
    for user in users:
        link, sent = build_invitation_link(request, user), False
        if send:
            try:
                send_invitation(request, user, link)
                sent = True
            except OSError:  # includes the exceptions of smtplib
                send = False
        invitations.append(Invitation(user, link, sent))
    return invitations
