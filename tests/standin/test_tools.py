"""The stand-in calls tools as the markers demand, over the steps of a turn."""

import anthropic
import pytest

from tests.standin.turns import TOOLS, Turn


@pytest.fixture
def turn(stand_in):
    stand_in.reset()
    with anthropic.Anthropic(base_url=stand_in.url, api_key="test-key", max_retries=0) as client:
        yield Turn(client)


def test_a_tool_is_called_with_the_input_that_is_written(turn):
    answer = turn.ask('[[tool:search:{"words": ["a", "b"]}]]')

    [call] = answer.content
    assert (call.type, call.name, call.input) == ("tool_use", "search", {"words": ["a", "b"]})
    assert answer.stop_reason == "tool_use"


def test_tools_are_called_in_parallel_between_texts(turn):
    answer = turn.ask("[[thinking:Hm.]][[echo:First.]][[tool:clock]][[tool:search:{}]][[after:Last.]]")

    assert [block.type for block in answer.content] == ["thinking", "text", "tool_use", "tool_use", "text"]
    assert [answer.content[1].text, answer.content[-1].text] == ["First.", "Last."]


def test_each_step_of_a_turn_has_its_own_markers(turn):
    first = turn.ask("[[tool:clock:{}]][[then]][[tool:search:{}]][[tool:clock]][[then]][[echo:Done.]]")
    second = turn.send_results("Noon.")
    third = turn.send_results("Tea.", "Noon.")

    assert [block.name for block in first.content + second.content] == ["clock", "search", "clock"]
    assert [third.content[0].text, third.stop_reason] == ["Done.", "end_turn"]


def test_a_turn_may_have_many_steps(turn):
    answer = turn.ask("[[tool:clock]][[steps:19]]")
    steps = 1
    while answer.stop_reason == "tool_use":
        answer = turn.send_results(f"Result {steps}.")
        steps += 1

    assert steps == 20
    assert answer.content[0].text == "The tool `clock` answered: Result 19."


def test_an_answer_says_that_a_tool_failed(turn):
    turn.ask("[[tool:clock]]")
    answer = turn.send_results("Denied by Alice.", is_error=True)

    assert answer.content[0].text == "The tool `clock` gave no result: Denied by Alice."


def test_a_new_question_after_results_begins_a_new_turn(turn):
    turn.ask("[[tool:clock]][[then]][[echo:No.]]")
    answer = turn.send_results("Noon.", question="[[echo:Yes.]]")

    assert answer.content[0].text == "Yes."


@pytest.mark.parametrize("written", ["{no JSON", '{"words": "te', "7"])
def test_input_may_be_invalid(turn, written):
    question = f"[[tool:search:{written}]][[max_tokens]]"
    with turn.client.messages.create(**turn.request(question), stream=True) as events:
        *_, delta, _ = events = list(events)

    pieces = [event.delta.partial_json for event in events if event.type == "content_block_delta"]
    assert "".join(pieces) == written
    assert delta.delta.stop_reason == "max_tokens"


def test_the_stream_may_end_in_the_middle_of_the_input(turn):
    with turn.client.messages.create(**turn.request("[[tool]][[cut]]"), stream=True) as events:
        assert [event.type for event in events][-1] == "content_block_delta"


def test_a_pause_comes_before_the_calls(turn):
    paused = turn.ask("[[pause_turn:1]][[echo:Wait.]][[tool:clock]][[then]][[echo:Done.]]")
    called = turn.go_on()
    done = turn.send_results("Noon.")

    assert [paused.stop_reason, called.stop_reason, done.stop_reason] == ["pause_turn", "tool_use", "end_turn"]
    assert [block.type for block in paused.content + called.content] == ["text", "text", "tool_use"]


def test_tools_count_as_tokens(turn):
    request = turn.request("Hello.")
    tools = request.pop("tools")
    del request["max_tokens"]
    without = turn.client.messages.count_tokens(**request).input_tokens

    assert turn.client.messages.count_tokens(**request, tools=tools).input_tokens > without + 20


def test_tools_and_results_are_recorded(turn, stand_in):
    turn.ask("[[tool:clock]]")
    turn.send_results("Noon.")

    [_, record] = stand_in.recorded()
    assert record["body"]["tools"] == TOOLS
    assert record["body"]["messages"][-1]["content"][0]["content"] == "Noon."
    assert "[[tool:clock]]" in record["question"]
