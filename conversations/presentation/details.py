"""The rows under “Details” of an answer."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chatsite.accounts.models import User
from conversations.claude.efforts import describe_effort
from conversations.claude.models import get_model
from conversations.costs.money import format_dollars
from conversations.models import Conversation, Message, TeamSettings, Usage
from conversations.models.tokens import Tokens
from conversations.presentation.wording import describe_cache_miss

MINUTE = 60

K = TypeVar("K")


def summarize_usage(answers: list[Message], conversation: Conversation, viewer: User) -> dict[UUID, dict[str, Any]]:
    """What answers of one conversation used, by their ids; those of which nothing is known are left out.

    `cost` is in micro-dollars, None where unknown, and missing where the viewer may not see it.
    """
    with_cost = can_see_costs(viewer)
    calls = get_calls(answers, conversation)
    return {
        answer.pk: summarize(answer, calls[answer.pk], with_cost=with_cost) for answer in answers if answer.pk in calls
    }


def can_see_costs(user: User) -> bool:
    return user.is_staff or TeamSettings.current().show_costs


def get_calls(answers: list[Message], conversation: Conversation) -> dict[UUID, list[Usage]]:
    """The calls of each answer; a copy has those of the answer it was made of."""
    replies = Usage.objects.filter(purpose=Usage.Purpose.REPLY)
    calls = group_by_key((row.message_id, row) for row in replies.filter(message__in=answers))
    copies = [answer for answer in answers if answer.request_id and answer.pk not in calls]
    if copies:
        request_ids = {copy.request_id for copy in copies}
        originals = replies.filter(conversation=conversation, message__request_id__in=request_ids)
        texts = [f"message__{field}" for field in ("text", "html", "thinking_html", "content")]
        found = originals.select_related("message").defer(*texts)
        of_originals = group_by_key((row.message.request_id, row) for row in found if row.message)
        calls |= {copy.pk: of_originals[copy.request_id] for copy in copies if copy.request_id in of_originals}
    return calls


def group_by_key(pairs: Iterable[tuple[K | None, Usage]]) -> dict[K, list[Usage]]:
    """Rows by their keys, those without a key left out."""
    groups: dict[K, list[Usage]] = {}
    for key, row in pairs:
        if key is not None:
            groups.setdefault(key, []).append(row)
    return groups


def sum_tokens(answer: Message) -> Tokens | None:
    """The tokens of all calls of an answer; None where nothing is known."""
    calls = get_calls([answer], answer.conversation).get(answer.pk)
    return sum((call.tokens for call in calls), Tokens()) if calls else None


def encode_usage(tokens: Tokens) -> dict[str, int]:
    """The object `usage` of the Messages API."""
    return {
        "input_tokens": tokens.input,
        "output_tokens": tokens.output,
        "cache_creation_input_tokens": tokens.cache_write_5m + tokens.cache_write_1h,
        "cache_read_input_tokens": tokens.cache_read,
    }


def summarize(answer: Message, calls: list[Usage], *, with_cost: bool) -> dict[str, Any]:
    """All calls of an answer together."""
    tokens = sum((call.tokens for call in calls), Tokens())
    # Each further call of an answer was sent all that the one before was, and what that one wrote.
    context = answer.context_tokens or max(call.tokens.prompt + call.tokens.output for call in calls)
    summary: dict[str, Any] = {
        "model": get_model(answer.model).name,
        "input_tokens": tokens.prompt,
        "output_tokens": tokens.output,
        "web_searches": sum(call.web_searches for call in calls),
        "cached_share": tokens.cached_share,
        "cache_miss": next((call.cache_miss for call in calls if call.cache_miss), ""),
        "cache_missed_tokens": sum(call.cache_missed_tokens for call in calls),
        "estimated": any(call.estimated for call in calls),
        "context_percent": round(100 * context / get_model(answer.model).window),
    }
    if with_cost:
        summary["cost"], summary["saved"] = sum_costs(calls), sum(call.saved for call in calls)
    return summary


def sum_costs(rows: Iterable[Usage]) -> int | None:
    """What calls cost together, in micro-dollars; None where the price of one is unknown."""
    costs = [row.cost for row in rows]
    return None if None in costs else sum(cost for cost in costs if cost is not None)


def format_costs(calls: Iterable[Usage]) -> str:
    """What calls cost together, in dollars; while one of them is running, that is not known yet."""
    calls = list(calls)
    if any(call.cost is None and call.state == Usage.State.OPEN for call in calls):
        return _("running")
    return format_dollars(sum_costs(calls))


def build_detail_rows(answer: Message, usage: dict[str, Any] | None, *, for_staff: bool) -> list[tuple[str, str]]:
    """The lines of "Details", each with its name; none for an answer that no model gave here."""
    if not answer.model:
        return []
    rows = [(_("Model"), get_model(answer.model).name)]
    if answer.effort:
        rows.append((_("Effort"), describe_effort(answer.effort)))
    if answer.thinking_seconds is not None:
        rows.append((_("Thinking"), format_duration(answer.thinking_seconds)))
    if usage is not None:
        rows += _usage_rows(usage)
    if answer.finished is not None:
        rows.append((_("Duration"), format_duration((answer.finished - answer.created).total_seconds())))
    if for_staff and answer.request_id:
        rows.append((_("Request"), answer.request_id))
    return rows


def _usage_rows(usage: dict[str, Any]) -> list[tuple[str, str]]:
    sent, written = format_tokens(usage["input_tokens"]), format_tokens(usage["output_tokens"])
    if usage["cached_share"]:
        sent = _("%(tokens)s, %(share)s %% from the cache") % {"tokens": sent, "share": usage["cached_share"]}
    rows = [(_("Sent"), sent), (_("Written"), _add_estimated(written, usage))]
    if usage["cache_miss"]:
        rows.insert(1, (_("Cache"), describe_cache_miss(usage["cache_miss"], usage["cache_missed_tokens"])))
    if usage["web_searches"]:
        searches = number_format(usage["web_searches"], force_grouping=True)
        rows.append((_("Searches in the web"), _add_estimated(searches, usage)))
    if "cost" in usage:
        cost = format_dollars(usage["cost"])
        if usage["cost"] is not None:
            cost = _add_estimated(cost, usage)
        rows.append((_("Cost"), cost))
        if usage["saved"] > 0:
            rows.append((_("Saved by the cache"), format_dollars(usage["saved"])))
    return rows


def _add_estimated(figure: str, usage: dict[str, Any]) -> str:
    return _("%(figure)s, estimated") % {"figure": figure} if usage["estimated"] else figure


def format_tokens(tokens: int) -> str:
    return ngettext("%(count)s token", "%(count)s tokens", tokens) % {
        "count": number_format(tokens, force_grouping=True)
    }


def format_duration(seconds: float) -> str:
    # The two ends come from two clocks, that of the site and that of the database.
    seconds = round(max(seconds, 0), 1)
    if seconds < MINUTE:
        return _("%(seconds)s s") % {"seconds": number_format(seconds, 1)}
    minutes, rest = divmod(round(seconds), MINUTE)
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
