"""Code blocks: their frame, their highlighting, and when they stay plain."""

from html import escape

import pytest

from conversations.markdown import render
from conversations.markdown.code import MAX_HIGHLIGHTED, highlight_code
from tests.markdown.browser import ParsedHtml, extract_text


def test_a_code_block_shows_its_language_and_a_copy_button():
    assert render("```python\nx\n```") == (
        '<div class="code"><div class="code-head"><span class="code-language">python</span>'
        '<button type="button" class="code-copy" data-action="copy-code">Copy</button></div>'
        '<pre dir="ltr" tabindex="0" role="group" aria-label="Code, python"><code>x\n</code></pre></div>\n'
    )


@pytest.mark.parametrize("text", ["```\nx = 1\n```", "    x = 1\n", "~~~\nx = 1\n~~~"])
def test_no_language_is_guessed(text):
    html = render(text)

    assert 'aria-label="Code"' in html
    assert "<span" not in html


HIGHLIGHTED = {
    "def f(x):": '<span class="k">def </span><span class="f">f</span>(x):',
    "x  # why": 'x  <span class="c"># why</span>',
    "x + 12": 'x + <span class="n">12</span>',
    '"a" "b"': '<span class="s">"a" "b"</span>',
}


@pytest.mark.parametrize(("code", "html"), HIGHLIGHTED.items())
def test_tokens_of_one_class_share_an_element(code, html):
    assert highlight_code("python", code) == html


@pytest.mark.parametrize(
    "language", ["python", "js", "html", "css", "json", "bash", "sql", "rust", "go", "diff", "yaml"]
)
def test_highlighting_keeps_every_character(language):
    code = "\n\n  if (a < b && c > 'd') { \"é\" } // <x y='z'>\n\t# - + 1.5e3 \u00a0 漢 👍\n\n"
    assert extract_text(highlight_code(language, code)) == code


@pytest.mark.parametrize("language", ["no-such-language", 'python"onclick', "a" * 40])
def test_code_in_an_unknown_language_stays_plain(language):
    assert '<span class="k' not in render(f"```{language}\ndef f(): pass\n```")


@pytest.mark.parametrize("info", ['python title="app.py"', "hello world", "м", 'py"><b>', "a" * 40])
def test_the_whole_info_string_is_shown_as_text(info):
    html = render(f"```{info}\nx\n```")
    assert f'<span class="code-language">{escape(info, quote=False)}</span>' in html
    assert "b" not in [name for name, _attributes in ParsedHtml(html).elements]


def test_long_code_is_highlighted_up_to_the_limit():
    assert "<span" in highlight_code("python", "x = 1\n" * (MAX_HIGHLIGHTED // 6))


def test_code_over_the_limit_stays_plain():
    assert "<span" not in highlight_code("python", "x = 1\n" * (MAX_HIGHLIGHTED // 6 + 1))


def test_a_long_run_of_words_stays_plain_because_lexers_take_quadratic_time():
    assert "<span" not in highlight_code("java", "public int a " * 100)


@pytest.mark.parametrize("code", ["//" * 300, 'x = "a" ' * 70, '\\"\n' * 600])
def test_long_lines_and_many_escaped_quotes_stay_plain_for_the_same_reason(code):
    assert "<span" not in highlight_code("js", code)


def test_a_text_of_code_alone_is_highlighted_up_to_sixty_thousand_characters():
    html = render(("```python\n" + "y = 2\n" * 2_500 + "```\n\n") * 7)
    assert html.count("<pre") == 7
    assert [('<span class="n">' in block) for block in html.split("<pre")[1:]] == [True] * 4 + [False] * 3


def test_code_in_a_list_has_a_frame_too():
    assert ParsedHtml(render("- a\n\n  ```js\n  let a = 1\n  ```\n")).tags.count("button") == 1
