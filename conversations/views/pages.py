"""The page: a conversation, and the list of the person's conversations beside it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from chatsite.accounts.http import SignedInRequest
from chatsite.accounts.models import User
from conversations.models import Conversation, Preferences, UnknownMessage
from conversations.models.tree import Parents, newest_leaf, path_to
from conversations.presentation.model_choices import model_choices
from conversations.presentation.sidebar import build_sidebar
from conversations.presentation.turns import Turn, build_turns

TURNS_PER_PAGE = 40


def render_page(
    request: SignedInRequest,
    conversation: Conversation | None,
    *,
    before: UUID | None = None,
    message: UUID | None = None,
    hit: Sequence[str] = (),
    edit: str = "",
    problem: str = "",
    draft: str = "",
    model: str = "",
    effort: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole page. `problem`, `draft`, `model` and `effort` show a refused form again, as it was sent.

    `edit`: the id of the question that is being edited, whose form then shows them; else the composer does.
    `message` is shown with the turns around it, and the words `hit` are marked in it.
    Raises UnknownMessage when `before` or `message` is not a message of the conversation.
    """
    excerpt = find_excerpt(conversation, message) if conversation and message else None
    if conversation and excerpt:
        turns, older = page_of_turns(conversation, request.user, excerpt.path, excerpt.parents)
    else:
        turns, older = newest_turns(conversation, request.user, before, edit) if conversation else ([], "")
    edited = next((turn for turn in turns if str(turn.message.pk) == edit and not turn.message.is_answer), None)
    if edited is not None:
        edited.is_edit_form_open, edited.draft, edited.problem = True, draft or edited.message.text, problem
        draft = problem = ""
    preferences = Preferences.current(request.user.pk)
    model = model or (conversation.newest_model() if conversation else preferences.model)
    context = {
        "conversation": conversation,
        "turns": turns,
        "older": older,
        "excerpt": excerpt,
        "hit": " ".join(hit),
        "sidebar": build_sidebar(request.user),
        "preferences": preferences,
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
    return page_of_turns(conversation, viewer, path, parents)


def page_of_turns(
    conversation: Conversation, viewer: User, path: list[UUID], parents: Parents
) -> tuple[list[Turn], str]:
    """The turns at the end of a path, and the address of older ones, or ""."""
    shown = path[-TURNS_PER_PAGE:]
    messages = conversation.messages.select_related("conversation__owner").in_bulk(shown)
    older = ""
    if len(path) > TURNS_PER_PAGE:
        older = f"{reverse('conversation', args=[conversation.pk])}?before={shown[0]}"
    return build_turns([messages[message] for message in shown], parents, conversation, viewer), older


def all_turns(conversation: Conversation, viewer: User) -> list[Turn]:
    """The whole branch that is shown."""
    return build_turns(conversation.thread(), conversation.parents(), conversation, viewer)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a conversation that is not its end: nothing can be asked below it."""

    message: UUID
    path: list[UUID]
    parents: Parents
    #: Whether the message is in another branch than the one that the conversation shows.
    is_other_version: bool


def find_excerpt(conversation: Conversation, message: UUID) -> Excerpt | None:
    """The part that shows a message; None if the newest turns do. Raises UnknownMessage."""
    parents = conversation.parents()
    if message not in parents:
        raise UnknownMessage
    path = path_to(conversation.head_id, parents)
    if message in path[-TURNS_PER_PAGE:]:
        return None
    is_other_version = message not in path
    if is_other_version:
        path = path_to(newest_leaf(message, parents), parents)
    return Excerpt(message, path[: path.index(message) + TURNS_PER_PAGE // 2], parents, is_other_version)


def hide_address(response: HttpResponse) -> HttpResponse:
    """Keep the address of the page, with what was searched for, out of later requests and of logs of these."""
    response.headers["Referrer-Policy"] = "origin"
    return response
