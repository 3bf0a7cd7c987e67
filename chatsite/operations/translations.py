"""The catalogues of translations: collected from code and templates, updated and compiled without GNU gettext."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import templatize

KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
#: Folders with strings that people read, and the names of the files that hold them.
SOURCES = [("chatsite", "*.py"), ("conversations", "*.py"), ("templates", "*.*")]


def find_catalogues() -> list[Path]:
    """The file of each language that has a catalogue."""
    return sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/django.po"))


def read_catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def extract_catalogue() -> Catalog:
    """Every string that code and templates mark for translation, with the files that hold it."""
    catalogue = Catalog(fuzzy=False)
    for path in _find_sources():
        name = path.relative_to(settings.BASE_DIR).as_posix()
        source = path.read_text()
        code = source if path.suffix == ".py" else _find_marked(source, name)
        for _line, message, comments, context in extract("python", BytesIO(code.encode()), KEYWORDS, ["Translators:"]):
            # Without the number of the line, which changes with every change of the file.
            catalogue.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalogue


def update_catalogue(path: Path) -> None:
    """Add what is new to the catalogue, as it is or marked `fuzzy` beside a similar string; remove what is unused."""
    catalogue = read_catalogue(path) if path.exists() else _begin_catalogue(path.parts[-3])
    catalogue.update(extract_catalogue(), update_creation_date=False)
    catalogue.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, sort_output=True, omit_header=False)


def compile_catalogue(path: Path) -> None:
    """Write the file that Django reads beside the one that people edit."""
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(path))
    path.with_suffix(".mo").write_bytes(compiled.getvalue())


def find_gaps(path: Path) -> list[str]:
    """What is missing or wrong in a catalogue, a line each."""
    catalogue = read_catalogue(path)
    gaps = []
    for wanted in extract_catalogue():
        found: Any = catalogue.get(wanted.id, wanted.context) if wanted.id else None
        if wanted.id and (found is None or found.fuzzy or not all(_as_tuple(found.string))):
            gaps.append(f"{'fuzzy' if found and found.fuzzy else 'missing'}: {_as_tuple(wanted.id)[0]!r}")
    return gaps + [
        f"{error}: {_as_tuple(message.id)[0]!r}" for message, errors in catalogue.check() for error in errors
    ]


def _begin_catalogue(locale: str) -> Catalog:
    return Catalog(
        locale=locale,
        project="chatsite",
        version="1",
        header_comment="# The translation of the site. Edit the lines that begin with msgstr.",
        fuzzy=False,
    )


def _find_sources() -> Iterator[Path]:
    for folder, pattern in SOURCES:
        yield from sorted(
            path for path in (settings.BASE_DIR / folder).rglob(pattern) if "migrations" not in path.parts
        )


def _find_marked(template: str, name: str) -> str:
    """The strings of a template as Python that can be split into tokens; Django blanks out all else."""
    return "\n".join(line.strip() for line in templatize(template, origin=name).splitlines())


def _as_tuple(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)
