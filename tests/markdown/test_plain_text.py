"""The words of a Markdown text, as lists show them."""

import time

import pytest

from conversations.markdown.plain_text import strip_markup


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The **canary** and the __cage__", "The canary and the cage"),
        ("An *old* and a _new_ ***song***, ~~gone~~", "An old and a new song, gone"),
        ("Call `sing()` or ``a ` b``", "Call sing() or a ` b"),
        ("See [the **canary**](https://example.com/a_(b)?x=*y*) there", "See the canary there"),
        ('See [it](/a "A title") and ![a bird](b.png)', "See it and a bird"),
        ("## Birds\n\n> A canary\n> sings", "Birds\n\nA canary\nsings"),
        ("- one\n  * two\n- [x] done\n3. three", "one\ntwo\ndone\n3. three"),
        ("| Name | Size |\n|---|--:|\n| canary | 12 |", "Name  Size\ncanary  12"),
        ("Above\n\n---\n\nbelow", "Above\n\n\nbelow"),
        ("```python\nsing(**words)  # loud\n```\nThen *more*", "sing(**words)  # loud\n\nThen more"),
        ("~~~\n**open", "**open"),
        ("f(x)=x**2 grows, P(A | B) = 1, a ~~ b", "f(x)=x**2 grows, P(A | B) = 1, a ~~ b"),
        ("**~~gone~~** and ~~**gone**~~", "gone and gone"),
        (r"Not \*this\*, costs \$5", "Not *this*, costs $5"),
        (
            "3 * 4 * 5, snake_case_name, a | b, x < y > z, [1] and (2)",
            "3 * 4 * 5, snake_case_name, a | b, x < y > z, [1] and (2)",
        ),
    ],
)
def test_signs_are_left_out_and_words_and_code_stay(text, words):
    assert strip_markup(text) == words


@pytest.mark.parametrize(
    "sign", ["`", "*", "_", "[", "![](", "[a](", "> ", "|", "~~~\n", "`a ", "*a ", "_a", "- ", "\\", " "]
)
def test_many_signs_take_no_long_time(sign):
    start = time.process_time()
    strip_markup((sign * 200_000)[:200_000] + "x")
    assert time.process_time() - start < 3
