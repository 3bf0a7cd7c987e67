"""Steps with tools in the streams of readers, while the answer is written."""

import pytest

from chatsite.accounts.models import ApiToken
from conversations.models import Tool
from conversations.tools.web import create_missing_tools
from tests.site import Visitor

#: The answer begins when the reader is there.
SLOWLY = "[[rate:0]][[delay:0.5]]"


@pytest.fixture
def web_tools(transactional_db):
    create_missing_tools()
    Tool.objects.filter(kind="web").update(is_enabled=True)


def test_a_search_in_the_web_is_shown_while_it_runs_and_when_it_is_done(site, alice, web_tools):
    stream = Visitor(site, alice).ask(f"{SLOWLY}[[search:tides]]When is it high?", tools=["web_search"])

    steps = stream.named("tool")
    assert [(step["name"], step["state"], step["row"]) for step in steps] == [
        ("web_search", "running", 1),
        ("web_search", "done", 1),
    ]
    assert f'data-step="{steps[0]["id"]}"' in stream.end["html"]


def test_a_search_that_fails_is_shown_as_failed(site, alice, web_tools):
    question = f"{SLOWLY}[[web_error:max_uses_exceeded]][[search:tides]]When is it high?"
    stream = Visitor(site, alice).ask(question, tools=["web_search"])
    assert [step["state"] for step in stream.named("tool")] == ["running", "failed"]


def test_alices_script_is_told_of_a_search_too(site, alice, web_tools):
    _token, secret = ApiToken.issue(alice, "script")
    request = {"message": f"{SLOWLY}[[search:tides]]When is it high?", "tools": ["web_search"]}
    headers = {"Authorization": f"Bearer {secret}"}
    with Visitor(site).streaming("POST", "/api/chat", headers=headers, json=request) as stream:
        stream.read_to_end()

    frames = [data["tool"] for _name, data in stream.frames if data != "[DONE]" and "tool" in data]
    assert [(frame["name"], frame["state"]) for frame in frames] == [("web_search", "running"), ("web_search", "done")]


def test_the_place_of_a_tool_is_there_while_it_runs(tool_site, alice):
    question = f'{SLOWLY}[[tool:look:{{"seconds": 1}}]]Please.'
    with Visitor(tool_site, alice).asking(question, tools=["look"]) as stream:
        stream.read_to_end()

    places = ['data-tools="1"' in data.get("html", "") for _name, data in stream.frames]
    states = [data["state"] if name == "tool" else "" for name, data in stream.frames]
    assert places.index(True) < states.index("done")
