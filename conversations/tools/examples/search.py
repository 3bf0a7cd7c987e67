"""The tool `search_conversations`."""

from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from conversations.models import Message
from conversations.search.forms import start_of_day
from conversations.search.own import Filters, Result, describe, find_results
from conversations.search.query import parse_query
from conversations.tools.functions import tool
from conversations.tools.results import ToolContext, ToolError

MAX_RESULTS = 10
#: Others have no midnight in some time zones.
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]


@tool(acts=False, title=_("Search my conversations"))
def search_conversations(context: ToolContext, words: str, since: Day | None = None, until: Day | None = None) -> str:
    """Find earlier conversations of the person who asks, by their titles and by what was said in them.

    Returns the best ten, each with its title, its date and the passages that were found. The conversation that is
    going on is not among them.

    Args:
        words: The words that must all occur in one message, in any order. "Quoted words" must follow one another.
        since: The first day, as YYYY-MM-DD.
        until: The last day, as YYYY-MM-DD.
    """
    query = parse_query(words)
    if query.is_too_short:
        raise ToolError("Search for at least one word of two letters.")
    filters = Filters(
        since=start_of_day(since) if since else None,
        before=start_of_day(until + timedelta(days=1)) if until else None,
    )
    results, _is_limited = find_results(context.user, query, filters)
    others = [result for result in results if result.conversation != context.conversation]
    found = describe(context.user, others[:MAX_RESULTS], query)
    return "\n\n".join(map(write_result, found)) or "No conversation was found."


def write_result(result: Result) -> str:
    return "\n".join([f"{read_html(result.title)} (last used {result.updated:%Y-%m-%d})", *write_hits(result)])


def write_hits(result: Result) -> Iterator[str]:
    for hit in result.shown:
        writer = "question" if hit.role == Message.Role.USER else "answer"
        yield f"- {writer} of {hit.created:%Y-%m-%d}: {read_html(hit.snippet)}"


def read_html(html: str) -> str:
    """The text of a title or a snippet on one line, in which nothing but what was found is marked."""
    return " ".join(unescape(html.replace("<mark>", "").replace("</mark>", "")).split())
