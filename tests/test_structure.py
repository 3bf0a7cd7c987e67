"""What the code base promises about itself: imports, sizes, and what the documents say of it."""

import ast
import re
import statistics
import subprocess
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAX_LINES = 300
OURS = ("chatsite", "conversations")
#: What a module and everything below it must not import.
FORBIDDEN = {
    "conversations.claude": ["conversations.views", "conversations.replies"],
    "conversations.markdown": ["conversations.views", "conversations.replies", "django"],
    "conversations.sse": ["conversations.views", "conversations.replies"],
    "conversations.replies": ["conversations.views"],
    "conversations.presentation": ["conversations.views", "conversations.replies"],
    "conversations.views": ["conversations.claude"],
    "chatsite.accounts": ["conversations"],
}
#: How long functions may be, in lines, and how many may be private and called at one place only, in percent.
MAX_MEDIAN_LENGTH, MAX_90TH_PERCENTILE, MAX_CALLED_ONCE = 8, 30, 8


def tracked(*patterns):
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\n") if name]


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path):
    package = module_of(path).split(".")
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            depth = len(package) - node.level + (path.name == "__init__.py")
            base = ".".join([*(package[:depth] if node.level else []), *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def imported_modules(names):
    """The modules of ours among imported names. A package of which only modules are imported is not one of them."""
    modules = names & MODULES.keys()
    packages = {name.rpartition(".")[0] for name in modules}
    return {name for name in modules if name not in packages}


def is_in(name, prefix):
    return name == prefix or name.startswith(f"{prefix}.")


MODULES = {module_of(path): set(imports_of(path)) for path in tracked("chatsite/*.py", "conversations/*.py")}


@pytest.mark.parametrize("prefix", FORBIDDEN)
def test_no_module_imports_what_it_must_not(prefix):
    wrong = [
        (module, name)
        for module, names in MODULES.items()
        if is_in(module, prefix)
        for name in names
        if any(is_in(name, forbidden) for forbidden in FORBIDDEN[prefix])
    ]
    assert wrong == []


def test_no_modules_import_each_other_in_a_circle():
    graph = {module: imported_modules(names) - {module} for module, names in MODULES.items()}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_models_import_nothing_of_ours_but_each_other_and_people():
    allowed = ("conversations.models", "chatsite.accounts.models")
    wrong = [
        (module, name)
        for module, names in MODULES.items()
        if is_in(module, "conversations.models")
        for name in names
        if name.startswith(OURS) and not any(is_in(name, prefix) for prefix in allowed)
    ]
    assert wrong == []


def test_chatsite_holds_no_chat_logic():
    """Only the server starts the engine, and only backups know what is stored: its files, and how much came back."""
    users = {
        module
        for module, names in MODULES.items()
        if is_in(module, "chatsite") and any(is_in(name, "conversations") for name in names)
    }
    assert users == {
        "chatsite.asgi",
        "chatsite.operations.backups.files",
        "chatsite.operations.management.commands.restore",
    }


def test_nothing_imports_the_tests():
    assert [module for module, names in MODULES.items() if any(is_in(name, "tests") for name in names)] == []


def test_only_the_package_of_claude_imports_anthropic():
    users = [module for module, names in MODULES.items() if any(is_in(name, "anthropic") for name in names)]
    assert [module for module in users if not is_in(module, "conversations.claude")] == []


def test_nothing_imports_the_internals_of_the_orm():
    assert [module for module, names in MODULES.items() if any(is_in(n, "django.db.models.sql") for n in names)] == []


def test_few_modules_are_loose_in_the_application():
    loose = [path for path in tracked("conversations/*.py") if path.parent.name == "conversations"]
    assert len([path for path in loose if path.name != "__init__.py"]) <= 6


def test_files_stay_within_a_few_screens():
    files = tracked("*.py", "*.js", "*.css", "*.html")
    assert [str(path) for path in files if len(path.read_text().splitlines()) > MAX_LINES] == []


def test_functions_are_short_and_few_are_called_at_one_place_only():
    lengths, called_once = [], []
    for path in (path for path in tracked("chatsite/*.py", "conversations/*.py") if "migrations" not in path.parts):
        code = path.read_text()
        for function in ast.walk(ast.parse(code)):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                lengths.append((function.end_lineno or 0) - function.lineno + 1)
                is_private = function.name.startswith("_") and not function.name.startswith("__")
                if is_private and len(re.findall(rf"\b{function.name}\b", code)) == 2:
                    called_once.append(f"{path.name}:{function.name}")
    assert statistics.median(lengths) <= MAX_MEDIAN_LENGTH
    assert statistics.quantiles(lengths, n=10)[-1] <= MAX_90TH_PERCENTILE
    assert 100 * len(called_once) / len(lengths) <= MAX_CALLED_ONCE, called_once


def test_the_tree_in_the_readme_is_the_tree():
    tree = re.search(r"```\n(manage\.py.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert tree
    folder = ""
    for line in tree[1].splitlines():
        names = re.match(r"( *)(\S+(?:  \S+)*?)(?: {4,}|$)", line)
        assert names, line
        for name in names[2].split("  "):
            folder = name if not names[1] and name.endswith("/") else folder
            assert (ROOT / (folder if names[1] else "") / name).exists(), name


def test_everything_at_the_top_is_in_the_readme():
    tops = {path.relative_to(ROOT).parts[0] for path in tracked()}
    readme = (ROOT / "README.md").read_text()
    named = {f"{top}/" if (ROOT / top).is_dir() else top for top in tops if not top.startswith(".")}
    assert sorted(name for name in named if name not in readme) == []


def test_settings_their_table_and_the_example_agree():
    files = [ROOT / "chatsite/settings.py", ROOT / "tests/__main__.py"]
    code = re.sub(r"(?m)^\s*#.*$", "", "".join(path.read_text() for path in files))
    read = set(re.findall(r'\benv_[a-z_]+\("([A-Z_]+)"', code))
    table = set(re.findall(r"(?m)^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text()))
    example = set(re.findall(r"(?m)^#?([A-Z_]+)=", (ROOT / ".env.example").read_text()))
    assert read == table == example


def test_the_readme_says_why_for_every_library():
    named = set(re.findall(r'(?m)^  "([a-z0-9-]+)', (ROOT / "pyproject.toml").read_text()))
    rows = " ".join(re.findall(r"(?m)^\| ([a-z0-9, ()-]+) \|", (ROOT / "README.md").read_text()))
    assert [name for name in named if name not in re.split(r"[ ,()]+", rows)] == []


def test_no_lock_names_a_registry():
    for path in (ROOT / "requirements.txt", ROOT / "requirements-dev.txt"):
        text = path.read_text()
        assert "--hash=sha256:" in text
        assert not re.search(r"https?://|index-url", text)


def headings_of(path):
    """As a link names them: lower-case, without punctuation, with hyphens for spaces."""
    titles = re.findall(r"(?m)^#+ (.+)$", path.read_text()) if path.suffix == ".md" else []
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_links_between_documents_lead_somewhere():
    lost = [
        (path.name, target, heading)
        for path in tracked("*.md")
        if "standin/replies" not in str(path)
        for target, heading in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", path.read_text())
        if not (there := path.parent / target if target else path).exists()
        or (heading and heading not in headings_of(there))
    ]
    assert lost == []


def test_every_document_is_in_the_index():
    index = (ROOT / "docs/README.md").read_text()
    assert [path.name for path in (ROOT / "docs").glob("*.md") if f"({path.name})" not in index] == ["README.md"]
