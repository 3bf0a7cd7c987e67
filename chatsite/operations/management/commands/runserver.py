"""`manage.py runserver` is refused: Django's development server is WSGI and holds every stream back until its end."""

from typing import Any

from django.contrib.staticfiles.management.commands import runserver
from django.core.management import CommandError


class Command(runserver.Command):
    help = "Refused; `make run` starts the site."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError(
            "runserver would hold every reply back until it is whole. For trial and development run `make run`; "
            "docs/running-it.md says how to run the site for others."
        )
