"""`manage.py trial`: the site on this machine, ready to be tried. `make run` starts it."""

import ctypes
import os
import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser

from chatsite.standin.models import POCKET
from chatsite.standin.process import StandIn

#: From Linux' <sys/prctl.h>.
PR_SET_PDEATHSIG = 1


class Command(BaseCommand):
    help = "Migrates the database, creates a demo team in an empty one, and serves the site on 127.0.0.1."
    # The checks load the whole site, and the server loads it once more.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--with-parent", action="store_true", help="end when the parent process ends (Linux)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "trial is for trial and development and needs DEBUG on; "
                "docs/running-it.md explains how to run the site on a server."
            )
        if options["with_parent"]:
            end_with_parent()
        stand_in = None if settings.ANTHROPIC_API_KEY else StandIn("--no-record")
        if stand_in:
            # It starts while the database is being migrated.
            stand_in.launch()
        call_command("migrate", verbosity=0)
        call_command("demo", stdout=self.stdout)
        environment = dict(os.environ)
        if stand_in:
            environment |= self._connect(stand_in)
        self.stdout.write(f"\nThe site is at http://127.0.0.1:{options['port']}/ (Ctrl-C ends it).")
        self.stdout.write("On a server, run `manage.py purge` every night: docs/keeping.md shows how.")
        self.stdout.flush()
        # The server replaces this process, so that it receives the signals itself.
        server = [sys.executable, "-m", "chatsite.server", "--port", str(options["port"]), "--log-level", "warning"]
        os.execve(sys.executable, server, environment)  # noqa: S606 (no shell is needed)

    def _connect(self, stand_in: StandIn) -> dict[str, str]:
        """The environment variables that connect the server to the stand-in."""
        stand_in.wait_until_listening()
        if pipe := stand_in.process.stdin:
            # The server inherits this pipe, and the stand-in ends when the pipe is closed.
            os.set_inheritable(pipe.fileno(), True)
        self.stdout.write(
            "\nANTHROPIC_API_KEY is not set: a stand-in on this machine answers with made-up replies, not Claude.\n"
            "To talk with Claude, put a key into .env and start again."
        )
        return {
            "STAND_IN": "on",
            # One with a small window shows what happens when a conversation has filled it.
            "CHAT_MODELS": ",".join([*settings.CHAT_MODELS, POCKET]),
            "NO_PROXY": "127.0.0.1",
            "ANTHROPIC_BASE_URL": stand_in.url,
            # Like Claude, the stand-in requires a key; it accepts any.
            "ANTHROPIC_API_KEY": "stand-in",
        }


def end_with_parent() -> None:
    """Have Linux send SIGTERM when the parent process ends for any reason; the server keeps this setting."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        # It ended before the call above.
        raise SystemExit(1)
