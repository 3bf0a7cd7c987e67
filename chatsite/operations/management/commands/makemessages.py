"""`manage.py makemessages`: updates the catalogues of translations. Replaces Django's, which needs GNU gettext."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from chatsite.operations.translations import find_catalogues, find_gaps, update_catalogue


class Command(BaseCommand):
    help = "Updates the catalogues of translations, and lists what has to be translated."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--add", metavar="LOCALE", help="begin the catalogue of another language, such as fr")

    def handle(self, *args: Any, **options: Any) -> None:
        catalogues = find_catalogues()
        if options["add"]:
            catalogues.append(Path(settings.LOCALE_PATHS[0]) / options["add"] / "LC_MESSAGES/django.po")
        for path in catalogues:
            update_catalogue(path)
            gaps = find_gaps(path)
            self.stdout.write(f"{path.relative_to(settings.BASE_DIR)}: {len(gaps)} to translate")
            for gap in gaps:
                self.stdout.write(f"  {gap}")
