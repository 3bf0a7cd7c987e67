"""`manage.py demo`: creates a few people to try the site with, in an empty database only."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from chatsite.accounts.models import User

ADMINISTRATOR = "alice@example.com"
COLLEAGUES = {"bob@example.com": "Bob", "carol@example.com": "Carol"}


class Command(BaseCommand):
    help = "Creates a demo team and prints its random passwords once. Does nothing if there are accounts already."

    def handle(self, *args: Any, **options: Any) -> None:
        passwords = {email: secrets.token_urlsafe(12) for email in (ADMINISTRATOR, *COLLEAGUES)}
        with transaction.atomic():
            if User.objects.exists():
                self.stdout.write("There are accounts already; no demo team was created.")
                return
            User.objects.create_superuser(ADMINISTRATOR, passwords[ADMINISTRATOR], first_name="Alice")
            for email, name in COLLEAGUES.items():
                User.objects.create_user(email, passwords[email], first_name=name)
        self.stdout.write("A demo team was created. Its passwords are shown only now:\n")
        for email, password in passwords.items():
            remark = "   administrator, also at /admin/" if email == ADMINISTRATOR else ""
            self.stdout.write(f"    {email:<20} {password}{remark}")
