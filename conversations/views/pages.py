"""The page: what the conversation and the list beside it show. Used by the views, which pass it to templates."""

import uuid
from datetime import date, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chatsite.accounts.http import SignedInRequest
from chatsite.accounts.models import User
from conversations.models import Conversation, Message, UnknownMessage
from conversations.models.tree import path_to
from conversations.presentation import wording
from conversations.presentation.model_choices import model_choices
from conversations.presentation.turns import Turn, turns_of

TURNS = 40
LISTED = 50


def page(
    request: SignedInRequest,
    conversation: Conversation | None,
    *,
    before: UUID | None = None,
    edit: str = "",
    problem: str = "",
    draft: str = "",
    model: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole page; with `problem`, `draft` and `model` when a plain form was refused: nothing typed may be lost.

    `edit`: the question that is edited, whose form then has them; any other value leaves them to the composer.
    """
    turns, older = newest_turns(conversation, before, edit) if conversation else ([], "")
    if edited := next((turn for turn in turns if str(turn.message.pk) == edit and not turn.message.is_answer), None):
        edited.is_edited, edited.draft, edited.problem = True, draft or edited.message.text, problem
        draft = problem = ""
    context = {
        "conversation": conversation,
        "turns": turns,
        "older": older,
        "groups": groups_of(request.user),
        "key": str(uuid.uuid4()),
        **model_choices(preferred=model or (conversation.newest_model() if conversation else "")),
        "continue_text": _(wording.CONTINUE),
        "problem": problem,
        "draft": draft,
    }
    return render(request, "conversations/page.html", context, status=status)


def newest_turns(conversation: Conversation, before: UUID | None = None, edit: str = "") -> tuple[list[Turn], str]:
    """The last turns of the branch that is shown, or those above a message; and where older ones are.

    Where a question further up is edited, the last ones are that question and the answer to it.

    Raises UnknownMessage when `before` is not of this conversation.
    """
    parents = conversation.parents()
    if before is not None and before not in parents:
        raise UnknownMessage
    path = path_to(conversation.head_id if before is None else parents[before], parents)
    further_up = [place for place, each in enumerate(path[:-TURNS]) if str(each) == edit]
    path = path[: further_up[0] + 2] if further_up else path
    shown = path[-TURNS:]
    found = Message.objects.select_related("conversation__owner").in_bulk(shown)
    older = ""
    if len(path) > TURNS:
        older = f"{reverse('conversation', args=[conversation.pk])}?before={shown[0]}"
    return turns_of([found[each] for each in shown], parents, conversation), older


def groups_of(user: User) -> list[tuple[str, list[Conversation]]]:
    """A person's latest conversations by day, newest first."""
    today = timezone.localdate()
    # Today comes first also while it is empty: what is asked next is listed there.
    groups: dict[str, list[Conversation]] = {_("Today"): []}
    for conversation in Conversation.objects.owned_by(user).order_by("-updated")[:LISTED]:
        groups.setdefault(_label(timezone.localdate(conversation.updated), today), []).append(conversation)
    return list(groups.items())


def _label(day: date, today: date) -> str:
    if day >= today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    if day > today - timedelta(days=7):
        return _("Previous 7 days")
    if day > today - timedelta(days=30):
        return _("Previous 30 days")
    return date_format(day, "F Y")
