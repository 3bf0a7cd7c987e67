"""Formulas become MathML. TeX that cannot be converted stays TeX, and money stays money."""

import re

import pytest

from conversations.markdown import render
from conversations.markdown.formulas import MAX_TEX, render_formula
from tests.markdown.browser import ParsedHtml, extract_text


@pytest.mark.parametrize("text", ["$x^2$", r"\(x^2\)", "$`x^2`$"])
def test_a_formula_in_a_line(text):
    assert "<math><msup><mi>x</mi><mn>2</mn></msup></math>" in render(f"So {text}.")


@pytest.mark.parametrize("text", ["$$x^2$$", "\\[\nx^2\n\\]", "$$\nx^2\n$$", "```math\nx^2\n```"])
def test_a_formula_on_a_line_of_its_own(text):
    assert '<math display="block"><msup><mi>x</mi><mn>2</mn></msup></math>' in render(text)


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $7.50",
        "from $5 to $6",
        "$5-$6",
        "US$ 5 or CA$ 6",
        "costs $20,000 and $1",
        "$HOME or $USER",
        "`$x$`",
        r"`\(x\)`",
        "[quay](https://example.com/data-math-style)",
    ],
)
def test_money_code_and_addresses_are_no_formulas(text):
    assert "<math" not in render(text)


def test_an_operator_is_written_as_its_character():
    assert "&lt;</mo>" in render("$a < b$")


def test_text_in_a_formula_is_escaped():
    assert extract_text(render(r"$\text{<script>\&lt;}$")).strip() == "<script>&lt;"


@pytest.mark.parametrize("tex", [r"\nosuch{x}", r"\frac", r"\left(", "", "{" * 900 + "}" * 900, "x" * (MAX_TEX + 1)])
def test_tex_that_cannot_be_converted_is_shown_as_tex(tex):
    html = render_formula(tex, False)

    assert html.startswith('<code class="tex" dir="ltr">')
    assert extract_text(html) == tex


def test_the_longest_formula_is_converted():
    assert render_formula("x" * MAX_TEX, False).startswith("<math")


UNSUPPORTED = [
    r"\href{javascript:harm()}{x}",
    r"\style{color:red}{x}",
    r"\begin{nosuch}a\end{nosuch}",
    r"\frac{a}",
    r"x \ce{H2O}",
    r"a & b",
    r"\eqref{a}",
    r"\newcommand{\x}{xx}\x",
    r"\left( a",
    r"\frac{1}{" * 70 + "}" * 70,
    r"\hat" * 70 + " x",
]


@pytest.mark.parametrize("tex", UNSUPPORTED)
def test_no_formula_is_shown_in_part(tex):
    assert extract_text(render_formula(tex, True)) == tex


ALIGNED = ["right no-end", "left no-start"]
LINES = {
    r"\begin{aligned}x &= 1+2 \\ &= 3\end{aligned}": ALIGNED * 2,
    r"\begin{aligned}[t]x &= 1 \\[2pt] &= 3\end{aligned}": ALIGNED * 2,
    r"\begin{align}x &= 1 \nonumber\\ &= 3\end{align}": ALIGNED * 2,
    r"\begin{split}x &= 1 \\ &= 3\end{split}": ALIGNED * 2,
    r"\begin{alignedat}{2}x &= 1 & y &= 3\end{alignedat}": ALIGNED * 2,
    r"x &= 1 \\ &= 3": ALIGNED * 2,
    r"\begin{gathered}a\\b\end{gathered}": [None] * 2,
    r"\begin{gather*}a\\b\end{gather*}": [None] * 2,
    r"a \\ b": [None] * 2,
    r"\begin{equation}\begin{matrix}a & b\end{matrix}\end{equation}": [None] * 3,
    r"\begin{dcases}a & b\end{dcases}": ["left no-end", "left no-end wide-start"],
    r"\begin{array}{c|r}a & b\\ \hline c & d\end{array}": [
        "line-after",
        "right",
        "line-above line-after",
        "right line-above",
    ],
    r"x = 1 \tag{1}": ["half", None, "right half"],
    r"\sum_{\substack{a\\b}} x": [None] * 2,
}


@pytest.mark.parametrize(("tex", "cells"), LINES.items())
def test_lines_of_a_formula_are_aligned(tex, cells):
    elements = ParsedHtml(render(f"$${tex}$$")).elements
    assert [attributes.get("class") for tag, attributes in elements if tag == "mtd"] == cells


WORDS = {
    r"\text{in all other cases}": "in all other cases",
    r"\textbf{in all} \mbox{other} \textrm{cases}": "in allothercases",
    r"x \text{ if $y$ is odd}": "x if y is odd",
    r"x = 50% + 5\% y": "x=50%+5%y",
    r"\text{50\%, a\_b, für “alle” 漢字}": "50%, a_b, für “alle” 漢字",
}


@pytest.mark.parametrize(("tex", "text"), WORDS.items())
def test_words_in_a_formula_keep_their_spaces(tex, text):
    assert extract_text(render(f"$${tex}$$")).replace("\xa0", " ").strip() == text


def test_a_wide_formula_can_be_scrolled_with_the_keyboard():
    focusable = 'tabindex="0" role="group" aria-label="Formula"><math'
    assert focusable in render("$$x$$")
    assert focusable in render(f"So ${'x + ' * 20}y$.")
    assert focusable not in render("So $x$.")


@pytest.mark.parametrize(
    ("text", "copied"),
    [(r"\(a < b\)", "$a &lt; b$"), (r"\[ \text{'} \]", r"$$\text{'}$$"), (r"$\nosuch{x}$", r"$\nosuch{x}$")],
)
def test_a_formula_keeps_its_tex_to_be_copied(text, copied):
    assert f' data-tex="{copied}"' in render(text)


NOTATION = {
    r"\begin{cases}a & b\\ c & d\end{cases}": "mtable",
    r"\frac{a}{b}": "mfrac",
    r"\sqrt[3]{x}": "mroot",
    r"\sum_{i=0}^n x": "munderover",
    r"\vec{v}": "mover",
    r"\boxed{\mathbb{R}}": "menclose",
}


@pytest.mark.parametrize(("tex", "tag"), NOTATION.items())
def test_common_notation_is_converted(tex, tag):
    assert tag in ParsedHtml(render_formula(tex, True)).tags


def test_only_the_first_thousand_formulas_of_a_text_are_converted():
    html = render("".join(f"$x_{{{number}}}$ " for number in range(1_200)))

    assert html.count("<math") == 1_000
    assert html.count('class="tex"') == 200


@pytest.mark.parametrize(
    ("opening", "shown"),
    [
        ("(", "("),
        ("[", "["),
        (r"\{", "{"),
        (r"\langle", "⟨"),
        (r"\lvert", "|"),
        (r"\bigl(", "("),
        (r"( \hat)", "("),
        (r"( ^]", "("),
    ],
)
def test_many_openings_without_a_closing_are_shown(opening, shown):
    html = render("$$" + f"{opening} " * 50 + "$$")
    assert "<math" in html
    assert re.sub(r"<[^>]*>", "", html).count(shown) == 50


def test_many_pairs_look_like_a_few():
    pair = "f(x) = [0, 1) "
    few, many = (render(f"$${pair * number}$$") for number in (1, 20))
    inner = few[few.index("<mi>") : few.rindex("</math>")]
    assert inner * 20 in many
