"""Converts TeX to MathML, or shows the TeX itself if any of it cannot be converted. Called by `decorate`."""

import re
from functools import lru_cache
from html import escape

from math_core import LatexError, LatexToMathML

from conversations.markdown.depth import find_depth
from conversations.markdown.sanitizer import MATH, MATH_CLASSES

MAX_TEX = 2_000
MAX_FORMULA_DEPTH = 60

# Definitions in a formula could make it thousands of times longer.
DEFINITION = re.compile(r"\\(?:(?:re)?newcommand|providecommand|[egx]?def|let|DeclareMathOperator)(?![A-Za-z])")
NESTING = re.compile(r"\\left(?![a-z])|\\right(?![a-z])|\\begin|\\end|\\[A-Za-z]+|\\.|[{}^_]", re.DOTALL)
PERCENT = re.compile(r"(\\.)|%", re.DOTALL)  # would begin a comment, and the rest of the formula would be missing
LEFT_OUT = re.compile(r"\\label\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])")
ROW_GAP = re.compile(r"\\\\\*?[ \t]*\[[ \t]*-?[0-9.]+[ \t]*[a-z]{2}[ \t]*\]")
# Environments that the converter does not know or would number, and their arguments.
ENVIRONMENT = re.compile(
    r"\\(begin|end)\{(align(?:at|ed|edat)?|gather(?:ed)?|split|equation|smallmatrix|multline)\*?\}"
)
ENVIRONMENT_ARGUMENTS = re.compile(r"(\\begin\{(?:aligned|gathered|align\*)\})(?:\[[tbc]\])?(?:\{\d+\})?")
SAME_ENVIRONMENT = {
    "align": "aligned",
    "alignat": "aligned",
    "alignedat": "aligned",
    "split": "aligned",
    "equation": "gathered",
    "gather": "gathered",
    "multline": "gathered",
    "smallmatrix": "matrix",
}
INNERMOST_ENVIRONMENT = re.compile(r"\\begin\{(\w+\*?)\}(?:(?!\\begin).)*?\\end\{\1\}", re.DOTALL)
FORMULA_IN_TEXT = re.compile(r"\\(?:text|mbox|textrm)\{[^{}$]*\$[^{}]*\}")
MACROS = {
    **dict.fromkeys(("mbox", "hbox", "textnormal", "textup"), r"\text{#1}"),
    **dict.fromkeys(("dotsb", "dotsc", "dotsm", "dotso"), r"\dots"),
    "pmb": r"\boldsymbol{#1}",
    "smash": "#1",
    "substack": r"\begin{matrix}#1\end{matrix}",
}

# For each opening the converter looks for a closing, in time that doubles with every one that has none.
MAX_OPENINGS = 8
OPENINGS = {
    **{sign: sign for sign in "([⟨⟦⌈⌊⦃⦅⟪"},
    **{r"\{": "{", r"\lbrace": "{", r"\lbrack": "[", r"\lparen": "(", r"\lvert": "|", r"\lVert": "‖"},
    **{r"\langle": "⟨", r"\lang": "⟨", r"\lAngle": "⟪", r"\llangle": "⦉", r"\lfloor": "⌊", r"\lceil": "⌈"},
    **{r"\lgroup": "⟮", r"\lmoustache": "⎰", r"\llbracket": "⟦", r"\lBrace": "⦃", r"\llparenthesis": "⦇"},
    **{r"\llcorner": "⌞", r"\ulcorner": "⌜"},
}
# After what the first group matches, the converter looks for no closing.
OPENING = re.compile(
    r"(\\(?:left|right|middle|[bB]igg?[rm]?)(?![A-Za-z])\s*)?"
    rf"({'|'.join(re.escape(opening) + r'(?![A-Za-z])' * opening[-1].isalpha() for opening in OPENINGS)})"
)
SIZED_OPENING = re.compile(r"\\([bB]igg?)l(?![A-Za-z])")
#: Private characters stand for openings: their code points are larger by this.
OPENING_LETTERS = 0xF0000
OPENING_LETTER = re.compile(r"<mi[^<>]*>([\U000F0000-\U000F2FFF])</mi>|([\U000F0000-\U000F2FFF])")

MATHML_TAG = re.compile(r"<(/?)([a-z]+)([^<>]*?)(/?)>")
STYLE = re.compile(r' style="([^"]*)"')
COLOR = re.compile(r"color: ?(#[0-9A-F]{6})")
TEXT_ELEMENTS = {"b": "strong", "i": "em", "em": "em", "code": "code", "span": "span"}

_CONVERTER = LatexToMathML(macros=MACROS, fancy_error=False, allow_unreliable_rendering=True)


class UnsupportedFormula(Exception):
    """The formula has an element that is not allowed."""


