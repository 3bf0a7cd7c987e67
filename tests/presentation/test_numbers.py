"""Numbers in sentences are written as the reader's language writes them."""

from django.utils import translation

from conversations.models import Unsendable
from conversations.presentation.wording import describe_cache_miss, describe_unsendable


def test_thousands_are_grouped_as_in_german():
    refused = Unsendable("pages", model="Claude", limit=600, count=1_200)
    with translation.override("de"):
        assert "1.200" in describe_unsendable(refused)
        assert "30.000" in describe_cache_miss("unavailable", 30_000)
