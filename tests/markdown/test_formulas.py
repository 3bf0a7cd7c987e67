"""Formulas become MathML; what cannot, stays TeX; money stays money."""

import pytest

from conversations.markdown import render
from conversations.markdown.formulas import MAX_TEX, render_formula

from .browser import Seen, text_of


@pytest.mark.parametrize("text", ["$x^2$", r"\(x^2\)", "$`x^2`$"])
def test_a_formula_in_a_line(text):
    assert '<math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>' in render(f"So {text}.")


@pytest.mark.parametrize("text", ["$$x^2$$", "\\[\nx^2\n\\]", "$$\nx^2\n$$", "```math\nx^2\n```"])
def test_a_formula_of_its_own(text):
    assert '<math display="block"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>' in render(text)


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $7.50",
        "from $5 to $6",
        "$5-$6",
        "US$ 5 or CA$ 6",
        "costs $20,000 and $1",
        "`$x$`",
        r"`\(x\)`",
        "$HOME or $USER",
    ],
)
def test_money_and_code_are_no_formulas(text):
    assert "<math" not in render(text)


def test_operators_are_characters_and_text_is_escaped():
    assert "<mo>&lt;</mo>" in render("$a < b$")
    assert text_of(render(r"$\text{<script>&#x3C;b>}$")).strip() == "<script>&#x3C;b>"


@pytest.mark.parametrize("tex", [r"\nosuch{x}", r"\frac", r"\left(", "", "{" * 900 + "}" * 900, "x" * (MAX_TEX + 1)])
def test_what_cannot_be_converted_is_shown_as_tex(tex):
    assert render_formula(tex, False).startswith('<code class="tex">')
    assert text_of(render_formula(tex, False)) == tex


def test_a_long_formula_just_within_the_limit_is_converted():
    assert render_formula("x" * MAX_TEX, False).startswith("<math")


def test_links_and_styles_in_a_formula_leave_only_what_they_held():
    html = render_formula(r"\href{javascript:harm()}{x} \style{color:red}{y} \class{turn}{z}", False)
    assert "javascript" not in html
    assert "style=" not in html
    assert "class=" not in html
    assert text_of(html) == "xyz"


def test_common_notation_is_there():
    html = render_formula(
        r"\begin{cases}\frac{a}{b} & \sqrt[3]{x}\\ \sum_{i=0}^n \vec{v} & \boxed{\mathbb{R}}\end{cases}", True
    )
    assert {"mtable", "mfrac", "mroot", "munderover", "mover", "menclose"} & set(Seen(html).tags) >= {
        "mtable",
        "mfrac",
        "mroot",
    }


def test_a_text_of_nothing_but_formulas_converts_the_first_thousand():
    html = render("".join(f"$x_{{{number}}}$ " for number in range(1_200)))
    assert html.count("<math") == 1_000
    assert html.count('class="tex"') == 200


def test_an_address_that_names_the_attribute_of_formulas_is_a_link():
    html = render("[quay](https://example.com/data-math-style) $x$")
    assert 'href="https://example.com/data-math-style"' in html
    assert html.count("<math") == 1