@lru_cache(maxsize=512)  # a growing paragraph is rendered again and again with the formulas in it
def render_formula(tex: str, display: bool) -> str:
    """Return MathML, or the TeX in a `code` element if it is too long or deep or any of it cannot be converted."""
    if len(tex) > MAX_TEX or not tex.strip() or DEFINITION.search(tex) or measure_depth(tex) > MAX_FORMULA_DEPTH:
        return render_tex(tex)
    try:
        supported_tex = _hide_openings(_write_supported_tex(tex))
        mathml = _CONVERTER.convert_with_local_state(supported_tex, displaystyle=display)
        html = MATHML_TAG.sub(_write_tag, OPENING_LETTER.sub(_write_opening, mathml))
        return html if find_depth(html) <= MAX_FORMULA_DEPTH else render_tex(tex)
    except (LatexError, UnsupportedFormula):
        return render_tex(tex)


def render_tex(tex: str) -> str:
    return f'<code class="tex" dir="ltr">{escape(tex.strip(), quote=False)}</code>'


def measure_depth(tex: str) -> int:
    """Return how deep the converter would recurse: for groups, and for commands that are arguments of each other."""
    depth = deepest = run = position = 0
    for match in NESTING.finditer(tex):
        sign = match[0]
        run = run + 1 if not tex[position : match.start()].strip() else 1
        position = match.end()
        if sign in ("{", r"\left", r"\begin"):
            depth += 1
        elif sign in ("}", r"\right", r"\end"):
            depth -= 1
        deepest = max(deepest, depth, run)
    return deepest


def _write_supported_tex(tex: str) -> str:
    """Return the same formula in commands that the converter knows."""
    tex = PERCENT.sub(lambda match: match[1] or r"\%", tex)
    tex = ROW_GAP.sub(r"\\\\", LEFT_OUT.sub("", tex))
    is_tagged = r"\tag" in tex
    tex = ENVIRONMENT.sub(lambda match: _rename_environment(match[1], match[2], is_tagged), tex)
    tex = ENVIRONMENT_ARGUMENTS.sub(r"\1", tex)
    tex = FORMULA_IN_TEXT.sub(lambda match: _split_text(match[0]), tex)
    rest, count = tex, 1
    while count:
        rest, count = INNERMOST_ENVIRONMENT.subn("", rest)
    if r"\\" in re.sub(r"\{[^{}]*\}", "", rest):
        environment = "aligned" if "&" in rest else "gathered"
        tex = rf"\begin{{{environment}}}{tex}\end{{{environment}}}"
    if is_tagged and "*}" not in tex:
        tex = rf"\begin{{equation*}}{tex}\end{{equation*}}"
    return tex


def _hide_openings(tex: str) -> str:
    """Return the formula with a letter for each opening, where there are many. They need no closing to look right."""
    if len(OPENING.findall(tex)) <= MAX_OPENINGS:
        return tex
    tex = SIZED_OPENING.sub(r"\\\1", tex)
    return OPENING.sub(lambda match: match[0] if match[1] else chr(OPENING_LETTERS + ord(OPENINGS[match[2]])), tex)


def _write_opening(match: re.Match[str]) -> str:
    opening = chr(ord(match[1] or match[2]) - OPENING_LETTERS)
    return f'<mo stretchy="false">{opening}</mo>' if match[1] else opening


def _rename_environment(begin_or_end: str, name: str, is_tagged: bool) -> str:
    if is_tagged and name in ("align", "alignat", "equation", "gather", "multline"):
        return rf"\{begin_or_end}{{{name.removesuffix('at')}*}}"
    return rf"\{begin_or_end}{{{SAME_ENVIRONMENT.get(name, name)}}}"


def _split_text(text: str) -> str:
    r"""Return "\text{if }x\text{ is odd}" for "\text{if $x$ is odd}"."""
    command, content = text[:-1].split("{", 1)
    parts = content.split("$")
    return "".join(part if index % 2 else f"{command}{{{part}}}" for index, part in enumerate(parts))


def _write_tag(match: re.Match[str]) -> str:
    """Return a tag of the converter's with classes in place of styles. Raise UnsupportedFormula if it is not allowed.

    The converter escapes all text, so every tag is its own.
    """
    slash, name, attributes, is_empty = match.groups()
    if name in TEXT_ELEMENTS:
        return f"<{slash}{TEXT_ELEMENTS[name]}>"
    if name not in MATH:
        raise UnsupportedFormula(name)
    end = f"></{name}>" if is_empty else ">"
    return f"<{slash}{name}{STYLE.sub(_write_style, attributes)}{end}"


def _write_style(match: re.Match[str]) -> str:
    style = match[1]
    if color := COLOR.match(style):
        return f' mathcolor="{color[1]}"'
    classes = [css_class for declaration, css_class in MATH_CLASSES.items() if declaration in style]
    return f' class="{" ".join(classes)}"' if classes else ""
