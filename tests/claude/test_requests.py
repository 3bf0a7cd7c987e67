"""What Claude is sent when Alice asks."""

from conversations.models import Message, TeamSettings, Usage
from tests.site import Visitor


def block_types(message):
    return [block["type"] for block in message["content"]]


def test_a_question_is_sent_with_instructions_caching_and_visible_thinking(ask, last_request):
    TeamSettings.objects.update_or_create(pk=1, defaults={"instructions": "Answer in verse."})
    ask("[[echo:Roses are red.]]")

    assert last_request() == {
        "model": "claude-sonnet-5-5",
        "max_tokens": 16_000,
        "system": "Answer in verse.",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "[[echo:Roses are red.]]"}]}],
        "cache_control": {"type": "ephemeral"},
        "thinking": {"type": "adaptive", "display": "summarized"},
        "output_config": {"effort": "medium"},
        "stream": True,
    }


def test_the_answer_keeps_the_instructions_that_were_sent(ask):
    TeamSettings.objects.update_or_create(pk=1, defaults={"instructions": "Answer in verse."})
    _stream, answer = ask("[[echo:Roses are red.]]")

    assert answer.system == "Answer in verse."


def test_the_stream_is_asked_for_without_compression(ask, stand_in):
    ask("[[echo:Yes.]]")

    assert stand_in.recorded()[-1]["headers"]["accept-encoding"] == "identity"


# The second question


def test_the_second_request_begins_with_the_first_one_unchanged(ask, last_request):
    _stream, answer = ask("[[echo:The first answer.]]")
    first_request = last_request()
    ask("[[echo:The second answer.]]", answer.conversation_id)

    second_request = last_request()
    del second_request["diagnostics"]
    assert second_request | {"messages": second_request["messages"][:1]} == first_request


def test_thinking_is_sent_back_as_it_was_signed(ask, last_request):
    _stream, first = ask("[[thinking:Let me see.]][[redacted]][[echo:The first answer.]]")
    _stream, second = ask("[[echo:The second answer.]]", first.conversation_id)

    sent = last_request()["messages"][1]
    assert block_types(sent) == ["redacted_thinking", "thinking", "text"]
    assert sent["content"] == first.content
    # The stand-in refuses a signature that is not its own.
    assert second.text == "The second answer."


def test_the_second_question_is_read_from_the_cache(ask):
    _stream, answer = ask("[[echo:The first answer.]]" + "And many words. " * 200)
    stream, answer = ask("[[echo:The second answer.]]", answer.conversation_id)

    assert stream.end["usage"]["cached_share"] > 80
    assert Usage.objects.get(message=answer).cache_read_tokens > 800


def test_another_model_is_not_sent_the_thinking_of_the_first(ask, last_request):
    _stream, answer = ask("[[thinking:Let me see.]][[echo:Sonnet's answer.]]")
    _stream, answer = ask("[[echo:Opus's answer.]]", answer.conversation_id, model="claude-opus-5-5")

    assert (answer.model, answer.text) == ("claude-opus-5-5", "Opus's answer.")
    assert block_types(last_request()["messages"][1]) == ["text"]


def test_a_stopped_answer_is_sent_as_far_as_it_came(ask, visitor, last_request):
    with visitor.asking("[[thinking]][[stall:2]][[echo:One two three four]]") as stream:
        stream.until("tail")
        visitor.stop(stream.start["reply"])
        stream.read_to_end()
    stopped = Message.objects.get(pk=stream.start["reply"])
    ask("[[echo:Go on.]]", stopped.conversation_id)

    sent = last_request()["messages"][1]
    assert block_types(sent) == ["thinking", "text"]
    assert sent["content"][1]["text"] == stopped.text
    assert stopped.text.startswith("One ")


# What is not sent


def test_an_edited_question_is_sent_without_the_branch_it_replaces(ask, last_request):
    _stream, first = ask("[[echo:Wrong turn.]]")
    ask("[[echo:Further off.]]", first.conversation_id)
    _stream, answer = ask("[[echo:Better.]]", first.conversation_id, parent="")

    assert [message["role"] for message in last_request()["messages"]] == ["user"]
    assert answer.text == "Better."


def test_nothing_of_bobs_conversation_is_sent_with_alices_question(ask, site, bob, last_request):
    Visitor(site, bob).ask("Bob's secret. [[echo:Kept.]]")
    ask("[[echo:Hello, Alice.]]")

    assert "Bob" not in str(last_request())
