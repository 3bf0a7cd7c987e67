"""`manage.py compilemessages`: compiles the catalogues of translations. Replaces Django's, which needs GNU gettext."""

from typing import Any

from django.core.management.base import BaseCommand

from chatsite.operations.translations import compile_catalogue, find_catalogues


class Command(BaseCommand):
    help = "Compiles the catalogues of translations, which the site reads when it starts."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        for path in find_catalogues():
            compile_catalogue(path)
