"""Formulas become MathML. TeX that cannot be converted stays TeX, and money stays money."""

import pytest

from conversations.markdown import render
from conversations.markdown.formulas import MAX_TEX, render_formula
from tests.markdown.browser import ParsedHtml, extract_text


@pytest.mark.parametrize("text", ["$x^2$", r"\(x^2\)", "$`x^2`$"])
def test_a_formula_in_a_line(text):
    assert '<math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>' in render(f"So {text}.")


@pytest.mark.parametrize("text", ["$$x^2$$", "\\[\nx^2\n\\]", "$$\nx^2\n$$", "```math\nx^2\n```"])
def test_a_formula_on_a_line_of_its_own(text):
    assert '<math display="block"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>' in render(text)


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
    assert "<mo>&lt;</mo>" in render("$a < b$")


def test_text_in_a_formula_is_escaped():
    assert extract_text(render(r"$\text{<script>&#x3C;b>}$")).strip() == "<script>&#x3C;b>"


@pytest.mark.parametrize("tex", [r"\nosuch{x}", r"\frac", r"\left(", "", "{" * 900 + "}" * 900, "x" * (MAX_TEX + 1)])
def test_tex_that_cannot_be_converted_is_shown_as_tex(tex):
    html = render_formula(tex, False)

    assert html.startswith('<code class="tex">')
    assert extract_text(html) == tex


def test_the_longest_formula_is_converted():
    assert render_formula("x" * MAX_TEX, False).startswith("<math")


@pytest.mark.parametrize("tex", [r"\href{javascript:harm()}{x}", r"\style{color:red}{x}", r"\class{turn}{x}"])
def test_of_a_link_or_a_style_only_the_content_is_left(tex):
    html = ParsedHtml(render_formula(tex, False))

    assert html.text == "x"
    assert [attributes for _, attributes in html.elements if attributes] == [{"display": "inline"}]


@pytest.mark.parametrize(
    ("text", "copied"),
    [(r"\(a < b\)", "$a &lt; b$"), (r"\[ \text{'} \]", r"$$\text{'}$$"), (r"$\nosuch{x}$", r"$\nosuch{x}$")],
)
def test_a_formula_keeps_its_tex_to_be_copied(text, copied):
    assert f'<span data-tex="{copied}">' in render(text)


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
