"""What people and Claude write, and what a reader sees of it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.markdown import render
from tests.markdown.browser import ParsedHtml
from tests.markdown.test_any_cut import render_in_pieces

VISIBLE = {"strong", "em", "del", "code", "br", "ul", "li", "blockquote"}


class Seen(ParsedHtml):
    """The text of a piece of HTML, with the elements that a reader can see around it; a link is in angle brackets."""

    def handle_starttag(self, tag, attributes):
        super().handle_starttag(tag, attributes)
        self.text += f"<{tag}>" if tag in VISIBLE else "⟨" * (tag == "a")

    def handle_endtag(self, tag):
        super().handle_endtag(tag)
        self.text += f"</{tag}>" if tag in VISIBLE else "⟩" * (tag == "a")


def see(html):
    return Seen(html).text.strip()


EMPHASIS = {
    "含有**「要点」**的。**提醒：**先": "含有<strong>「要点」</strong>的。<strong>提醒：</strong>先",
    "**한국어(괄호)**는": "<strong>한국어(괄호)</strong>는",
    "これは**「重要」**です。*『本』*を": "これは<strong>「重要」</strong>です。<em>『本』</em>を",
    "~~「旧」~~新": "<del>「旧」</del>新",
    "takes 3~5 days, in winter 10~15": "takes 3~5 days, in winter 10~15",
    "3~5 **days (10~15)**": "3~5 <strong>days (10~15)</strong>",
    "`~/a` ~x~ and ~~gone~~": "<code>~/a</code> ~x~ and <del>gone</del>",
    r"\~5 to \~~6, \\~7~": r"~5 to ~~6, \~7~",
    "https://example.com/~alice/ and `~/x~`": "⟨https://example.com/~alice/⟩ and <code>~/x~</code>",
    "2*3*4 and 5*x*2, *so*": "2*3*4 and 5*x*2, <em>so</em>",
    "snake_case_name, 2 * 3 * 4": "snake_case_name, 2 * 3 * 4",
}
MONEY = [
    "PATH=$HOME/bin:$PATH",
    "export A=${HOME}/x:${USER}, $(pwd):$(id)",
    "US$/A$",
    "paid $5, not 6$",
    "$990/mo, pro $1,500",
    "from $5 to $6, $5-$6, $5/$6 and US$ 5 or CA$ 6",
    "costs $5k or 6$, cheap",
    "the $USD and EUR$ pair",
    "$name, $other; $a/$b $1,$2 $1$2 $_GET.$_POST",
    "hotels cost $$ to $$, or $$$",
    "5$ or 6$",
    "'$x' and '$y'",
]
FORMULAS = {
    "$x^2$": "x2",
    "$x$-axis, ($y$), the $n$th of $k$s: $z$.": "x-axis, (y), the nth of ks: z.",
    "是$x^2$吗": "是x2吗",
    "$5 and $x$": "$5 and x",
    "$2xy + 3$, $AB$, $100$": "2xy+3, AB, 100",
    "$O(n \\log n)$": "O(nlog\u2061n)",  # the character that applies a function is not visible
    "$$\nx^2\n$$": "x2",
    r"\(x^2\) and \[y\]": "x2 and y",
    "`$x$` `\\(x\\)`": r"<code>$x$</code> <code>\(x\)</code>",
    "`US$` and $x$ and `$`": "<code>US$</code> and x and <code>$</code>",
}
LINKS = {
    "https://example.com/guide（公式）をご覧ください。See": "⟨https://example.com/guide⟩（公式）をご覧ください。See",
    "「https://example.com/a」、https://example.com/b。": "「⟨https://example.com/a⟩」、⟨https://example.com/b⟩。",
    "网址：https://example.com，谢谢": "网址：⟨https://example.com⟩，谢谢",
    "https://example.comをご覧": "⟨https://example.com⟩をご覧",
    "www.example.com（例）": "⟨www.example.com⟩（例）",
    "“https://example.com/x” «https://example.com/y»": "“⟨https://example.com/x⟩” «⟨https://example.com/y⟩»",
    "https://a.example（https://b.example）": "⟨https://a.example⟩（⟨https://b.example⟩）",
    "https://ja.wikipedia.org/wiki/日本_(島)": "⟨https://ja.wikipedia.org/wiki/日本_(島)⟩",
    "https://en.wikipedia.org/wiki/Michelson–Morley": "⟨https://en.wikipedia.org/wiki/Michelson–Morley⟩",
    "https://例え.example/道": "⟨https://例え.example/道⟩",
    "https://example.com/x（公式）と**「要点」**は`a`": "⟨https://example.com/x⟩（公式）と<strong>「要点」</strong>は<code>a</code>",
    "**https://example.com/x**（公式）": "<strong>⟨https://example.com/x⟩</strong>（公式）",
    "[道](https://example.com/（a）) <https://example.com/（a）>": "⟨道⟩ ⟨https://example.com/（a）⟩",
    "`https://example.com/x（公式）`": "<code>https://example.com/x（公式）</code>",
    "[https://example.com/（a）](https://example.com/x)": "⟨https://example.com/（a）⟩",
}
DEFINITIONS = {
    "[Anna]: Hello\n[Ben]: Hi": "[Anna]: Hello<br>\n[Ben]: Hi",
    "[INFO]: started\n[WARN]: slow": "[INFO]: started<br>\n[WARN]: slow",
    "[^1]: Wikipedia": "[^1]: Wikipedia",
    "So it is[^1].\n\n[^1]: Wikipedia": "So it is[^1].\n[^1]: Wikipedia",
    "So it is[^1].\n\n[^1]: https://example.com": "So it is[^1].\n[^1]: ⟨https://example.com⟩",
    "[Anna]: Hello\n\n[Anna] waves": "[Anna]: Hello\n[Anna] waves",
    "[1]: https://example.com": "[1]: ⟨https://example.com⟩",
    "`[1]`\n\n[1]: https://example.com": "<code>[1]</code>\n[1]: ⟨https://example.com⟩",
    "> [Anna]: Hello": "<blockquote>\n[Anna]: Hello\n</blockquote>",
    "- [Anna]: Hello": "<ul>\n<li>[Anna]: Hello</li>\n</ul>",
    "see [quay]\n\n[quay]: https://example.com": "see ⟨quay⟩",
    "`a[0]: int` and d[k]: v": "<code>a[0]: int</code> and d[k]: v",
}
LINES = {
    "Anna Smith\nMain Street 1\nBerlin": "Anna Smith<br>\nMain Street 1<br>\nBerlin",
    "- a\n  b\n\n> c\n> d": "<ul>\n<li>a<br>\nb</li>\n</ul>\n<blockquote>\nc<br>\nd\n</blockquote>",
    "a  \nb\\\nc": "a<br>\nb<br>\nc",
}
TEXTS = {**EMPHASIS, **{text: text for text in MONEY}, **FORMULAS, **LINKS, **DEFINITIONS, **LINES}


@pytest.mark.parametrize(("text", "seen"), TEXTS.items())
def test_a_reader_sees_what_was_meant(text, seen):
    assert see(render(text)) == seen


@pytest.mark.parametrize("sizes", [[1], [3, 5]])
@pytest.mark.parametrize(("text", "seen"), TEXTS.items())
def test_a_reader_sees_the_same_while_the_text_grows(text, seen, sizes):
    """Only a link that is used before its definition waits for the end, when the caller sends the whole."""
    html = render_in_pieces(text, sizes)
    assert see(html) == seen or "[quay]:" in text


TABLE = "| a | b |\n|---|---|\n"
ROWS = {
    "| `a || b` | c |": ["a || b", "c"],
    "| `` a ` | b `` | c": ["a ` | b", "c"],
    "| ` | ` |": ["`", "`"],
    "| x | y | z |": ["x", "y | z"],
    r"| x \| y | z |": ["x | y", "z"],
    r"| $|x|$ | \(|y|\) |": ["|x|", "|y|"],
    "| x |": ["x", ""],
    "||| x |": ["", "| x"],
    "| x |||": ["x", "|"],
}


@pytest.mark.parametrize("prefix", ["", "> ", "  "])
@pytest.mark.parametrize(("row", "cells"), ROWS.items())
def test_no_cell_of_a_row_is_lost(row, cells, prefix):
    html = render("".join(f"{prefix}{line}\n" for line in f"{TABLE}{row}".splitlines()))
    assert [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", html)] == cells


def test_a_table_of_one_column_holds_code_with_bars():
    assert '<code dir="ltr">a || b</code></td>' in render("| a |\n|---|\n| `a || b` |")


def test_the_head_of_a_table_holds_code_with_bars():
    assert re.findall(r"<th[^>]*>(.*?)</th>", render("| `a|b` | c |\n|---|---|\n")) == [
        '<code dir="ltr">a|b</code>',
        "c",
    ]


words = st.integers(10, 99).map(lambda number: f"q{number}")
signs = st.sampled_from(
    [*" \n$~|[]:*_^\\", "$$", "~~", "`", "**", "\n\n", "- ", "> ", "\n|-|-|\n", "]:", "[^1]: ", "（", "https://a.b/"]
)


@settings(derandomize=True, max_examples=300, deadline=None, database=None)
@given(st.lists(st.one_of(words, words, signs), max_size=30).map("".join))
def test_no_word_is_ever_lost(text):
    text = re.sub(r"~~~+|```+", "", text)  # the words after a fence are no part of the code
    seen = re.sub(r"[\s\u2061]", "", ParsedHtml(render(text)).text)
    assert [word for word in re.findall(r"q\d\d", text) if word not in seen] == []
