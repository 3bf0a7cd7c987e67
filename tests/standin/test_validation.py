"""The stand-in refuses what the real API refuses, with its status and error type."""

import httpx2
import pytest

SONNET, HAIKU = "claude-sonnet-5-5", "claude-haiku-5-5"
HEADERS = {"x-api-key": "test-key", "anthropic-version": "2026-10-21"}
QUESTION = {"role": "user", "content": "[[echo:Yes.]]"}
ANSWER = {"role": "assistant", "content": "Yes."}


@pytest.fixture
def post(stand_in):
    """Send a valid request with the given headers or fields in place of its own."""
    stand_in.reset()

    def send(headers=HEADERS, **fields):
        body = {"model": SONNET, "max_tokens": 100, "messages": [QUESTION]} | fields
        return httpx2.post(f"{stand_in.url}/v1/messages", headers=headers, json=body, timeout=10)

    return send


def user(*blocks):
    return {"role": "user", "content": list(blocks)}


def assistant(*blocks):
    return {"role": "assistant", "content": list(blocks)}


INVALID_MESSAGES = {
    "no message": [],
    "an empty question": [{"role": "user", "content": ""}],
    "a question without blocks": [user()],
    "a question of white space": [user({"type": "text", "text": " \n"})],
    "an empty answer": [QUESTION, assistant({"type": "text", "text": ""}), QUESTION],
    "an answer without blocks": [QUESTION, assistant(), QUESTION],
    "two questions in a row": [QUESTION, QUESTION],
    "two answers in a row": [QUESTION, ANSWER, ANSWER, QUESTION],
    "an answer first": [ANSWER, QUESTION],
    "a prefilled answer": [QUESTION, ANSWER],
    "an unknown role": [{"role": "robot", "content": "Hello."}],
    "an unknown field": [QUESTION | {"name": "Alice"}],
    "thinking in a question": [user({"type": "thinking", "thinking": "", "signature": ""})],
    "thinking without a signature": [QUESTION, assistant({"type": "thinking", "thinking": "Hm."}), QUESTION],
    "thinking with another signature": [
        QUESTION,
        assistant({"type": "thinking", "thinking": "Hm.", "signature": "x"}),
        QUESTION,
    ],
    "altered redacted thinking": [QUESTION, assistant({"type": "redacted_thinking", "data": "x"}), QUESTION],
}


@pytest.mark.parametrize("messages", INVALID_MESSAGES.values(), ids=INVALID_MESSAGES)
def test_invalid_messages_are_refused(post, messages):
    response = post(messages=messages)

    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"


INVALID_FIELDS = [
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
    {"thinking": "adaptive"},
    {"output_config": {"effort": "extreme"}},
    {"tool_choice": {"type": "any"}},
    {"cache_control": {"type": "ephemeral", "ttl": "1d"}},
    {"system": [{"type": "text", "text": ""}]},
    {"messages": "Hello"},
]


@pytest.mark.parametrize("fields", INVALID_FIELDS, ids=str)
def test_a_field_that_current_models_refuse_is_named(post, fields):
    response = post(**fields)

    [name] = fields
    assert response.status_code == 400
    assert name.split("_")[0] in response.json()["error"]["message"]


@pytest.mark.parametrize("model", ["claude-next-9", "claude-opus-4-20250514"])
def test_unknown_and_retired_models_are_not_found(post, model):
    response = post(model=model)

    assert response.status_code == 404
    assert response.json()["error"] == {"type": "not_found_error", "message": f"model: {model}"}


# Thinking


@pytest.fixture
def thinking_answer(post):
    """The content of an answer with a visible thinking block."""
    question = {"role": "user", "content": "[[thinking:Hm.]][[echo:Yes.]]"}
    return post(messages=[question], thinking={"type": "adaptive", "display": "summarized"}).json()["content"]


def test_a_model_accepts_its_own_thinking(post, thinking_answer):
    assert post(messages=[QUESTION, assistant(*thinking_answer), QUESTION]).status_code == 200


def test_a_model_refuses_the_thinking_of_another(post, thinking_answer):
    response = post(messages=[QUESTION, assistant(*thinking_answer), QUESTION], model=HAIKU)
    assert "signature" in response.json()["error"]["message"]


def test_a_model_refuses_thinking_that_was_altered(post, thinking_answer):
    thinking, text = thinking_answer
    response = post(messages=[QUESTION, assistant(thinking | {"thinking": "Hm!"}, text), QUESTION])
    assert "signature" in response.json()["error"]["message"]


# Headers and bodies

INVALID_HEADERS = {
    "no key": ({}, 401),
    "a bad key": (HEADERS | {"x-api-key": "bad-key"}, 401),
    "no version": ({"authorization": "Bearer token"}, 400),
}


@pytest.mark.parametrize(("headers", "status"), INVALID_HEADERS.values(), ids=INVALID_HEADERS)
def test_a_key_and_a_version_are_needed(post, headers, status):
    assert post(headers=headers).status_code == status


def test_the_key_may_be_a_bearer_token(post):
    assert post(headers={"authorization": "Bearer token", "anthropic-version": "2026-10-21"}).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(stand_in, body):
    response = httpx2.post(f"{stand_in.url}/v1/messages", headers=HEADERS, content=body)

    assert response.status_code == 400
    assert response.json()["request_id"] == response.headers["request-id"]


def test_a_body_of_more_than_32_megabytes_is_too_large(stand_in):
    response = httpx2.post(f"{stand_in.url}/v1/messages", headers=HEADERS, content=b"x" * (33 * 1024 * 1024))

    assert response.status_code == 413
    assert response.json()["error"]["type"] == "request_too_large"


def test_a_marker_with_invalid_arguments_is_refused(post):
    response = post(messages=[{"role": "user", "content": "[[rate:fast]]"}])

    assert response.status_code == 400
    assert response.json()["error"]["message"] == "marker [[rate]] cannot take 'fast' as a number"
