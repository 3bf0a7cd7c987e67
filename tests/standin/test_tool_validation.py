"""The stand-in refuses tools, calls and results that the real API refuses."""

import httpx2
import pytest

HEADERS = {"x-api-key": "test-key", "anthropic-version": "2026-10-21"}
QUESTION = {"role": "user", "content": "[[echo:Yes.]]"}
CLOCK = {"name": "clock", "description": "What time it is.", "input_schema": {"type": "object"}}
WEB_SEARCH = {"type": "web_search_20260318", "name": "web_search", "max_uses": 3}
SEARCH = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "tea"}}
FOUND = {
    "type": "web_search_tool_result",
    "tool_use_id": "srvtoolu_1",
    "content": {"type": "web_search_tool_result_error", "error_code": "unavailable"},
}
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}


@pytest.fixture
def post(stand_in):
    def send(messages=(QUESTION,), model="claude-haiku-5-5", **fields):
        body = {"model": model, "max_tokens": 100, "messages": list(messages)} | fields
        return httpx2.post(f"{stand_in.url}/v1/messages", headers=HEADERS, json=body, timeout=10)

    return send


def call(number, **fields):
    return {"type": "tool_use", "id": f"toolu_{number}", "name": "clock", "input": {}} | fields


def result(number, content="Noon.", **fields):
    return {"type": "tool_result", "tool_use_id": f"toolu_{number}", "content": content} | fields


def text(value):
    return {"type": "text", "text": value}


def turn(calls, results, *more):
    return [QUESTION, {"role": "assistant", "content": calls}, {"role": "user", "content": results}, *more]


def error_of(response):
    assert (response.status_code, response.json()["error"]["type"]) == (400, "invalid_request_error")
    return response.json()["error"]["message"]


# Tools

INVALID_TOOLS = {
    "a name with a space": ([CLOCK | {"name": "what time"}], "tools.0.custom.name: String should match pattern"),
    "a long name": ([CLOCK | {"name": "x" * 65}], "tools.0.custom.name"),
    "no name": ([{"input_schema": {"type": "object"}}], "tools.0.custom.name"),
    "two of one name": ([CLOCK, CLOCK], "Tool names must be unique"),
    "no schema": ([{"name": "clock"}], "tools.0.custom.input_schema: Field required"),
    "a schema of a text": (
        [CLOCK | {"input_schema": {"type": "string"}}],
        "input_schema.type: Input should be 'object'",
    ),
    "an unknown field": ([CLOCK | {"title": "Clock"}], "tools.0.custom.title: Extra inputs"),
    "an unknown type": ([{"type": "web_search_19990101", "name": "web_search"}], "does not match any of"),
    "another name of a server tool": ([WEB_SEARCH | {"name": "search"}], "name: Input should be 'web_search'"),
    "no uses": ([WEB_SEARCH | {"max_uses": 0}], "max_uses"),
    "domains allowed and blocked": ([WEB_SEARCH | {"allowed_domains": ["a.b"], "blocked_domains": ["c.d"]}], "both"),
    "no list": ({}, "tools: Input should be a valid list"),
}


@pytest.mark.parametrize(("tools", "message"), INVALID_TOOLS.values(), ids=INVALID_TOOLS)
def test_invalid_tools_are_refused(post, tools, message):
    assert message in error_of(post(tools=tools))


def test_tools_of_the_client_and_of_the_server_are_accepted(post):
    fetch = {"type": "web_fetch_20260318", "name": "web_fetch", "citations": {"enabled": True}}
    code = {"type": "code_execution_20260521", "name": "code_execution"}
    tools = [CLOCK | {"strict": True, "type": "custom"}, WEB_SEARCH, fetch, code]

    assert post(tools=tools, tool_choice={"type": "auto", "disable_parallel_tool_use": True}).status_code == 200


def test_a_tool_that_must_be_used_has_to_be_offered(post):
    assert "'watch' not found" in error_of(post(tools=[CLOCK], tool_choice={"type": "tool", "name": "watch"}))


def test_a_choice_of_tools_needs_tools(post):
    assert "while providing tools" in error_of(post(tool_choice={"type": "auto"}))


# Calls and results

