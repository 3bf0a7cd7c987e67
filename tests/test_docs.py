"""What the documents name exists: files, folders, classes and their members."""

import ast
import re
from functools import cache

import pytest

from tests.test_structure import ROOT, tracked

DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md")] + sorted((ROOT / "docs").glob("*.md"))
FILE = re.compile(r"(?<![\w/.:-])(?:[\w.-]+/)*[\w.-]+\.(?:py|md|html|css|js|mjs|json|toml|txt|conf|yaml)\b(?![\w/-])")
FOLDER = re.compile(r"`((?:[\w.-]+/)+)`")
MEMBER = re.compile(r"`([A-Z]\w+)\.(\w+)`")
#: A Python file, and what is said of it in brackets or after a colon, up to the next file of a list.
ABOUT_FILE = re.compile(r"`([\w/]+\.py)`(?:: | \()([^·|)]*)")


def code_of(path):
    """The lines of a document with nothing left but what is set as code."""
    is_block = False
    for line in path.read_text().splitlines():
        if line.startswith("```"):
            is_block = not is_block
        else:
            yield line if is_block else " ".join(re.findall(r"`[^`]+`", line))


@cache
def names_in_classes(*paths):
    """All names in the body of each class of these files, or of all of ours."""
    names: dict[str, set[str]] = {}
    for path in paths or tracked("chatsite/*.py", "conversations/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                names.setdefault(node.name, set()).update(re.findall(r"\b\w+\b", ast.unparse(node)))
    return names


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_and_folder_that_a_document_names_exists(document):
    code = "\n".join(code_of(document))
    folders = (ROOT, ROOT / "conversations", document.parent)
    names = FILE.findall(code) + FOLDER.findall(code)
    assert [name for name in names if not any((folder / name).exists() for folder in folders)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_member_of_a_class_that_a_document_names_exists(document):
    named = MEMBER.findall("\n".join(code_of(document)))
    assert [(cls, name) for cls, name in named if name not in names_in_classes().get(cls, ())] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_member_of_a_class_that_a_document_names_with_its_file_is_in_that_file(document):
    missing = []
    for name, about in ABOUT_FILE.findall(document.read_text()):
        path = next(path for folder in (ROOT, ROOT / "conversations") if (path := folder / name).exists())
        classes = names_in_classes(path)
        missing += [(name, cls, member) for cls, member in MEMBER.findall(about) if member not in classes.get(cls, ())]
    assert missing == []


def test_every_term_of_the_glossary_has_a_place_in_the_code():
    rows = re.findall(r"(?m)^\| \*\*(.+?)\*\*.*?<br>(.*) \|$", (ROOT / "docs/glossary.md").read_text())
    assert rows
    assert [term for term, place in rows if not FILE.search(place) and not FOLDER.search(place)] == []
    assert len({term for term, _place in rows}) == len(rows), "each once"
    assert len(rows) == (ROOT / "docs/glossary.md").read_text().count("\n| **")
