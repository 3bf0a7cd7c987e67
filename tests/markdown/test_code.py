"""Blocks of code: their frame, their colours, and when they stay plain."""

import pytest

from conversations.markdown import render
from conversations.markdown.code import MAX_HIGHLIGHTED, highlight_code

from .browser import Seen, text_of


def test_a_block_of_code_has_a_head_with_its_language_and_a_copy_button():
    assert render("```python\nx\n```") == (
        '<div class="code"><div class="code-head"><span class="code-language">python</span>'
        '<button type="button" class="code-copy" data-action="copy-code">Copy</button></div>'
        '<pre tabindex="0" role="group" aria-label="Code, python"><code>x\n</code></pre></div>\n'
    )


@pytest.mark.parametrize("text", ["```\nx = 1\n```", "    x = 1\n", "~~~\nx = 1\n~~~"])
def test_without_a_language_none_is_guessed(text):
    html = render(text)
    assert 'aria-label="Code"' in html
    assert "<span" not in html


def test_colours_are_few_classes_and_neighbours_share_one_element():
    html = highlight_code("python", 'def f(x):  # why\n    return "a" "b" + 12\n')
    assert '<span class="k">def </span><span class="f">f</span>(x):' in html
    assert '<span class="c"># why' in html
    assert html.count('class="s"') == 1
    assert '<span class="n">12' in html


@pytest.mark.parametrize(
    "language", ["python", "js", "html", "css", "json", "bash", "sql", "rust", "go", "diff", "yaml"]
)
def test_code_keeps_every_character(language):
    code = "\n\n  if (a < b && c > 'd') { \"é\" } // <x y='z'>\n\t# - + 1.5e3 \u00a0 漢 👍\n\n"
    assert text_of(highlight_code(language, code)) == code


@pytest.mark.parametrize("language", ["no-such-language", 'python"onclick', "a" * 40])
def test_an_unknown_language_stays_plain(language):
    assert '<span class="k' not in render(f"```{language}\ndef f(): pass\n```")


def test_only_a_name_is_taken_for_a_language():
    seen = Seen(render('```py"><b>\nx\n```'))
    assert "code-language" not in str(seen.elements)


def test_over_20_000_characters_code_stays_plain():
    line = "x = 1\n"
    assert "<span" in highlight_code("python", line * 3000)
    assert "<span" not in highlight_code("python", line * (MAX_HIGHLIGHTED // len(line) + 1))


def test_words_without_end_stay_plain_as_lexers_look_ahead_over_them():
    assert "<span" not in highlight_code("java", "public int a " * 100)


def test_code_in_a_list_is_dressed_too():
    assert Seen(render("- a\n\n  ```js\n  let a = 1\n  ```\n")).tags.count("button") == 1