MISSING = "messages.2: `tool_use` ids were found without `tool_result` blocks immediately after: "
INVALID_HISTORIES = {
    "a call without its result": (turn([call(1)], [text("Go on.")]), f"{MISSING}toolu_1"),
    "a call before another answer's result": (
        turn([call(1)], [text("Go on.")], {"role": "assistant", "content": "Yes."}, QUESTION),
        f"{MISSING}toolu_1",
    ),
    "one of two results": (turn([call(1), call(2)], [result(1)]), f"{MISSING}toolu_2"),
    "a text before the result": (turn([call(1)], [text("Here:"), result(1)]), f"{MISSING}toolu_1"),
    "a text between results": (turn([call(1), call(2)], [result(1), text("and"), result(2)]), f"{MISSING}toolu_2"),
    "a result without its call": (
        turn([text("Yes.")], [result(1)]),
        "messages.2: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1",
    ),
    "a result of an earlier call": (
        turn(
            [call(1)],
            [result(1)],
            {"role": "assistant", "content": [call(2)]},
            {"role": "user", "content": [result(1)]},
        ),
        "messages.4: unexpected `tool_use_id`",
    ),
    "a result twice": (turn([call(1)], [result(1), result(1)]), "each tool_use must have a single result"),
    "an id twice": (turn([call(1), call(1)], [result(1)]), "`tool_use` ids must be unique"),
    "an id in two answers": (
        turn(
            [call(1)],
            [result(1)],
            {"role": "assistant", "content": [call(1)]},
            {"role": "user", "content": [result(1)]},
        ),
        "`tool_use` ids must be unique",
    ),
    "a call of a person": ([{"role": "user", "content": [call(1)]}], "`tool_use` blocks can only be in"),
    "a result of the assistant": (turn([result(1)], [text("Hm.")]), "`tool_result` blocks can only be in"),
    "an input that is a text": (turn([call(1, input="{}")], [result(1)]), "input: Input should be a valid dictionary"),
    "no input": (turn([{"type": "tool_use", "id": "toolu_1", "name": "clock"}], [result(1)]), "input: Field required"),
    "an id with a space": (turn([call(1, id="tool 1")], [result(1)]), "id: String should match pattern"),
    "a name with a space": (turn([call(1, name="a b")], [result(1)]), "name: String should match pattern"),
    "an unknown field of a call": (turn([call(1, state="done")], [result(1)]), "state: Extra inputs"),
    "an unknown field of a result": (turn([call(1)], [result(1, name="clock")]), "name: Extra inputs"),
    "an empty text in a result": (turn([call(1)], [result(1, [text("")])]), "must be non-empty"),
    "white space in a result": (turn([call(1)], [result(1, [text(" \n")])]), "non-whitespace"),
    "a result in a result": (turn([call(1)], [result(1, [result(2)])]), "content.0: Input should be one of"),
    "an image that is none": (turn([call(1)], [result(1, [IMAGE])]), "Could not process image"),
    "a number as a result": (turn([call(1)], [result(1, 12)]), "Input should be a string or a list"),
    "an error that is a text": (turn([call(1)], [result(1, is_error="yes")]), "is_error"),
    "a search without its result": (
        turn([SEARCH], [text("Go on.")]),
        "without a corresponding `web_search_tool_result`",
    ),
    "a search result without its search": (turn([FOUND], [text("Go on.")]), "unexpected `tool_use_id`"),
    "a search result before its search": (turn([FOUND, SEARCH], [text("Go on.")]), "unexpected `tool_use_id`"),
    "an empty search result": (turn([SEARCH, FOUND | {"content": None}], [text("Go on.")]), "content: Field required"),
    "an unknown server tool": (turn([SEARCH | {"name": "web_surf"}], [text("Go on.")]), "name: Input should be one of"),
}


@pytest.mark.parametrize(("messages", "message"), INVALID_HISTORIES.values(), ids=INVALID_HISTORIES)
def test_invalid_histories_are_refused(post, messages, message):
    assert message in error_of(post(messages, tools=[CLOCK]))


VALID_HISTORIES = {
    "a result": turn([text("Let me look."), call(1)], [result(1)]),
    "results in another order, then a text": turn([call(1), call(2)], [result(2), result(1), text("Go on.")]),
    "an empty result": turn([call(1)], [{"type": "tool_result", "tool_use_id": "toolu_1"}]),
    "an error in blocks": turn([call(1)], [result(1, [text("Denied.")], is_error=True)]),
    "a search that failed": turn([SEARCH, FOUND, text("It failed.")], [text("Go on.")]),
}


@pytest.mark.parametrize("messages", VALID_HISTORIES.values(), ids=VALID_HISTORIES)
def test_valid_histories_are_accepted(post, messages):
    assert post(messages).status_code == 200


def test_a_count_of_tokens_checks_the_history_too(stand_in):
    body = {"model": "claude-haiku-5-5", "messages": turn([call(1)], [text("Go on.")])}
    response = httpx2.post(f"{stand_in.url}/v1/messages/count_tokens", headers=HEADERS, json=body)

    assert error_of(response).startswith(MISSING)
