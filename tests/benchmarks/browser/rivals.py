"""Pages that render a reply in the browser, with libraries that npm installs into a temporary folder."""

import subprocess
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from tests.packages import program

HERE = Path(__file__).parent
STATIC = HERE.parents[2] / "static"
PACKAGES = (
    "dompurify@3.4.18",
    "esbuild@0.28.2",
    "marked@18.2.1",
    "react@19.3.1",
    "react-dom@19.3.1",
    "streamdown@2.7.1",
)
#: What a row of the table says of each.
NAMES = {"marked": "marked + DOMPurify, per frame", "streamdown": "streamdown, per frame"}
PAGE = """<!doctype html><meta charset=utf-8><title>A reply</title>
<style>body { font: 17px/28px sans-serif; max-width: 68ch; margin: auto }</style>
<div id=answer></div><script type=module src=/rival/script.js></script>"""


def build_scripts() -> dict[str, str]:
    """The script of each page, as one file without imports. Nothing of it becomes part of the site."""
    npm = program("npm", "npm")
    with TemporaryDirectory() as name:
        folder = Path(name) / "tests" / "benchmarks" / "browser"
        folder.mkdir(parents=True)
        copytree(STATIC / "js", Path(name) / "static" / "js")
        for file in HERE.glob("*.js"):
            (folder / file.name).write_text(file.read_text())
        subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", *PACKAGES], cwd=name, check=True)
        return {rival: _bundle(Path(name), folder / f"{rival}.js") for rival in NAMES}


def _bundle(root: Path, entry: Path) -> str:
    options = [
        "--bundle",
        "--minify",
        "--format=esm",
        "--log-level=error",
        '--define:process.env.NODE_ENV="production"',
    ]
    command = [str(root / "node_modules/.bin/esbuild"), str(entry), *options]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
