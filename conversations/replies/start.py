"""The one transaction that a reply starts with: the question is stored and its calls are reserved, or neither is."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction

from conversations.claude import prompt, prompt_files, tool_prompt
from conversations.claude.client import Request
from conversations.claude.efforts import fit_effort
from conversations.claude.models import get_model
from conversations.markdown import Opening
from conversations.models import (
    Attachment,
    Conversation,
    Message,
    Preferences,
    Question,
    Refused,
    Retry,
    Summary,
    TeamSettings,
    Usage,
)
from conversations.models.content import SentMessage
from conversations.presentation.continuing import find_opening_after, read_continued_texts
from conversations.replies.call import ReservedCall, reserve_call
from conversations.replies.titles import build_title_request
from conversations.tools.offer import define, find_offered


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """The empty answer to a question, and the calls that are reserved for it.

    `reply_call` is None where an earlier request with the same key has started the reply, `title_call` where no title
    is written. `opening` is what was open in the answer that this one continues.
    """

    answer: Message
    reply_call: ReservedCall | None = None
    title_call: ReservedCall | None = None
    opening: Opening | None = None


def store_question(conversation: Conversation, request: Question | Retry, runner: str) -> StoredQuestion:
    """Store a question with its empty answer and reserve what the calls may cost. Raises Refused.

    `conversation` is a draft for a first question.
    """
    is_draft = conversation._state.adding
    # Before the transaction, which on SQLite keeps all others from writing.
    continued = conversation.find_continued(request)
    with transaction.atomic():
        team = TeamSettings.current()
        instructions = Preferences.current(conversation.owner_id).add_to(team.instructions)
        answer, is_new = conversation.ask(request, runner=runner, instructions=instructions, continued=continued)
        if not is_new:
            return StoredQuestion(answer)
        check_files(answer)
        continued_texts = read_continued_texts(answer)
        reply_call = reserve_call(prepare_request(answer), answer, Usage.Purpose.REPLY, team.monthly_limit)
        title_call = None
        # The turns of a draft may belong to a conversation that has a title.
        is_first = is_draft and answer.conversation_id == conversation.pk
        if is_first and settings.CHAT_TITLE_MODEL and isinstance(request, Question) and request.text:
            # Where the limit leaves no room for a title, the first words of the question stay.
            with suppress(Refused):
                title_call = reserve_call(
                    build_title_request(request.text), answer, Usage.Purpose.TITLE, team.monthly_limit
                )
    # After the transaction, like `find_continued` before it: this parses whole answers.
    return StoredQuestion(answer, reply_call, title_call, find_opening_after(continued_texts))


def check_files(answer: Message) -> None:
    """Raise Unsendable if the model of an answer does not take the files of its question."""
    content = answer.parent.content if answer.parent else []
    prompt_files.check_files(content, Attachment.objects.of_contents([content]), get_model(answer.model))


def prepare_request(answer: Message, share: float = 1) -> Request:
    """What will be sent for an answer, as `build_request` returns it; stores where the part that is sent begins."""
    request = build_request(answer, share)
    if request.sent_from != answer.sent_from_id:
        answer.sent_from_id = request.sent_from
        answer.save(update_fields=["sent_from"])
    return request


def build_request(answer: Message, share: float = 1) -> Request:
    """What is sent for an answer: the branch down to its question. `share` is that of `fit_request`."""
    return fit_request(answer, read_branch(answer, answer.parent_id), share)


@dataclass(frozen=True, slots=True)
class Branch:
    """The messages of a branch, oldest first, with their files and the summary that reaches furthest down."""

    messages: list[SentMessage]
    files: dict[UUID, Attachment]
    summary: Summary | None


def read_branch(answer: Message, leaf: UUID | None) -> Branch:
    """The branch of the conversation of an answer that ends with the message `leaf`."""
    messages = answer.conversation.prompt_messages(leaf)
    summary = answer.conversation.summaries.furthest_on([message.id for message in messages])
    return Branch(messages, Attachment.objects.of_contents(message.content for message in messages), summary)


def fit_request(answer: Message, branch: Branch, share: float = 1) -> Request:
    """A branch, fitted to the window of the model of an answer, with what was chosen for this answer.

    `share`: how much of the window may be used.
    """
    fitted = prompt.build_prompt(
        branch.messages,
        model=answer.model,
        system=answer.system,
        max_tokens=settings.CHAT_MAX_TOKENS,
        files=branch.files,
        summary=branch.summary,
        share=share,
    )
    offered = find_offered(answer)
    tools = tool_prompt.add_past_tools(define(offered), fitted.messages, answer.model)
    return Request(
        model=answer.model,
        messages=fitted.messages,
        extra_tokens=fitted.file_tokens + prompt.count_tool_tokens(tools),
        system=answer.system,
        max_tokens=settings.CHAT_MAX_TOKENS,
        tools=tools,
        can_use_tools=bool(offered),
        effort=fit_effort(answer.effort or settings.CHAT_EFFORT, get_model(answer.model)),
        previous_id=next((message.upstream_id for message in reversed(branch.messages) if message.upstream_id), ""),
        is_cut=fitted.is_cut,
        sent_from=fitted.sent_from,
    )
