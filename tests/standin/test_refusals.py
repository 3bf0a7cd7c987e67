"""The stand-in refuses what the real API refuses, with its status and type."""

import json
import re

import httpx2
import pytest

from chatsite.standin.markers import ARGUMENTS
from tests.site import ROOT

SONNET, HAIKU = "claude-sonnet-5-5", "claude-haiku-5-5"
HEADERS = {"x-api-key": "test-key", "anthropic-version": "2026-10-21"}
QUESTION = {"role": "user", "content": "[[echo:Yes.]]"}
ANSWER = {"role": "assistant", "content": "Yes."}
TOOL = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "Rain."}


@pytest.fixture
def post(stand_in):
    stand_in.reset()

    def send(headers=HEADERS, path="/v1/messages", **body):
        asked = {"model": SONNET, "max_tokens": 100, "messages": [QUESTION]} | body
        return httpx2.post(stand_in.url + path, headers=headers, json=asked, timeout=10)

    return send


def says(*blocks):
    return {"role": "assistant", "content": list(blocks)}


TURNS = {
    "no turn": [],
    "an empty question": [{"role": "user", "content": ""}],
    "no blocks": [{"role": "user", "content": []}],
    "white space": [{"role": "user", "content": [{"type": "text", "text": " \n"}]}],
    "an empty answer": [QUESTION, says({"type": "text", "text": ""}), QUESTION],
    "no answer at all": [QUESTION, says(), QUESTION],
    "two questions in a row": [QUESTION, QUESTION],
    "two answers in a row": [QUESTION, ANSWER, ANSWER, QUESTION],
    "an answer first": [ANSWER, QUESTION],
    "the beginning of the answer": [QUESTION, ANSWER],
    "an unknown role": [{"role": "robot", "content": "Hello."}],
    "another field": [QUESTION | {"name": "Alice"}],
    "a tool call without its result": [QUESTION, says(TOOL), QUESTION],
    "a result without its call": [QUESTION, ANSWER, {"role": "user", "content": [RESULT]}],
    "thinking in a question": [{"role": "user", "content": [{"type": "thinking", "thinking": "", "signature": ""}]}],
    "thinking without its signature": [QUESTION, says({"type": "thinking", "thinking": "Hm."}), QUESTION],
    "somebody else's thinking": [QUESTION, says({"type": "thinking", "thinking": "Hm.", "signature": "x"}), QUESTION],
    "sealed thinking that was altered": [QUESTION, says({"type": "redacted_thinking", "data": "x"}), QUESTION],
}


@pytest.mark.parametrize("turns", TURNS.values(), ids=TURNS.keys())
def test_turns_that_the_api_does_not_take(post, turns):
    response = post(messages=turns)

    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"


PARAMETERS = [
    {"temperature": 0.5},
    {"top_p": 0.5},
    {"top_k": 5},
    {"verbosity": "low"},
    {"max_tokens": None},
    {"max_tokens": -1},
    {"max_tokens": True},
    {"max_tokens": 128_001},
    {"thinking": {"type": "enabled", "budget_tokens": 2_000}},
    {"thinking": {"type": "disabled"}},
    {"thinking": {"type": "adaptive", "display": "all"}},
    {"output_config": {"effort": "extreme"}},
    {"tool_choice": {"type": "any"}},
    {"cache_control": {"type": "ephemeral", "ttl": "1d"}},
    {"system": [{"type": "text", "text": ""}]},
    {"messages": "Hello"},
]


@pytest.mark.parametrize("parameters", PARAMETERS, ids=lambda each: next(iter(each)))
def test_parameters_that_the_current_models_do_not_take(post, parameters):
    response = post(**parameters)

    assert response.status_code == 400
    assert next(iter(parameters)).split("_")[0] in response.json()["error"]["message"]


@pytest.mark.parametrize("model", ["claude-next-9", "claude-opus-4-20250514"])
def test_unknown_and_retired_models_are_not_found(post, model):
    response = post(model=model)

    assert response.status_code == 404
    assert response.json()["error"] == {"type": "not_found_error", "message": f"model: {model}"}


def test_thinking_belongs_to_the_model_that_thought_it(post):
    asked = [{"role": "user", "content": "[[thinking:Hm.]][[echo:Yes.]]"}]
    shown = {"type": "adaptive", "display": "summarized"}
    content = post(messages=asked, thinking=shown).json()["content"]
    again = [*asked, says(*content), QUESTION]

    assert post(messages=again).status_code == 200
    assert "signature" in post(messages=again, model=HAIKU).json()["error"]["message"]
    content[0]["thinking"] = "Hm!"
    assert "signature" in post(messages=[*asked, says(*content), QUESTION]).json()["error"]["message"]


def test_a_tool_call_is_answered_by_its_result(post):
    assert post(messages=[QUESTION, says(TOOL), {"role": "user", "content": [RESULT]}]).status_code == 200


def test_the_key_and_the_version_are_asked_for(post):
    assert post(headers={}).json()["error"]["type"] == "authentication_error"
    assert post(headers=HEADERS | {"x-api-key": "bad-key"}).status_code == 401
    assert post(headers={"authorization": "Bearer token"}).status_code == 400
    assert post(headers={"authorization": "Bearer token", "anthropic-version": "2026-10-21"}).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(stand_in, body):
    response = httpx2.post(f"{stand_in.url}/v1/messages", headers=HEADERS, content=body)

    assert response.status_code == 400
    assert response.json()["request_id"] == response.headers["request-id"]


def test_a_body_of_more_than_32_megabytes_is_too_large(stand_in):
    response = httpx2.post(f"{stand_in.url}/v1/messages", headers=HEADERS, content=b"x" * (33 * 1024 * 1024))

    assert (response.status_code, response.json()["error"]["type"]) == (413, "request_too_large")


def test_a_marker_that_makes_no_sense_is_named(post):
    for marker in ("status:900", "rate:fast", "chars:0", "error:nonsense:1", "kind:poem", "stall", "echo"):
        response = post(messages=[{"role": "user", "content": f"[[{marker}]]"}])
        assert response.status_code == 400
        assert f"marker [[{marker.split(':')[0]}]]" in json.dumps(response.json())


def test_brackets_that_are_no_marker_are_text(post):
    assert post(messages=[{"role": "user", "content": "Is [[1, 2], [3, 4]] a [[wiki link]]?"}]).status_code == 200


def test_the_readme_lists_every_marker():
    listed = set(re.findall(r"\[\[([a-z0-9_]+)", (ROOT / "chatsite/standin/README.md").read_text()))

    assert listed == ARGUMENTS.keys() | {"text", "title"}
