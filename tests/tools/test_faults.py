"""Processes that die, stop or share an answer when a tool is called: no call is made twice, every answer ends."""

import pytest

from conversations.models import ToolCall
from tests.outages import start_breakable
from tests.site import Visitor, eventually, stored
from tests.tools.conftest import FUNCTIONS

SEND = '[[rate:0]][[tool:send:{"to": "Bob"}]]Please.'


@pytest.fixture
def call(runs):
    """The only call, once it is in a state."""
    return lambda state: eventually(lambda: ToolCall.objects.filter(state=state).first(), seconds=20)


def decide(site, person, call, decision="approve", **fields):
    """Decide about a call and read the answer to its end."""
    visitor = Visitor(site, person)
    with visitor.streaming("POST", f"/tool-calls/{call.pk}/", data={"decision": decision, **fields}) as stream:
        stream.read_to_end()
    return stream


def ask_on(site, person, answer):
    """Ask a next question: the stand-in refuses an invalid history."""
    assert Visitor(site, person).ask("[[rate:0]]And now?", answer.conversation_id).end["state"] == "complete"


def test_a_process_dies_while_a_call_waits_and_another_one_runs_it_once(start_site, alice, runs, call):
    first = start_site()
    stream = Visitor(first, alice).ask(SEND, tools=["send"])
    assert stream.end["state"] == "waiting"
    first.kill()

    end = decide(start_site(), alice, call("proposed")).end

    assert (end["state"], len(runs())) == ("complete", 2)
    assert "Sent to Bob." in stored(stream.start["reply"]).text


def test_a_process_dies_while_a_tool_runs_and_the_call_is_not_repeated(start_site, alice, runs, call):
    first, second = start_site(), start_site()
    with Visitor(first, alice).asking('[[rate:0]][[tool:look:{"seconds": 60}]]Please.', tools=["look"]) as stream:
        reply = stream.start["reply"]
        eventually(runs)
        first.kill()

    answer = stored(reply, seconds=30)
    assert (answer.state, answer.ending) == ("interrupted", "lost")
    assert [block["type"] for block in answer.content][-2:] == ["tool_use", "tool_result"]
    assert call("unknown").result
    ask_on(second, alice, answer)
    assert len(runs()) == 1


def test_a_process_dies_after_a_tool_has_run_and_the_result_is_kept(start_site, alice, runs, call):
    first, second = start_site(), start_site()
    slow = "[[nothinking]][[rate:4]][[echo:one two three four five six seven eight]]"
    with Visitor(first, alice).asking(f"{slow}[[tool:look:{{}}]]Please.", tools=["look"]) as stream:
        reply = stream.start["reply"]
        eventually(lambda: len(runs()) == 2 and call("done"))
        first.kill()

    answer = stored(reply, seconds=30)
    assert answer.state == "interrupted"
    assert [block["type"] for block in answer.content][:3] == ["text", "tool_use", "tool_result"]
    ask_on(second, alice, answer)
    assert len(runs()) == 2


def test_a_server_is_stopped_while_an_answer_waits(start_site, alice, runs, call):
    first = start_site()
    Visitor(first, alice).ask(SEND, tools=["send"])
    first.stop()

    assert decide(start_site(), alice, call("proposed"), "deny", note="Not now.").end["state"] == "complete"
    assert runs() == []


def test_a_server_is_stopped_while_a_tool_runs(start_site, alice, runs, call):
    first = start_site()
    with Visitor(first, alice).asking('[[tool:look:{"seconds": 60}]]Please.', tools=["look"]) as stream:
        reply = stream.start["reply"]
        eventually(runs)
        first.terminate()
        stream.read_to_end()

    answer = stored(reply)
    assert (answer.state, answer.ending) == ("interrupted", "shutdown")
    assert call("unknown")


def test_alice_stops_at_another_process_while_a_tool_runs(start_site, alice, runs, call):
    first, second = start_site(), start_site()
    with Visitor(first, alice).asking('[[rate:0]][[tool:look:{"seconds": 60}]]Please.', tools=["look"]) as stream:
        eventually(runs)
        assert Visitor(second, alice).stop(stream.start["reply"]) == "stopped"

    answer = stored(stream.start["reply"])
    assert call("unknown")
    ask_on(second, alice, answer)
    assert len(runs()) == 1


def test_alice_stops_an_answer_that_waits(start_site, alice, runs, call):
    site = start_site()
    stream = Visitor(site, alice).ask(SEND, tools=["send"])
    assert Visitor(site, alice).stop(stream.start["reply"]) == "stopped"

    answer = stored(stream.start["reply"])
    assert call("denied")
    ask_on(site, alice, answer)
    assert runs() == []


def test_two_decisions_at_two_processes_count_once(start_site, alice, runs, call):
    first, second = start_site(), start_site()
    Visitor(first, alice).ask(SEND, tools=["send"])
    proposed = call("proposed")

    assert decide(second, alice, proposed).end["state"] == "complete"
    again = Visitor(first, alice).http.post(
        f"/tool-calls/{proposed.pk}/", data={"decision": "approve"}, headers={"Accept": "text/event-stream"}
    )
    assert again.status_code == 409
    assert len(runs()) == 2


@pytest.fixture
def breakable(stand_in, runs, tool_log):
    """A process with these tools whose database can fail."""
    with start_breakable(stand_in, CHAT_TOOLS=FUNCTIONS, TOOL_LOG=str(tool_log)) as running:
        yield running


def test_the_database_is_away_when_a_result_is_to_be_stored(breakable, alice, runs, call):
    question = '[[rate:0]][[tool:look:{"seconds": 1}]]Please.'
    with Visitor(breakable.site, alice).asking(question, tools=["look"]) as stream:
        eventually(runs)
        with breakable.outage():
            eventually(lambda: len(runs()) == 2)
            stream.until("saving")
        assert stream.end["state"] == "complete"

    assert "It is noon." in stored(stream.start["reply"]).text
    assert call("done")
    assert len(runs()) == 2


def test_bob_cannot_decide_about_a_call_of_alice(start_site, alice, bob, runs, call):
    site = start_site()
    Visitor(site, alice).ask(SEND, tools=["send"])

    response = Visitor(site, bob).http.post(f"/tool-calls/{call('proposed').pk}/", data={"decision": "approve"})
    assert response.status_code == 404
    assert call("proposed")
    assert runs() == []


def test_an_answer_of_twenty_steps_has_few_queries_a_step(start_site, alice, runs):
    site = start_site()
    end = Visitor(site, alice).ask("[[rate:0]][[tool:look:{}]][[steps:19]]Please.", tools=["look"]).end
    assert end["state"] == "complete"
    assert len(runs()) == 38
