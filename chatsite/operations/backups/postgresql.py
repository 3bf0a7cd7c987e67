"""Backups of PostgreSQL: made with pg_dump, read with pg_restore and psql; passwords travel in the environment."""

import os
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.db import connection

NAME = "PostgreSQL"
SUFFIX = ".dump"
MAGIC = b"PGDMP"

# All of the schema, and not only what the backup knows: a newer version may have made more, which would be in the
# way of what is restored and of its migrations. What belongs to an extension stays.
EMPTY = """
SET client_min_messages = warning;
SET lock_timeout = '30s';
BEGIN;
DO $$
DECLARE
    thing text;
BEGIN
    FOR thing IN
        SELECT 'TABLE ' || oid::regclass FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
        UNION ALL
        SELECT 'FUNCTION ' || oid::regprocedure FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND prokind = 'f'
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    LOOP
        EXECUTE 'DROP ' || thing || ' CASCADE';
    END LOOP;
END
$$;
"""


def write(file: Path) -> None:
    _run(_connecting("pg_dump", "--format=custom", f"--file={file}"))


def migrations_in(file: Path) -> set[tuple[str, str]]:
    """Read from the rows as they stand in the backup: `id app name applied`, between tabs."""
    rows = _run(["pg_restore", "--data-only", "--table=django_migrations", "--file=-", str(file)]).splitlines()
    return {(row.split("\t")[1], row.split("\t")[2]) for row in rows if row.count("\t") == 3}


def in_use() -> bool:
    """Whether somebody else is connected; a running site always is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND usename IS NOT NULL AND pid <> pg_backend_pid()"
        )
        return bool(cursor.fetchone()[0])


def read(file: Path) -> None:
    """Everything in one transaction, which is committed only when pg_restore has come to its end."""
    connection.close()
    unpacking = ["pg_restore", "--no-owner", "--no-privileges", "--no-comments", "--file=-", str(file)]
    reading = _connecting("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-")
    with tempfile.TemporaryFile("w+") as said:
        with _started(reading, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said) as psql:
            _say(psql, EMPTY)
            unpacked = subprocess.run(  # noqa: S603 (whoever runs the command names the file)
                unpacking, stdout=psql.stdin, stderr=subprocess.PIPE, text=True
            )
            if unpacked.returncode == 0:
                _say(psql, "COMMIT;")
        said.seek(0)
        # When psql gives up, pg_restore fails as well, and less to the point.
        if psql.returncode or unpacked.returncode:
            raise CommandError((said.read() if psql.returncode else unpacked.stderr).strip())


def _connecting(tool: str, *options: str) -> list[str]:
    """A command with what leads it to the database; it fails where it would ask for a password."""
    arguments, _environment = connection.client.settings_to_cmd_args_env(
        connection.settings_dict, [*options, "--no-password"]
    )
    return [tool, *arguments[1:]]


def _run(command: list[str]) -> str:
    with _started(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        out, errors = process.communicate()
    if process.returncode:
        raise CommandError(errors.strip())
    return out


def _started(command: list[str], **pipes: Any) -> subprocess.Popen[str]:
    _arguments, environment = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    try:
        return subprocess.Popen(  # noqa: S603 (its parts come from the settings and from whoever runs it)
            command, env=os.environ | (environment or {}), text=True, **pipes
        )
    except FileNotFoundError as error:
        raise CommandError(f"{command[0]} is missing: apt-get install postgresql-client") from error


def _say(psql: subprocess.Popen[str], statements: str) -> None:
    # When it has given up, its exit code tells.
    with suppress(BrokenPipeError):
        if pipe := psql.stdin:
            os.write(pipe.fileno(), statements.encode())
