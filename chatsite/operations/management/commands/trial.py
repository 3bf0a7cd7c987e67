"""`manage.py trial`: the site on this machine, ready to be tried; what `make run` starts."""

import ctypes
import os
import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser

from chatsite.standin.process import StandIn

PR_SET_PDEATHSIG = 1


class Command(BaseCommand):
    help = "Brings the database up to date, makes a demo team on an empty one, and serves on 127.0.0.1."
    # They load the whole site; the server does that once more.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--with-parent", action="store_true", help="end when the parent does (Linux)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "trial is for trial and development, never with DEBUG off; "
                "docs/running-it.md says how to run the site for others."
            )
        if options["with_parent"]:
            end_with_parent()
        stand_in = None if settings.ANTHROPIC_API_KEY else StandIn("--no-record")
        if stand_in:
            stand_in.launch()
        call_command("migrate", verbosity=0)
        call_command("demo", stdout=self.stdout)
        environment = self._settings_for(stand_in) if stand_in else {}
        self.stdout.write(f"\nThe site is at http://127.0.0.1:{options['port']}/ (Ctrl-C ends it).")
        self.stdout.write(
            "Where it runs for others, `manage.py purge` belongs into every night: docs/keeping.md shows how."
        )
        self.stdout.flush()
        # The server takes the place of this process, so that signals reach it and nothing stands between.
        command = [sys.executable, "-m", "chatsite.server", "--port", str(options["port"]), "--log-level", "warning"]
        os.execve(sys.executable, command, os.environ | environment)  # noqa: S606 (no shell is wanted)

    def _settings_for(self, stand_in: StandIn) -> dict[str, str]:
        """What leads the server to the stand-in beside it."""
        stand_in.wait_until_listening()
        if pipe := stand_in.process.stdin:
            # The server inherits the pipe: the stand-in ends when its last holder is gone.
            os.set_inheritable(pipe.fileno(), True)
        self.stdout.write(
            "\nThere is no ANTHROPIC_API_KEY: a stand-in on this machine answers with made-up replies, not Claude.\n"
            "Put a key into .env and start again to talk with Claude."
        )
        # The stand-in asks for a key, as Claude does, and takes any.
        there = {"ANTHROPIC_BASE_URL": stand_in.url, "ANTHROPIC_API_KEY": "stand-in"}
        return {"STAND_IN": "on", "NO_PROXY": "127.0.0.1", **there}


def end_with_parent() -> None:
    """Ask Linux for a SIGTERM when the parent ends, however it ends; it stays in force for the server."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit(1)
