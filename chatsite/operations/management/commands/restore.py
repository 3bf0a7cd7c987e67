"""`manage.py restore FILE`: replaces the contents of the database by a backup, and migrates it to this version."""

from pathlib import Path
from typing import Any

from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import ngettext

from chatsite.operations import backups
from chatsite.operations.backups import files
from conversations.models import Conversation, Message, StoredFile


class Command(BaseCommand):
    help = "Restores a backup into an empty database or, with --replace, into one of Chatsite's. Stop the site first."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a file that `manage.py backup` has written")
        parser.add_argument("--replace", action="store_true", help="delete everything in the database first")
        parser.add_argument("--while-in-use", action="store_true", help="even if the database has other connections")

    def handle(self, *args: Any, **options: Any) -> None:
        backups.check_file(options["file"])
        backups.check_database(replace=options["replace"], while_in_use=options["while_in_use"])
        backups.restore(options["file"])
        self.stdout.write(f"Restored {options['file']}.")
        self._migrate()
        # Otherwise devices that have signed out since the backup would be signed in again. Restoring files can fail.
        Session.objects.all().delete()
        self._restore_files(files.get_file(options["file"]))
        number = Conversation.objects.count()
        unit = ngettext("conversation", "conversations", number)
        self.stdout.write(f"Restored {number:,} {unit} and ended all sessions.")
        if writing := Message.objects.writing().count():
            sentence = ngettext(
                "%d reply was being written; it will be shown as interrupted.",
                "%d replies were being written; they will be shown as interrupted.",
                writing,
            )
            self.stdout.write(sentence % writing)

    def _restore_files(self, archive: Path) -> None:
        if archive.is_file():
            self.stdout.write(f"Restored {files.restore(archive):,} attached files.")
        elif number := StoredFile.objects.count():
            self.stdout.write(f"{archive} is missing: {number:,} attached files are not there.")

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        call_command("migrate", interactive=False, verbosity=0)
        if missing:
            sentence = ngettext(
                "It was made by an earlier version; %d migration has updated it.",
                "It was made by an earlier version; %d migrations have updated it.",
                len(missing),
            )
            self.stdout.write(sentence % len(missing))
        else:
            self.stdout.write("It was made by this version; no migration was needed.")
