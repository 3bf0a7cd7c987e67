"""What is stored of the calls of tools in an answer: proposed, approved or denied, run, and their results.

Each function uses the database; the engine calls them between two awaits.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Now
from django.utils import timezone

from conversations.models import Message, Tool, ToolCall, Usage
from conversations.models.content import Content, find_file_ids, is_server_block
from conversations.models.months import start_of_month, this_month
from conversations.models.question import Approval
from conversations.models.tool_call import INVALID_INPUT, find_open_uses
from conversations.tools.functions import load_functions
from conversations.tools.offer import find_offered
from conversations.tools.results import ToolResult

State = ToolCall.State

#: Calls of one step; Claude is told that the others were not run.
MAX_CALLS = 20
#: What Claude reads of calls that are refused before anybody is asked.
UNKNOWN_TOOL = "There is no such tool here."
INVALID = "The input is not a valid JSON object. Call the tool again with a valid one."
TOO_MANY = "Too many calls at once: this one was not run."
LIMIT_REACHED = "The limit of calls of this tool is reached. Do without it."
NO_STEPS_LEFT = "The call was not run: this answer has used all the steps it may have."
NOT_APPROVED = "Nobody can approve this call here, so it was denied."
DENIED = "The person denied this call."
EXPIRED = "Nobody decided about this call for seven days, so it was denied."


class NotWriting(Exception):
    """The answer is not written by this process any more."""


@dataclass(frozen=True, slots=True)
class Step:
    """The calls with which one call to Claude has ended, and the tools that the answer may use, by their names.

    `earlier`: the calls of the steps before, where the answer has waited for a decision.
    """

    calls: list[ToolCall]
    tools: dict[str, Tool]
    earlier: Sequence[ToolCall] = ()


def propose(answer: Message, content: Content, number: int, approval: Approval, is_last: bool) -> Step:
    """Store the calls at the end of a content, each with whether it may run, and the content. Raises NotWriting.

    `number`: that of the call to Claude within the reply. `is_last`: no further one may follow, so that nothing is run.
    """
    with transaction.atomic():
        own = Message.objects.writing().filter(pk=answer.pk, runner=answer.runner)
        if not own.update(content=content):
            raise NotWriting
        tools = read_tools(answer)
        uses = enumerate(find_open_uses(content))
        calls = [build_call(answer, use, place, number, tools.get(use["name"])) for place, use in uses]
        if is_last:
            for call in calls:
                call.end(State.DENIED, NO_STEPS_LEFT)
        refuse_beyond_limits([call for call in calls if call.is_undecided], tools)
        decide_beforehand(answer, content, [call for call in calls if call.is_undecided], tools, approval)
        ToolCall.objects.bulk_create(calls)
    return Step(calls, tools)


def read_tools(answer: Message) -> dict[str, Tool]:
    tools = {tool.name: tool for tool in find_offered(answer)}
    for name, function in load_functions().items():
        if name in tools and tools[name].kind == Tool.Kind.FUNCTION:
            # A row may be older than the code (`sync_functions`), and people must be asked before what acts.
            tools[name].acts, tools[name].is_untrusted = function.acts, function.is_untrusted
    return tools


def build_call(answer: Message, use: dict[str, Any], position: int, number: int, tool: Tool | None) -> ToolCall:
    """A call that is proposed, or that has failed already because it cannot be run."""
    call = ToolCall(
        user_id=answer.conversation.owner_id,
        conversation_id=answer.conversation_id,
        message_id=answer.pk,
        step=number,
        position=position,
        block_id=use["id"],
        tool=use["name"][:64],
        title=tool.title if tool else use["name"][:100],
        acts=tool.acts if tool else False,
        is_untrusted=tool.is_untrusted if tool else False,
        input=use["input"],
        state=State.PROPOSED,
    )
    if tool is None:
        call.end(State.FAILED, UNKNOWN_TOOL)
    elif INVALID_INPUT in use["input"]:
        call.end(State.FAILED, INVALID)
    elif position >= MAX_CALLS:
        call.end(State.DENIED, TOO_MANY)
    return call


def refuse_beyond_limits(calls: list[ToolCall], tools: dict[str, Tool]) -> None:
    """Deny the calls for which a tool has none left, of the person's in this hour or of everybody's in this month."""
    hour_ago = timezone.now() - timedelta(hours=1)
    names = {call.tool for call in calls}
    limited = Tool.objects.exclude(calls_per_hour=None, calls_per_month=None).filter(name__in=names)
    # In turn with other steps that call them: a call counts once it is stored.
    list(limited.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    for name in names:
        tool = tools[name]
        earlier = ToolCall.objects.filter(tool=name).exclude(state=State.DENIED)
        left = MAX_CALLS
        if tool.calls_per_hour is not None:
            of_person = earlier.filter(user=calls[0].user_id, created__gt=hour_ago)
            left = min(left, tool.calls_per_hour - of_person.count())
        if tool.calls_per_month is not None:
            left = min(left, tool.calls_per_month - earlier.filter(created__gte=start_of_month(this_month())).count())
        for call in [call for call in calls if call.tool == name][max(left, 0) :]:
            call.end(State.DENIED, LIMIT_REACHED)


def decide_beforehand(
    answer: Message, content: Content, calls: list[ToolCall], tools: dict[str, Tool], approval: Approval
) -> None:
    """Approve the calls that nobody has to be asked about; deny those about which nobody can be asked."""
    # After what comes from outside, which may hold instructions, whatever changes something is asked about.
    is_tainted = any(call.acts for call in calls) and has_read_outside(answer, content)
    asking = [call for call in calls if tools[call.tool].asks or (call.acts and is_tainted)]
    always = set() if approval == Approval.NOBODY else find_always(answer, asking)
    for call in calls:
        is_given = call.tool in always or approval == Approval.GIVEN
        if call not in asking or (is_given and not (call.acts and is_tainted)):
            call.state = State.APPROVED
        elif approval != Approval.PERSON:
            call.end(State.DENIED, NOT_APPROVED)


def has_read_outside(answer: Message, content: Content) -> bool:
    """Whether Claude has read for this answer what nobody here wrote: files, the web, results from outside."""
    from_web = any(map(is_server_block, content))
    has_files = answer.parent is not None and bool(find_file_ids(answer.parent.content))
    return from_web or has_files or ToolCall.objects.filter(message=answer.pk, is_untrusted=True).exists()


def find_always(answer: Message, calls: Collection[ToolCall]) -> set[str]:
    """The tools of these calls that the person has approved for the conversation, and that have not changed since."""
    if not calls:
        return set()
    approved = ToolCall.objects.filter(
        conversation=answer.conversation_id, is_always=True, tool__in={call.tool for call in calls}
    )
    return set(approved.values_list("tool", flat=True))


def start(call: ToolCall, runner: str) -> bool:
    """Note that a call runs now. False where it must not: the answer is not written by this process any more."""
    own = Message.objects.writing().filter(runner=runner, stop_requested="")
    approved = ToolCall.objects.filter(pk=call.pk, state=State.APPROVED, message__in=own)
    if not approved.update(state=State.RUNNING, started=Now()):
        return False
    call.state = State.RUNNING
    return True


def finish(call: ToolCall, result: ToolResult) -> None:
    """Store what came of a call that ran."""
    call.state = State.FAILED if result.is_error else State.DONE
    call.result = result.content
    running = ToolCall.objects.filter(pk=call.pk, state=State.RUNNING)
    running.update(state=call.state, result=call.result, finished=Now())


def deny(call: ToolCall, note: str) -> None:
    """Give a call the result that says so; not stored."""
    call.end(State.DENIED, f"{DENIED} They say: {note}" if note else DENIED)
    call.note = note


def read_last_step(answer: Message) -> Step:
    """The calls of the last step of an answer that has waited. A tool may have been switched off meanwhile."""
    calls = list(ToolCall.objects.of_message(answer.pk))
    tools = read_tools(answer)
    last = [call for call in calls if call.step == calls[-1].step]
    for call in last:
        if call.state == State.APPROVED and call.tool not in tools:
            call.end(State.FAILED, UNKNOWN_TOOL)
            call.save(update_fields=["state", "result"])
    return Step(last, tools, earlier=calls[: -len(last)])


def sum_cost(answer: Message) -> int:
    """What the calls to Claude for an answer have cost so far, in micro-dollars."""
    return Usage.objects.filter(message=answer.pk).aggregate(cost=Sum("cost"))["cost"] or 0
