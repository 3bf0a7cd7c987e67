"""`manage.py demo`: a few people to try the site with; on an empty database only."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from chatsite.accounts.models import User

ADMINISTRATOR = "alice@example.com"
COLLEAGUES = {"bob@example.com": "Bob", "carol@example.com": "Carol"}


class Command(BaseCommand):
    help = "Makes a demo team with random passwords, which are printed once; changes nothing where there are people."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            if User.objects.exists():
                self.stdout.write("There are people already; no demo team was made.")
                return
            passwords = self._make_team()
        self.stdout.write("A demo team was made. These passwords are shown only now:\n")
        for email, password in passwords.items():
            remark = "   administrator, also at /admin/" if email == ADMINISTRATOR else ""
            self.stdout.write(f"    {email:<20} {password}{remark}")

    def _make_team(self) -> dict[str, str]:
        passwords = {email: secrets.token_urlsafe(12) for email in (ADMINISTRATOR, *COLLEAGUES)}
        User.objects.create_superuser(ADMINISTRATOR, passwords[ADMINISTRATOR], first_name="Alice")
        for email, name in COLLEAGUES.items():
            User.objects.create_user(email, passwords[email], first_name=name)
        return passwords
