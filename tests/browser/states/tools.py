"""Calls of tools that wait for a decision, or that did not do what Claude wanted."""

from functools import partial

from tests.browser.states import Arrangement, by_name
from tests.site import eventually
from tests.using_tools import begin_waiting, create_answer_with_step

#: What came of a call, by its state.
RESULTS = {
    "denied": "The person denied this call.",
    "failed": "There is no ferry of this name.",
    "unknown": "The call was interrupted. It may or may not have taken effect.",
}


def show(stage, call):
    stage.window.page.goto(f"/conversations/{call.conversation_id}/")
    return stage.window.answer


def decision(stage):
    [call] = begin_waiting(stage.alice, {"day": "Sunday", "seats": 2, "stops": ["Kiel", "Oslo"]})
    return show(stage, call)


def waiting_for_you(stage):
    [call] = begin_waiting(stage.alice)
    show(stage, call)
    return stage.window.page.locator(".dock")


def decided(stage):
    first, _second = begin_waiting(stage.alice, {"seats": 2}, {"seats": 3})
    answer = show(stage, first)
    approve = answer.get_by_role("button", name="Approve", exact=True)
    approve.first.wait_for()
    first.state = "denied"
    first.save()
    approve.first.click()
    eventually(lambda: answer.get_by_role("alert").count())
    return answer


def call_ended(stage, *, state):
    return show(stage, create_answer_with_step(stage.alice, state, RESULTS[state]))


ARRANGEMENTS: dict[str, Arrangement] = by_name(decision, waiting_for_you, decided)
for state in RESULTS:
    ARRANGEMENTS[f"call-{state}"] = partial(call_ended, state=state)
