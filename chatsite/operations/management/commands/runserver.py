"""`manage.py runserver` is disabled: Django's development server uses WSGI, which holds a stream back until its end."""

from typing import Any

from django.contrib.staticfiles.management.commands import runserver
from django.core.management import CommandError


class Command(runserver.Command):
    help = "Disabled; `make run` starts the site."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError(
            "runserver would hold every reply back until it is complete. For trial and development run `make run`; "
            "docs/running-it.md explains how to run the site on a server."
        )
