"""Markdown shown as code that holds code itself: one block, and the text after it is text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.markdown import IncrementalRenderer, render
from tests.markdown.browser import Browser, ParsedHtml, extract_text
from tests.markdown.test_any_cut import cuts, render_in_pieces

README = "```markdown\n# Boats\n\n```sh\nmake run\n```\n\nThen *open* it.\n```\n\nThat is **all**.\n"


def in_a_list(text):
    return "1. Write:\n\n" + "".join(f"   {line}".rstrip() + "\n" for line in text.splitlines())


ONE_BLOCK = {
    "a fence": README,
    "two in one": README.replace("\n\nThen", "\n```py\nx\n```\n\nThen"),
    "three levels": README.replace("make run", "```md\n```js\n```\n```"),
    "tildes": README.replace("```", "~~~"),
    "another language": README.replace("markdown", "md"),
    "in a list": in_a_list(README),
    "in a quote": "".join(f"> {line}\n" for line in README.splitlines()),
    "longer outside": "`" + README.replace("it.\n```", "it.\n````"),
    "after code": "```markdown\n# a\n```\n\n" + README,
}


@pytest.mark.parametrize("text", ONE_BLOCK.values(), ids=ONE_BLOCK)
def test_markdown_that_holds_code_is_one_block(text):
    html = render(text)
    last_block = html.rpartition("<pre")[2]

    assert ParsedHtml(html).tags.count("pre") == (2 if text.startswith("```markdown\n# a") else 1)
    assert "Then *open* it.\n</code>" in last_block
    assert "<strong>all</strong>" in last_block


@pytest.mark.parametrize("size", [1, 3, 7, 40, 1_000])
@pytest.mark.parametrize("text", ONE_BLOCK.values(), ids=ONE_BLOCK)
def test_what_follows_the_inner_block_is_never_shown_as_text_while_it_is_written(text, size):
    renderer, browser = IncrementalRenderer(), Browser()
    for start in range(0, len(text), size):
        renderer.write(text[start : start + size])
        browser.apply(renderer.flush())
        assert "<em>" not in browser.committed + browser.tail
    browser.apply(renderer.close())
    assert browser.committed == render(text)


AS_EVER = {
    "an outer fence that is never closed": README.replace("it.\n```", "it.\n"),
    "another language outside": README.replace("markdown", "text"),
    "code that only mentions it": "~~~\n```markdown\n```sh\n```\n~~~\n\n*text*\n\n```\n",
}


@pytest.mark.parametrize("text", AS_EVER.values(), ids=AS_EVER)
def test_where_it_is_ambiguous_the_first_bare_fence_closes(text):
    assert "<em>" in render(text)
    assert render_in_pieces(text, [7]) == render(text)


def test_an_inner_block_without_a_language_closes_the_outer_one():
    assert ParsedHtml(render(README.replace("```sh", "```"))).tags.count("pre") == 2


PIECES = [
    "```markdown\n",
    "```md\n",
    "```sh\n",
    "```\n",
    "```\n",
    "~~~\n",
    "a *b*\n",
    "\n",
    "- c\n",
    "   ",
    "> ",
    "<pre>\n",
]


@settings(derandomize=True, max_examples=400, deadline=None, database=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), cuts)
def test_fences_in_any_order_are_the_same_however_they_are_cut(text, sizes):
    assert render_in_pieces(text, sizes) == render(text)


def test_no_word_of_many_nested_blocks_is_lost():
    assert extract_text(render(README * 50)).count("make run") == 50
