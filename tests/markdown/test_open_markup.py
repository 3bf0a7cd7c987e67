"""Half-typed markup is shown as what it will be, so that nothing shown is taken back."""

import re

import pytest

from conversations.markdown import IncrementalRenderer, render
from conversations.markdown.open_markup import close_open_markup

from .browser import Browser, text_of

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
    "[boat]: https://exam": "",
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
LEFT_ALONE = [
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


@pytest.mark.parametrize(("half", "whole"), [*CLOSED.items(), *LEFT_OUT.items(), *LINKS.items()])
def test_half_typed_markup_is_healed(half, whole):
    assert close_open_markup(half) == whole


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_is_whole_or_code_is_left_alone(text):
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
def test_nothing_shown_is_taken_back(size):
    growing, browser, before, taken_back = IncrementalRenderer(), Browser(), "", []
    for place in range(0, len(REPLY), size):
        growing.write(REPLY[place : place + size])
        browser.apply(growing.flush())
        now = " ".join(text_of(browser.committed + browser.tail).split())
        if not now.startswith(before):
            taken_back.append((before[-40:], now[-40:]))
        before = now
    assert not taken_back
    assert re.sub(r"\s+", " ", text_of(render(REPLY))).strip() == before
