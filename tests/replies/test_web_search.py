"""A search in the web from the question to the next one, over the wire: the stand-in refuses an invalid history."""

import pytest

from conversations.models import Tool, Usage
from conversations.presentation.sources import list_sources
from conversations.tools.web import create_missing_tools
from tests.site import Visitor, stored


@pytest.fixture
def visitor(site, alice):
    create_missing_tools()
    Tool.objects.filter(kind="web").update(is_enabled=True)
    return Visitor(site, alice)


def ask(visitor, text, conversation=None):
    stream = visitor.ask(f"[[nothinking]]{text}", conversation, tools=["web_search", "web_fetch"])
    return stored(stream.start["reply"])


def test_alice_reads_sources_and_goes_on_asking(visitor, stand_in):
    searched = ask(visitor, "[[search:tides]]When is it high?")
    fetched = ask(visitor, "[[fetch:https://tide.example/]]And there?", searched.conversation_id)
    third = ask(visitor, "[[echo:Yes.]]Sure?", searched.conversation_id)

    assert [answer.state for answer in (searched, fetched, third)] == ["complete"] * 3
    usage = Usage.objects.get(message=searched)
    assert (usage.web_searches, usage.estimated) == (1, False)
    assert {source.is_on_web for source in list_sources(searched)} == {True}
    inputs = [block["input"] for block in searched.content + fetched.content if block["type"] == "server_tool_use"]
    assert inputs == [{"query": "tides"}, {"url": "https://tide.example/"}]
    sent = [block for message in stand_in.recorded()[-1]["body"]["messages"] for block in message["content"]]
    assert {"server_tool_use", "web_search_tool_result", "web_fetch_tool_result"} <= {block["type"] for block in sent}
    assert all(block["text"].strip() for block in sent if block["type"] == "text")


def test_alice_switches_the_search_off_and_goes_on_asking(visitor, stand_in):
    searched = ask(visitor, "[[search:tides]]When is it high?")
    Tool.objects.update(is_enabled=False)

    plain = ask(visitor, "[[echo:Yes.]]Sure?", searched.conversation_id)

    assert plain.state == "complete"
    body = stand_in.recorded()[-1]["body"]
    assert ([tool["name"] for tool in body["tools"]], body["tool_choice"]) == (["web_search"], {"type": "none"})


def test_a_turn_that_pauses_within_a_search_goes_on_with_its_result(visitor, stand_in):
    answer = ask(visitor, "[[echo:Let me look.]][[search:tides]][[pause_turn:1]]When is it high?")

    kinds = [block["type"] for block in answer.content]
    assert (answer.state, answer.stop_reason) == ("complete", "end_turn")
    assert kinds[:3] == ["text", "server_tool_use", "web_search_tool_result"]
    _first, second = stand_in.recorded()
    assert [block["type"] for block in second["body"]["messages"][-1]["content"]] == ["text", "server_tool_use"]
    assert sum(Usage.objects.values_list("web_searches", flat=True)) == 1
    assert ask(visitor, "[[echo:Yes.]]Sure?", answer.conversation_id).state == "complete"


def test_a_search_that_fails_is_a_sentence_and_costs_no_fee(visitor):
    answer = ask(visitor, "[[search:tides]][[web_error:unavailable]]When is it high?")

    assert answer.state == "complete"
    assert "The tool was unavailable." in visitor.http.get(f"/conversations/{answer.conversation_id}/").text
    assert Usage.objects.get().web_searches == 0
