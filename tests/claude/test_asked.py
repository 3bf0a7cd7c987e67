"""What arrives at Claude when people ask: read from the stand-in's record."""

from conversations.models import Message, TeamSettings, Usage
from tests.site import Visitor


def asked(stand_in):
    return stand_in.recorded()[-1]["body"]


def test_alices_question_is_sent_with_instructions_caching_and_visible_thinking(outcome, stand_in):
    TeamSettings.objects.update_or_create(pk=1, defaults={"instructions": "Answer in verse."})
    _, answer = outcome("[[echo:Roses are red.]]")

    assert asked(stand_in) == {
        "model": "claude-sonnet-5-5",
        "max_tokens": 16_000,
        "system": "Answer in verse.",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "[[echo:Roses are red.]]"}]}],
        "cache_control": {"type": "ephemeral"},
        "thinking": {"type": "adaptive", "display": "summarized"},
        "output_config": {"effort": "medium"},
        "stream": True,
    }
    assert answer.system == "Answer in verse."


def test_no_proxy_is_asked_to_compress_the_stream(outcome, stand_in):
    outcome("[[echo:Yes.]]")

    assert stand_in.recorded()[-1]["headers"]["accept-encoding"] == "identity"


def test_the_second_question_repeats_the_first_exchange_unchanged(outcome, stand_in):
    _, answer = outcome("[[thinking:Let me see.]][[redacted]][[echo:The first answer.]]")
    first = asked(stand_in)
    _, second = outcome("[[echo:The second answer.]]", answer.conversation_id)

    now = asked(stand_in)
    assert {**now, "messages": now["messages"][:1]} == first
    thought = [block for block in now["messages"][1]["content"] if block["type"] == "thinking"]
    assert thought == [block for block in answer.content if block["type"] == "thinking"]
    assert thought[0]["signature"]
    assert [block["type"] for block in now["messages"][1]["content"]] == ["redacted_thinking", "thinking", "text"]
    # The stand-in refuses a signature that is not its own: that it answered is the proof.
    assert second.text == "The second answer."


def test_the_second_question_is_read_from_the_cache(outcome):
    _, answer = outcome("[[echo:The first answer.]]" + "And many words. " * 200)
    stream, answer = outcome("[[echo:The second answer.]]", answer.conversation_id)

    assert stream.end["usage"]["cached_share"] > 80
    assert Usage.objects.get(message=answer).cache_read_tokens > 800


def test_alice_changes_the_model_and_no_thinking_goes_along(outcome, stand_in):
    _, answer = outcome("[[thinking:Let me see.]][[echo:Sonnet's answer.]]")
    _, answer = outcome("[[echo:Opus's answer.]]", answer.conversation_id, model="claude-opus-5-5")

    assert (answer.model, answer.text) == ("claude-opus-5-5", "Opus's answer.")
    assert [block["type"] for block in asked(stand_in)["messages"][1]["content"]] == ["text"]


def test_a_stopped_answer_goes_along_as_far_as_it_came(outcome, visitor, stand_in):
    with visitor.asking("[[thinking]][[stall:2]][[echo:One two three four]]") as stream:
        stream.until("tail")
        reply = stream.start["reply"]
        visitor.stop(reply)
        stream.read_to_end()
    partial = Message.objects.get(pk=reply)
    assert partial.text.startswith("One ")

    outcome("[[echo:Go on.]]", partial.conversation_id)
    assert [block["type"] for block in asked(stand_in)["messages"][1]["content"]] == ["thinking", "text"]
    assert asked(stand_in)["messages"][1]["content"][1]["text"] == partial.text


def test_alice_edits_and_only_the_branch_she_sees_is_sent(outcome, stand_in):
    _, first = outcome("[[echo:Wrong turn.]]")
    _, _ = outcome("[[echo:Further off.]]", first.conversation_id)
    _, answer = outcome("[[echo:Better.]]", first.conversation_id, parent="")

    assert [turn["role"] for turn in asked(stand_in)["messages"]] == ["user"]
    assert answer.text == "Better."


def test_bobs_conversation_is_not_in_alices_question(outcome, site, bob, stand_in):
    Visitor(site, bob).ask("Bob's secret. [[echo:Kept.]]")
    outcome("[[echo:Hello, Alice.]]")

    assert "Bob" not in str(asked(stand_in))
