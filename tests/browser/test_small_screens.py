"""Pages on a phone."""

import pytest
from django.utils import timezone

from chatsite.accounts.models import ApiToken

pytestmark = pytest.mark.browser
TABLE = "| size | price |\n|---|---|\n" + "| Small and medium-sized things of many colours | $12,345.67 |\n" * 3


@pytest.fixture
def small_window(open_window, alice):
    return open_window(alice, viewport={"width": 390, "height": 780})


def lines_of(locator) -> int:
    """How many lines of text an element holds."""
    return int(
        locator.evaluate(
            """element => {
                const range = document.createRange();
                range.selectNodeContents(element);
                return new Set([...range.getClientRects()].map((rect) => Math.round(rect.top))).size;
            }"""
        )
    )


def test_a_button_beside_a_long_text_is_not_cut(small_window, alice):
    token, _ = ApiToken.issue(alice, "my script")
    token.last_used = timezone.now()
    token.save()
    small_window.page.goto("/settings/tokens/")
    assert lines_of(small_window.button("Revoke my script")) == 1


def test_a_word_in_a_table_is_not_cut(small_window):
    small_window.page.goto("/")
    small_window.ask_and_wait(f"A table [[rate:0]][[text]]{TABLE}[[/text]]")
    assert lines_of(small_window.answer.locator("td").nth(1)) == 1
