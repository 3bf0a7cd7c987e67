"""Backups of PostgreSQL: pg_dump makes them, pg_restore and psql restore them. Passwords are passed as environment."""

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

# Drops everything in the schema, not only the tables in the backup: tables that a newer version created would conflict
# with restored ones or with their migrations. What belongs to an extension stays.
BEGIN_AND_EMPTY = """
SET client_min_messages = warning;
SET lock_timeout = '30s';
BEGIN;
DO $$
DECLARE
    item text;
BEGIN
    FOR item IN
        SELECT 'TABLE ' || oid::regclass FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
        UNION ALL
        SELECT 'FUNCTION ' || oid::regprocedure FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND prokind = 'f'
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    LOOP
        EXECUTE 'DROP ' || item || ' CASCADE';
    END LOOP;
END
$$;
"""


def write_backup(file: Path) -> None:
    _run(_connect_command("pg_dump", "--format=custom", f"--file={file}"))


def read_migrations(file: Path) -> set[tuple[str, str]]:
    """The applied migrations (app, name). Each row in the backup is `id app name applied`, separated by tabs."""
    output = _run(["pg_restore", "--data-only", "--table=django_migrations", "--file=-", str(file)])
    rows = [line.split("\t") for line in output.splitlines() if line.count("\t") == 3]
    return {(app, name) for _id, app, name, _applied in rows}


def is_in_use() -> bool:
    """Whether there is another connection; a running site always has one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND usename IS NOT NULL AND pid <> pg_backend_pid()"
        )
        return bool(cursor.fetchone()[0])


def restore(file: Path) -> None:
    """One transaction, which is committed only after pg_restore has succeeded."""
    connection.close()
    pg_restore = ["pg_restore", "--no-owner", "--no-privileges", "--no-comments", "--file=-", str(file)]
    psql_command = _connect_command("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-")
    with tempfile.TemporaryFile("w+") as psql_errors:
        with _start(psql_command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=psql_errors) as psql:
            _send(psql, BEGIN_AND_EMPTY)
            unpacking = subprocess.run(  # noqa: S603 (the person who runs the command names the file)
                pg_restore, stdout=psql.stdin, stderr=subprocess.PIPE, text=True
            )
            if unpacking.returncode == 0:
                _send(psql, "COMMIT;")
        psql_errors.seek(0)
        # If psql fails, pg_restore fails too, but its message does not name the cause.
        if psql.returncode:
            raise CommandError(psql_errors.read().strip())
        if unpacking.returncode:
            raise CommandError(unpacking.stderr.strip())


def _connect_command(tool: str, *options: str) -> list[str]:
    """The command line of a tool that connects to the database, and fails instead of asking for a password."""
    arguments, _environment = connection.client.settings_to_cmd_args_env(
        connection.settings_dict, [*options, "--no-password"]
    )
    return [tool, *arguments[1:]]


def _run(command: list[str]) -> str:
    with _start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        output, errors = process.communicate()
    if process.returncode:
        raise CommandError(errors.strip())
    return output


def _start(command: list[str], **pipes: Any) -> subprocess.Popen[str]:
    _arguments, environment = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    try:
        return subprocess.Popen(  # noqa: S603 (its parts come from the settings and from the person who runs it)
            command, env=os.environ | (environment or {}), text=True, **pipes
        )
    except FileNotFoundError as error:
        raise CommandError(f"{command[0]} is missing: apt-get install postgresql-client") from error


def _send(psql: subprocess.Popen[str], statements: str) -> None:
    # If psql has exited, its exit code is checked later.
    with suppress(BrokenPipeError):
        if pipe := psql.stdin:
            os.write(pipe.fileno(), statements.encode())
