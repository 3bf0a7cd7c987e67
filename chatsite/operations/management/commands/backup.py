"""`manage.py backup FILE`: the whole database in one file, and what people attached in another, while the site runs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from chatsite.operations import backups
from chatsite.operations.backups import files


class Command(BaseCommand):
    help = (
        "Writes the database into a new file, and what people attached into FILE.files.tar. Safe while the site runs."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a new file, or a folder for a file named after the time")

    def handle(self, *args: Any, **options: Any) -> None:
        file = backups.create_backup(options["file"])
        self.stdout.write(f"{file}: {file.stat().st_size:,} bytes.")
        number, archive = files.write(file), files.get_file(file)
        self.stdout.write(f"{archive}: {archive.stat().st_size:,} bytes, {number:,} attached.")
