"""The steps that an answer took with tools, as people see them in the places that its HTML has for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString, mark_safe

from conversations.markdown.tools_place import PLACE
from conversations.models import Conversation, Message, Tool, ToolCall
from conversations.models.content import is_server_error, list_tool_uses, split_at_tools
from conversations.presentation.details import format_duration
from conversations.presentation.server_tools import describe_tool, show_server_result
from conversations.presentation.tool_values import ShownResult, ShownValue, list_values, show_result, write_name

State = ToolCall.State

#: The calls of answers by these and the ids of their blocks.
Calls = Mapping[tuple[UUID | None, str], ToolCall]


@dataclass(slots=True)
class ShownStep:
    """What `_step.html` shows of one call of a tool. `id`: that of the row, or of the block where there is none."""

    id: str
    title: str
    icon: str
    state: str
    input: list[ShownValue]
    result: ShownResult = field(default_factory=ShownResult)
    duration: str = ""
    #: Whether the viewer may approve or deny it now.
    can_decide: bool = False
    acts: bool = False
    #: The answer and the id of the block of a call of this site's tools: where the images of its result are.
    message: UUID | None = None
    use: str = ""

    @property
    def state_label(self) -> str:
        return str(State(self.state).label)


@dataclass(slots=True)
class ToolRow:
    """The steps at one place of an answer. `number`: that of the place."""

    number: int
    steps: list[ShownStep] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """A part of an answer's HTML, and the steps that follow it."""

    html: SafeString
    row: ToolRow | None = None


def find_rows(messages: Iterable[Message]) -> dict[UUID, list[ToolRow]]:
    """The rows of steps of each answer that has used tools. One query, or three if some are copied from elsewhere."""
    answers = [message for message in messages if message.is_answer]
    calls = find_calls(answers)
    rows = {answer.pk: list_rows(answer, calls) for answer in answers}
    return {pk: found for pk, found in rows.items() if found}


def find_calls(answers: list[Message]) -> Calls:
    """The calls of answers. A copy of an answer has no calls of its own, but blocks with the same ids."""
    ids = {block["id"] for answer in answers for block in list_tool_uses(answer.content)}
    if not ids:
        return {}
    conversations = {answer.conversation_id for answer in answers}
    found = list(ToolCall.objects.filter(conversation__in=conversations, block_id__in=ids).order_by("created", "pk"))
    missing = ids - {call.block_id for call in found}
    elsewhere = find_original_calls(missing, conversations) if missing else []
    originals = {(None, call.block_id): call for call in [*elsewhere, *found]}
    return originals | {(call.message_id, call.block_id): call for call in found}


def find_original_calls(ids: set[str], conversations: set[UUID]) -> list[ToolCall]:
    """The calls from which answers were copied into these conversations, which are those of the same people.

    A call forgets its title when its conversation is purged, and has that of its tool then.
    """
    owners = Conversation.objects.filter(pk__in=conversations).values("owner")
    found = ToolCall.objects.filter(user__in=owners, block_id__in=ids).defer("input", "result")
    calls = list(found.order_by("created", "pk"))
    untitled = Tool.objects.filter(name__in={call.tool for call in calls if not call.title})
    titles = dict(untitled.values_list("name", "title"))
    for call in calls:
        call.title = call.title or titles.get(call.tool, "")
    return calls


def list_rows(answer: Message, calls: Calls) -> list[ToolRow]:
    results = {block["tool_use_id"]: block for block in answer.content if "tool_use_id" in block}
    rows = []
    for number, (_before, blocks) in enumerate(split_at_tools(answer.content), 1):
        steps = [show_block(answer, block, results.get(block["id"]), calls) for block in blocks if is_use(block)]
        if steps:
            rows.append(ToolRow(number, steps))
    return rows


def is_use(block: dict[str, Any]) -> bool:
    return block.get("type") in {"tool_use", "server_tool_use"}


def show_block(answer: Message, use: dict[str, Any], result: dict[str, Any] | None, calls: Calls) -> ShownStep:
    if use["type"] == "server_tool_use":
        return show_server_use(answer, use, result)
    call = calls.get((answer.pk, use["id"])) or calls.get((None, use["id"]))
    if call is None or call.tool != use["name"][:64]:
        return show_use(answer, use, result)
    if call.conversation_id != answer.conversation_id:
        return show_copied_use(answer, use, result, call)
    step = show_call(call)
    if call.is_open and not answer.is_open:  # housekeeping ends it soon
        step.state = State.UNKNOWN if call.state == State.RUNNING else State.DENIED
    step.can_decide = call.is_undecided and call.message_id == answer.pk and answer.state == Message.State.WAITING
    return step


def show_call(call: ToolCall) -> ShownStep:
    return ShownStep(
        id=str(call.pk),
        title=call.title or call.tool,
        icon=get_icon(call),
        state=call.state,
        input=list_values(call.input),
        result=show_result(call.result),
        duration=show_duration(call),
        acts=call.acts,
        message=call.message_id,
        use=call.block_id,
    )


def show_copied_use(
    answer: Message, use: dict[str, Any], result: dict[str, Any] | None, original: ToolCall
) -> ShownStep:
    """A call in another conversation: its input and its result may be gone there, and are in the content here."""
    step = show_use(answer, use, result)
    if not original.is_open:  # housekeeping ends it soon
        step.state = original.state
    step.title = original.title or step.title
    step.icon, step.duration, step.acts = get_icon(original), show_duration(original), original.acts
    return step


def get_icon(call: ToolCall) -> str:
    return "act" if call.acts else "tool"


def show_duration(call: ToolCall) -> str:
    return format_duration(call.duration.total_seconds()) if call.duration else ""


def show_use(answer: Message, use: dict[str, Any], result: dict[str, Any] | None) -> ShownStep:
    """A call of which no row is left, from the content alone."""
    shown = show_result(result.get("content") or "") if result else ShownResult()
    state = State.UNKNOWN if result is None else State.FAILED if result.get("is_error") else State.DONE
    step = ShownStep(use["id"], write_name(use["name"]), "tool", state, list_values(use["input"]), shown)
    step.message, step.use = answer.pk, use["id"]
    return step


def show_server_use(answer: Message, use: dict[str, Any], result: dict[str, Any] | None) -> ShownStep:
    title, icon = describe_tool(use["name"])
    if result is None:
        state = State.RUNNING if answer.is_open else State.UNKNOWN
        return ShownStep(use["id"], title, icon, state, list_values(use["input"]))
    state = State.FAILED if is_server_error(result) else State.DONE
    return ShownStep(
        use["id"], title, icon, state, list_values(use["input"]), show_server_result(result.get("content"))
    )


def split_at_places(html: str, rows: list[ToolRow]) -> list[AnswerPart]:
    """The HTML of an answer in parts, each but the last with the steps of the place behind it."""
    by_number = {row.number: row for row in rows}
    pieces = [mark_safe(piece) for piece in PLACE.split(html)]  # noqa: S308 (parts of what the renderer made)
    numbers = map(int, pieces[1::2])
    parts = [AnswerPart(part, by_number.get(n) or ToolRow(n)) for part, n in zip(pieces[::2], numbers, strict=False)]
    return [*parts, AnswerPart(pieces[-1])]
