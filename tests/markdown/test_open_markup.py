"""Half-typed markup is shown as what it will probably become, so that nothing shown is taken back."""

from itertools import pairwise

import pytest

from conversations.markdown import IncrementalRenderer, render
from conversations.markdown.open_markup import close_open_markup
from tests.markdown.browser import Browser, extract_text

CLOSED = {
    "a **b": "a **b**",
    "a **b *c": "a **b *c***",
    "a **b*": "a **b**",
    "a **b** *c": "a **b** *c*",
    "a **b\n": "a **b**",
    "a `b": "a `b`",
    "a ``b ` c": "a ``b ` c``",
    "a `**b": "a `**b`",
    "a ~~b": "a ~~b~~",
    "a ~~b~": "a ~~b~~",
    "3~5 days": "3~5 days",
    "[boat]: https://exam": "[boat]: https://exam",
    "a _b": "a _b_",
    "snake_case": "snake_case",
    "2 * 3": "2 * 3",
    r"a \*b": r"a \*b",
    "**a ": "**a**",
    "- **a\n- b": "- **a\n- b",
    "| a |\n|---|\n| **b | *c": "| a |\n|---|\n| **b | *c*",
}
LEFT_OUT = {
    "a **": "a ",
    "a `": "a ",
    "a ~": "a ",
    "a\n-": "a\n",
    "a\n---": "a\n",
    "a\n==": "a\n",
    "a\n#": "a\n",
    "a\n>": "a\n",
    "a\n1.": "a\n",
    "a\n- [": "a\n",
    "a\n- [x]": "a\n",
    "a\n``": "a\n",
    "a\n```pyth": "a\n",
    "- a\n  ~~~": "- a\n",
    "a\n| b | c": "a\n",
    "a\n| b | c |\n": "a\n",
    "a\n| b | c |\n|--": "a\n",
    "a \\": "a ",
    "a &am": "a ",
    r"a \(x": "a ",
    "a $$x": "a ",
    "a $": "a ",
    "a $\\frac": "a ",
}
LINKS = {
    "a [b": "a b",
    "a [b]": "a b",
    "a [b](htt": "a b",
    "a [b](https://x/(y)": "a b",
    "a ![b](htt": "a b",
    'a [b](c "t': "a b",
    "a <https://ex": "a https://ex",
    "a [b](c) d": "a [b](c) d",
}
COMPLETE = [
    "    **a",
    "- ```\n  a **b",
    "- ```\n  [a",
    "costs $5 and",
    r"costs \$",
    r"$\frac{a}{b}$",
    "| a |\n|---|\n| b | c",
    "a\n\n---\n",
    "- [x] a",
    "`[a`",
]


@pytest.mark.parametrize(("half", "closed"), CLOSED.items())
def test_open_emphasis_and_code_are_closed(half, closed):
    assert close_open_markup(half) == closed


@pytest.mark.parametrize(("half", "rest"), LEFT_OUT.items())
def test_markup_of_unknown_meaning_is_left_out(half, rest):
    assert close_open_markup(half) == rest


@pytest.mark.parametrize(("half", "text"), LINKS.items())
def test_a_half_typed_link_shows_its_text(half, text):
    assert close_open_markup(half) == text


@pytest.mark.parametrize("text", COMPLETE)
def test_complete_markup_and_code_stay_unchanged(text):
    assert close_open_markup(text) == text


REPLY = """# Boats in *calm* water

The **quay** is [near the *old* mill](https://example.com/mill) and `boats`
lie ~~there~~ **here *and* there**, AT&T says.

- **First**: `ropes` and [sails](https://example.com)
- [ ] second
  1. nested
  2. twice

| Name | Length |
|------|-------:|
| **Ada** | 12 |
| `Bob` | 9 |

> A quote with **strong** words
> over two lines

```python
def row(boat):
    return boat  # ``` no end
```

Costs $5, and the area is \\(a \\cdot b\\) or

$$
\\frac{a}{b}
$$

Last ***words***
"""


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13])
def test_text_that_was_shown_is_never_taken_back(size):
    renderer, browser, shown = IncrementalRenderer(), Browser(), [""]
    for start in range(0, len(REPLY), size):
        renderer.write(REPLY[start : start + size])
        browser.apply(renderer.flush())
        shown.append(" ".join(extract_text(browser.committed + browser.tail).split()))

    taken_back = [(before, after) for before, after in pairwise(shown) if not after.startswith(before)]
    assert taken_back == []
    assert shown[-1] == " ".join(extract_text(render(REPLY)).split())
