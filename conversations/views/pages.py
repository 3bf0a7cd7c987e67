"""The page: a conversation, and the list of the person's conversations beside it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from chatsite.accounts.http import SignedInRequest
from chatsite.accounts.models import User
from chatsite.http import parse_uuid
from conversations.models import (
    Attachment,
    Conversation,
    MCPConnection,
    MCPServer,
    Message,
    Preferences,
    Tool,
    UnknownMessage,
)
from conversations.models.tree import Parents, newest_leaf, path_to
from conversations.presentation.model_choices import model_choices
from conversations.presentation.sidebar import build_sidebar
from conversations.presentation.turns import Turn, build_turns
from conversations.tools.running import is_available

TURNS_PER_PAGE = 40


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form begins with: what was shared with the site, or what was sent and refused because of a `problem`."""

    text: str = ""
    model: str = ""
    effort: str = ""
    files: Sequence[str] = ()
    problem: str = ""
    #: The names of the tools that were chosen; None: those that the person has chosen last.
    tools: Sequence[str] | None = None


def render_page(
    request: SignedInRequest,
    conversation: Conversation | None,
    *,
    before: UUID | None = None,
    message: UUID | None = None,
    hit: Sequence[str] = (),
    edit: str = "",
    draft: Draft = Draft(),
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The whole page. `edit`: the id of the question that is being edited, whose form has the draft; else the composer.

    `message` is shown with the turns around it, and the words `hit` are marked in it.
    Raises UnknownMessage when `before` or `message` is not a message of the conversation.
    """
    excerpt = find_excerpt(conversation, message) if conversation and message else None
    if conversation and excerpt:
        turns, older = page_of_turns(conversation, request.user, excerpt.path, excerpt.parents)
    else:
        turns, older = newest_turns(conversation, request.user, before, edit) if conversation else ([], "")
    draft = put_in_edit_form(draft, turns, edit, request.user)
    preferences = Preferences.current(request.user.pk)
    model = draft.model or (conversation.newest_model() if conversation else preferences.model)
    context = {
        "conversation": conversation,
        "turns": turns,
        "older": older,
        "excerpt": excerpt,
        "hit": " ".join(hit),
        "sidebar": build_sidebar(request.user),
        "preferences": preferences,
        "key": str(uuid.uuid4()),
        **model_choices(preferred_model=model, preferred_effort=draft.effort or preferences.effort),
        **tool_choices(request.user, preferences.tools if draft.tools is None else draft.tools, turns),
        "waiting": bool(turns) and turns[-1].message.state == Message.State.WAITING,
        "problem": draft.problem,
        "draft": draft.text,
        "files": find_files(request.user, draft.files),
        "max_file_mb": settings.MAX_FILE_MB,
        "max_files": settings.MAX_FILES_PER_QUESTION,
    }
    page = render_to_string("conversations/page.html", context, request)
    return HttpResponse(page, status=status, headers=headers)


def put_in_edit_form(draft: Draft, turns: list[Turn], edit: str, user: User) -> Draft:
    """Open the form of the question `edit`, if it is among the turns, with the draft; returns what the composer has."""
    edited = next((turn for turn in turns if str(turn.message.pk) == edit and not turn.message.is_answer), None)
    # What the Continue button asks is nothing that a person has written.
    if edited is None or edited.is_continue:
        return draft
    edited.is_edit_form_open, edited.problem = True, draft.problem
    edited.draft = draft.text or edited.message.text
    if draft.problem:
        edited.draft_files = find_files(user, draft.files)
    return Draft(model=draft.model, effort=draft.effort, tools=draft.tools)


def tool_choices(user: User, chosen: Sequence[str], turns: list[Turn]) -> dict[str, object]:
    """What the page has of tools; `shows_tools`: whether it needs their styles."""
    tools, unconnected = list_tools(user)
    shows_tools = bool(tools or unconnected) or any(turn.tools for turn in turns)
    return {"tools": tools, "unconnected": unconnected, "chosen_tools": chosen, "shows_tools": shows_tools}


def list_tools(user: User) -> tuple[list[Tool], list[MCPServer]]:
    """The tools that a person may use now; and the servers with further ones, at which they must sign in first."""
    tools = [tool for tool in Tool.objects.usable_by(user) if is_available(tool)]
    servers = {tool.server_id for tool in tools if tool.server_id}
    unconnected = MCPConnection.missing(user, servers) if servers else []
    keys = {server.pk for server in unconnected}
    return [tool for tool in tools if tool.server_id not in keys], unconnected


def find_files(user: User, ids: Sequence[str]) -> list[Attachment]:
    """Those files of a form that the person may attach, in its order."""
    keys = [pk for pk in map(parse_uuid, ids) if pk]
    files = Attachment.objects.attachable_by(user).in_bulk(keys) if keys else {}
    return [files[pk] for pk in dict.fromkeys(keys) if pk in files]


def render_turns(request: SignedInRequest, conversation: Conversation, *, before: UUID | None) -> HttpResponse:
    """The turns without the page, for a script. Raises UnknownMessage as `render_page` does."""
    turns, older = newest_turns(conversation, request.user, before)
    shows_tools = any(turn.tools for turn in turns)
    context = {"conversation": conversation, "turns": turns, "older": older, "shows_tools": shows_tools}
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
    if conversation.head_id in messages:
        conversation.head = messages[conversation.head_id]  # which would be queried again otherwise, with its parent
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
