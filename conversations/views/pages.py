"""The page: a conversation, and the list of the person's conversations beside it."""

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
from conversations.models import Conversation, Preferences, UnknownMessage
from conversations.models.tree import path_to
from conversations.presentation.model_choices import model_choices
from conversations.presentation.turns import Turn, build_turns

#: Conversations on a page of a list.
PAGE_SIZE = 50
TURNS_PER_PAGE = 40


def render_page(
    request: SignedInRequest,
    conversation: Conversation | None,
    *,
    before: UUID | None = None,
    edit: str = "",
    problem: str = "",
    draft: str = "",
    model: str = "",
    effort: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole page. `problem`, `draft`, `model` and `effort` show a refused form again, as it was sent.

    `edit`: the id of the question that is being edited, whose form then shows them; else the composer does.
    Raises UnknownMessage when `before` is not a message of the conversation.
    """
    turns, older = newest_turns(conversation, request.user, before, edit) if conversation else ([], "")
    edited = next((turn for turn in turns if str(turn.message.pk) == edit and not turn.message.is_answer), None)
    if edited is not None:
        edited.is_edit_form_open, edited.draft, edited.problem = True, draft or edited.message.text, problem
        draft = problem = ""
    preferences = Preferences.current(request.user)
    model = model or (conversation.newest_model() if conversation else preferences.model)
    context = {
        "conversation": conversation,
        "turns": turns,
        "older": older,
        "groups": group_by_day(request.user),
        "key": str(uuid.uuid4()),
        **model_choices(preferred_model=model, preferred_effort=effort or preferences.effort),
        "problem": problem,
        "draft": draft,
    }
    return render(request, "conversations/page.html", context, status=status)


def render_turns(request: SignedInRequest, conversation: Conversation, *, before: UUID | None) -> HttpResponse:
    """The turns without the page, for a script. Raises UnknownMessage as `render_page` does."""
    turns, older = newest_turns(conversation, request.user, before)
    context = {"conversation": conversation, "turns": turns, "older": older}
    return render(request, "conversations/_turns.html", context)


def newest_turns(
    conversation: Conversation, viewer: User, before: UUID | None = None, edit: str = ""
) -> tuple[list[Turn], str]:
    """The last turns of the branch that is shown, or those above `before`; and the address of older ones, or "".

    When the question `edit` is further up, the last turns are that question and the answer to it.
    """
    parents = conversation.parents()
    if before is not None and before not in parents:
        raise UnknownMessage
    path = path_to(conversation.head_id if before is None else parents[before], parents)
    ids_further_up = [str(message) for message in path[:-TURNS_PER_PAGE]]
    if edit in ids_further_up:
        path = path[: ids_further_up.index(edit) + 2]
    shown = path[-TURNS_PER_PAGE:]
    messages = conversation.messages.select_related("conversation__owner").in_bulk(shown)
    older = ""
    if len(path) > TURNS_PER_PAGE:
        older = f"{reverse('conversation', args=[conversation.pk])}?before={shown[0]}"
    return build_turns([messages[message] for message in shown], parents, conversation, viewer), older


def group_by_day(user: User) -> list[tuple[str, list[Conversation]]]:
    """A person's latest conversations by day, newest first."""
    today = timezone.localdate()
    # Today comes first even while it is empty: the page adds new conversations there.
    groups: dict[str, list[Conversation]] = {_("Today"): []}
    for conversation in Conversation.objects.visible_to(user).order_by("-updated")[:PAGE_SIZE]:
        groups.setdefault(_day_label(timezone.localdate(conversation.updated), today), []).append(conversation)
    return list(groups.items())


def _day_label(day: date, today: date) -> str:
    if day >= today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    if day > today - timedelta(days=7):
        return _("Previous 7 days")
    if day > today - timedelta(days=30):
        return _("Previous 30 days")
    return date_format(day, "F Y")
