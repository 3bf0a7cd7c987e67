"""What stands under "Details" of an answer: its model, tokens, cost and time. For turns.py."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chatsite.accounts.models import User
from conversations.claude.models import Tokens, get_model
from conversations.costs.money import format_dollars
from conversations.models import Conversation, Message, TeamSettings, Usage

MINUTE = 60


def usage_of(answers: list[Message], conversation: Conversation) -> dict[UUID, dict[str, Any]]:
    """What answers of one conversation used, by their ids; those of which nothing is known are left out.

    `cost` is in millionths of a dollar, None where not known, and missing where its owner is not to see it.
    """
    with_cost = sees_costs(conversation.owner)
    calls = calls_of(answers, conversation)
    return {each.pk: _summary(each, calls[each.pk], with_cost=with_cost) for each in answers if each.pk in calls}


def sees_costs(user: User) -> bool:
    return user.is_staff or TeamSettings.current().show_costs


def calls_of(answers: list[Message], conversation: Conversation) -> dict[UUID, list[Usage]]:
    """The calls of each answer; a copy has those of the answer it was made of."""
    replies = Usage.objects.filter(purpose=Usage.Purpose.REPLY)
    calls = _grouped((row.message_id, row) for row in replies.filter(message__in=answers))
    copies = {each.request_id: each.pk for each in answers if each.request_id and each.pk not in calls}
    if copies:
        originals = replies.filter(conversation=conversation, message__request_id__in=copies)
        found = originals.select_related("message").defer("message__text", "message__html", "message__blocks")
        calls |= _grouped((copies[row.message.request_id], row) for row in found if row.message)
    return calls


def _grouped(pairs: Iterable[tuple[UUID | None, Usage]]) -> dict[UUID, list[Usage]]:
    groups: dict[UUID, list[Usage]] = {}
    for pk, row in pairs:
        if pk is not None:
            groups.setdefault(pk, []).append(row)
    return groups


def _summary(answer: Message, rows: list[Usage], *, with_cost: bool) -> dict[str, Any]:
    """All calls of an answer together."""
    tokens = Tokens(
        input=sum(row.input_tokens for row in rows),
        output=sum(row.output_tokens for row in rows),
        cache_write_5m=sum(row.cache_write_5m_tokens for row in rows),
        cache_write_1h=sum(row.cache_write_1h_tokens for row in rows),
        cache_read=sum(row.cache_read_tokens for row in rows),
    )
    summary = {
        "model": get_model(answer.model).name,
        "input_tokens": tokens.prompt,
        "output_tokens": tokens.output,
        "cached_share": round(100 * tokens.cache_read / tokens.prompt) if tokens.prompt else 0,
        "estimated": any(row.estimated for row in rows),
    }
    return summary | {"cost": cost_of(rows)} if with_cost else summary


def cost_of(rows: Iterable[Usage]) -> int | None:
    """What calls cost together, in millionths of a dollar; None where one of them has no known price."""
    costs = [row.cost for row in rows]
    return None if None in costs else sum(cost for cost in costs if cost is not None)


def rows_of(answer: Message, usage: dict[str, Any] | None, *, for_staff: bool) -> list[tuple[str, str]]:
    """The lines of "Details", each with its name; none for an answer that no model gave here."""
    if not answer.model:
        return []
    rows = [(_("Model"), get_model(answer.model).name)]
    if usage is not None:
        rows += _usage_rows(usage)
    if answer.finished is not None:
        rows.append((_("Duration"), duration((answer.finished - answer.created).total_seconds())))
    if for_staff and answer.request_id:
        rows.append((_("Request"), answer.request_id))
    return rows


def _usage_rows(usage: dict[str, Any]) -> list[tuple[str, str]]:
    sent, written = counted(usage["input_tokens"]), counted(usage["output_tokens"])
    if usage["cached_share"]:
        sent = _("%(tokens)s, %(share)s %% from the cache") % {"tokens": sent, "share": usage["cached_share"]}
    rows = [(_("Sent"), sent), (_("Written"), _marked(written, usage))]
    if "cost" in usage:
        cost = usage["cost"]
        rows.append((_("Cost"), _marked(format_dollars(cost), usage) if cost is not None else format_dollars(None)))
    return rows


def _marked(figure: str, usage: dict[str, Any]) -> str:
    return _("%(figure)s, estimated") % {"figure": figure} if usage["estimated"] else figure


def counted(tokens: int) -> str:
    return ngettext("%(count)s token", "%(count)s tokens", tokens) % {"count": f"{tokens:,}"}


def duration(seconds: float) -> str:
    # The two ends come from two clocks, that of the site and that of the database.
    seconds = round(max(seconds, 0), 1)
    if seconds < MINUTE:
        return _("%(seconds)s s") % {"seconds": f"{seconds:.1f}"}
    minutes, rest = divmod(round(seconds), MINUTE)
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
