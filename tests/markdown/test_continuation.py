"""A text that was cut, and its continuation: code, lists, quotes and tables go on."""

from collections import Counter

import pytest

from conversations.markdown import IncrementalRenderer, find_opening, render
from tests.markdown.browser import Browser, ParsedHtml, extract_text

# What was written until the cut, what came then, and a text that is rendered as the continuation must be.
CONTINUED = {
    "code": (
        "Run:\n\n```python\nfor i in ra",
        "nge(9):\n    f(i)\n```\n\nDone.",
        "```python\nnge(9):\n    f(i)\n```\n\nDone.",
    ),
    "code at the end of a line": ("```sh\nls\n", "pwd\n```\n\nDone.", "```sh\npwd\n```\n\nDone."),
    "code in a list": ("3. a\n\n   ```js\n   le", "t a\n   b\n   ```\n4. c", "3. ```js\n   t a\n   b\n   ```\n4. c"),
    "code that Claude opens again": (
        "```python\nfor",
        "```python\nfor i in x\n```\nDone.",
        "```python\nfor i in x\n```\nDone.",
    ),
    "code that is closed first": ("```python\nf()\n", "```\n\nDone and said.", "```python\n```\n\nDone and said."),
    "an item": ("- a\n- the sec", "ond point\n- c", "- ond point\n- c"),
    "a nested item": ("1. a\n   - the sec", "ond point\n   - c\n2. d", "1. - ond point\n   - c\n2. d"),
    "an item that Claude begins anew": ("- a\n- the sec", "- the second point\n- c", "- the second point\n- c"),
    "a list at the end of a line": ("3. a\n", "4. b\n5. c", "4. b\n5. c"),
    "a quote": ("> words of", " Ada\n> and more\n\nDone.", ">  Ada\n> and more\n\nDone."),
    "a row of a table": ("|a|b|\n|-|-|\n|1|2|\n|3", "|4|\n|5|6|\n\nDone.", "|a|b|\n|-|-|\n|3|4|\n|5|6|\n\nDone."),
    "a table at the end of a row": ("|a|b|\n|-|-|\n|1|2|\n", "|3|4|\n|5|6|", "|a|b|\n|-|-|\n|3|4|\n|5|6|"),
    "a table that had ended": ("|a|b|\n|-|-|\n|1|2|\n", "\nAnd now for the text.", "And now for the text."),
    "a paragraph": ("The quay is", " near the *mill*.", "near the *mill*."),
    "closed code": ("```\na\n```", "\n\nDone and said.", "Done and said."),
    "a list that had ended": ("- a\n\nThe text", " goes on and on.", "goes on and on."),
}


@pytest.mark.parametrize(("before", "text", "whole"), CONTINUED.values(), ids=CONTINUED)
def test_a_continuation_is_rendered_below_what_was_open(before, text, whole):
    opening = find_opening(before)
    assert render(opening.put_before(text) if opening else text) == render(whole)


@pytest.mark.parametrize("size", [1, 2, 5, 100])
@pytest.mark.parametrize(("before", "text", "whole"), CONTINUED.values(), ids=CONTINUED)
def test_a_continuation_looks_the_same_while_it_is_written(before, text, whole, size):
    renderer, browser = IncrementalRenderer(opening=find_opening(before)), Browser()
    for start in range(0, len(text), size):
        renderer.write(text[start : start + size])
        browser.apply(renderer.flush())
    browser.apply(renderer.close())

    assert (browser.committed, browser.tail) == (render(whole), "")


def test_no_character_of_a_continuation_is_lost_at_any_cut():
    text = "1. a\n   ```py\n   x = 1\n   ```\n2. b\n   - c\n\n|a|b|\n|-|-|\n|1|2|\n\n> quote\n\nend"
    for cut in range(1, len(text)):
        opening = find_opening(text[:cut])
        html = render(opening.put_before(text[cut:]) if opening else text[cut:])
        assert Counter(filter(str.isalpha, text[cut:])) <= Counter(extract_text(html))


def test_code_that_goes_on_has_the_language_of_its_beginning():
    opening = find_opening("```python\nfor i in ra")
    assert opening
    html = render(opening.put_before("nge(9): pass\n```"))
    assert ParsedHtml(html).tags.count("pre") == 1
    assert 'aria-label="Code, python"' in html
