"""The one table that a run prints, row by row as the figures come, in the form of docs/performance.md."""

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path

WIDTHS = (48, 22, 22, 22, 16)


def machine() -> str:
    """What the figures depend on."""
    model = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    chip = model[0].split(":")[1].strip() if model else platform.machine()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("Django", "uvicorn", "aiohttp", "anthropic"))
    return f"{os.cpu_count()} cores ({chip}), Python {platform.python_version()}, {libraries}"


def database(url: str) -> str:
    if url.startswith("sqlite"):
        return f"SQLite {sqlite3.sqlite_version}"
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"


def head() -> None:
    show("", "floor", "/api/chat", "page", "goal")
    print("|" + "|".join("-" * (width + 2) for width in WIDTHS) + "|", flush=True)


def show(*cells: object) -> None:
    print("| " + " | ".join(f"{cell!s:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True)) + " |", flush=True)
