"""`POST /api/chat`: what a small client that reads a stream with `fetch` meets."""

import asyncio
import json
import re
from itertools import islice
from time import monotonic

import httpx2
import pytest

from chatsite.accounts.models import ApiToken
from conversations import sse
from conversations.models import Conversation, Message
from conversations.replies import Broadcast, End
from tests.history import texts
from tests.site import Visitor, eventually

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
def alice_client(site, alice):
    """Alice's program, with a token of hers."""
    _token, secret = ApiToken.issue(alice, "her program")
    with httpx2.Client(base_url=site.url, timeout=30, headers={"Authorization": f"Bearer {secret}"}) as http:
        yield http


def chat(http, **wish):
    return http.post("/api/chat", json=wish)


def frames(response):
    """The frames of a whole stream, which holds nothing else."""
    assert response.status_code == 200, response.text
    *parts, rest = response.content.decode().split("\n\n")
    assert rest == ""
    assert all(re.fullmatch(r"data: [^\n]+", part) for part in parts)
    return [part[6:] if part == "data: [DONE]" else json.loads(part[6:]) for part in parts]


def test_the_answer_comes_as_unnamed_frames_of_text_and_done(alice_client, alice):
    response = chat(alice_client, message="Hi! [[rate:200]][[text]]One – zwei\n\n三 🙂.[[/text]]")

    *pieces, done = frames(response)
    assert done == "[DONE]"
    assert all(set(piece) == {"text"} for piece in pieces)
    assert "".join(piece["text"] for piece in pieces) == "One – zwei\n\n三 🙂."
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache, no-transform"
    assert response.headers["x-accel-buffering"] == "no"
    answer = Message.objects.get(pk=response.headers["x-message-id"])
    assert (answer.text, answer.state) == ("One – zwei\n\n三 🙂.", "complete")
    assert str(answer.conversation_id) == response.headers["x-conversation-id"]
    assert answer.conversation.owner == alice
    assert UUID.fullmatch(response.headers["x-message-id"])


def test_a_session_with_its_csrf_token_will_do_as_well(site, alice):
    visitor = Visitor(site, alice)
    assert frames(chat(visitor.http, message="[[echo:Hi.]]"))[-2:] == [{"text": "Hi."}, "[DONE]"]
    del visitor.http.headers["X-CSRFToken"]
    refused = chat(visitor.http, message="[[echo:Hi.]]")
    assert (refused.status_code, refused.json()) == (403, {"error": "CSRF token missing or incorrect"})


@pytest.mark.parametrize(
    ("marker", "text", "code", "error", "retryable"),
    [
        ("[[status:529]]", "", "overloaded", "529 Overloaded: Claude is overloaded. Try again.", True),
        ("[[error:overloaded_error:2]]", "+", "overloaded", "529 Overloaded: Claude is overloaded. Try again.", True),
        ("[[status:401]]", "", "misconfigured", "503 Service Unavailable: Claude is not available.", False),
        ("[[truncate:2]]", "+", "upstream_truncated", "502 Bad Gateway: The answer broke off before its end.", True),
    ],
)
def test_an_error_is_a_frame_after_the_text_and_before_done(alice_client, marker, text, code, error, retryable):
    *pieces, failure, done = frames(chat(alice_client, message=f"{marker}[[rate:200]][[chars:300]]"))

    assert bool("".join(piece["text"] for piece in pieces)) == bool(text)
    assert done == "[DONE]"
    assert list(failure) == ["error", "code", "retryable", "request_id"]
    assert failure["error"].startswith(error)
    assert (failure["code"], failure["retryable"]) == (code, retryable)
    answer = Message.objects.get(role="assistant")
    assert failure["request_id"] == answer.request_id != ""
    assert answer.text == "".join(piece["text"] for piece in pieces)


def test_a_message_is_added_to_a_conversation(alice_client, alice):
    first = chat(alice_client, message="One. [[echo:First.]]").headers["x-conversation-id"]
    second = chat(alice_client, message="Two. [[echo:Second.]]", conversation=first)
    assert second.headers["x-conversation-id"] == first
    assert texts(Conversation.objects.get().thread())[1::2] == ["First.", "Second."]


def test_messages_with_a_system_become_a_conversation_of_their_own(alice_client, stand_in):
    told = [("user", "I am Alice."), ("assistant", "Hello, Alice."), ("user", "Who am I? [[echo:You are Alice.]]")]
    messages = [{"role": role, "content": content} for role, content in told]
    frames(chat(alice_client, messages=messages, system="Be brief."))

    conversation = Conversation.objects.get()
    assert {conversation.system, Message.objects.get(role="assistant", state="complete", model__gt="").system} == {
        "Be brief."
    }
    assert conversation.title.startswith("Who am I?")
    assert texts(conversation.thread()) == [*(content for _role, content in told), "You are Alice."]
    body = stand_in.recorded(last=True)[0]["body"]
    assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]
    assert "Be brief." in json.dumps(body["system"])

    refused = chat(alice_client, messages=messages, conversation=str(conversation.pk))
    assert (refused.status_code, conversation.messages.count()) == (400, 4)


def test_turns_of_one_person_in_a_row_are_sent_as_one(alice_client, stand_in):
    messages = [{"role": "user", "content": text} for text in ("One.", "Two.", "[[echo:Three.]]")]
    assert frames(chat(alice_client, messages=messages))[0] == {"text": "Three."}
    [sent] = stand_in.recorded(last=True)[0]["body"]["messages"]
    assert [block["text"] for block in sent["content"]] == ["One.", "Two.", "[[echo:Three.]]"]


def test_a_key_makes_a_repeat_harmless(alice_client, stand_in):
    wish = {"message": "[[echo:Once.]]", "key": "once"}
    first, again = chat(alice_client, **wish), chat(alice_client, **wish)
    assert first.headers["x-message-id"] == again.headers["x-message-id"]
    assert frames(again) == [{"text": "Once."}, "[DONE]"]
    assert chat(alice_client, message="Another.", key="once").status_code == 409
    assert len(stand_in.recorded()) == 1


def test_when_the_caller_goes_away_claude_is_stopped_at_once_and_the_text_is_kept(alice_client, stand_in):
    with alice_client.stream("POST", "/api/chat", json={"message": "[[endless]][[rate:100]]"}) as response:
        lines = [line for line in islice(response.iter_lines(), 10) if line]
    left = monotonic()
    call = eventually(lambda: [record for record in stand_in.recorded() if record["gone_at"]])[0]

    assert call["gone_at"]["monotonic"] - left < 1
    answer = Message.objects.get(pk=response.headers["x-message-id"])
    eventually(lambda: not Message.objects.writing().exists())
    answer.refresh_from_db()
    assert (answer.state, answer.ending) == ("stopped", "abandoned")
    assert answer.text.startswith("".join(json.loads(line[6:])["text"] for line in lines))
    assert stand_in.open() == 0


def test_silence_is_filled_with_an_empty_text(monkeypatch):
    monkeypatch.setattr(sse, "HEARTBEAT_SECONDS", 0.01)

    async def read() -> list[bytes]:
        reply = Broadcast()
        reply.write("Hm.")
        frames = reply.plain()
        read = [await anext(frames) for _ in range(3)]
        reply.close(End(state="complete", ending="finished"), "")
        return read + [frame async for frame in frames]

    silence = b'data: {"text": ""}\n\n'
    assert asyncio.run(read()) == [b'data: {"text":"Hm."}\n\n', silence, silence, b"data: [DONE]\n\n"]


def test_the_silence_that_is_filled_is_of_fifteen_seconds():
    assert sse.HEARTBEAT_SECONDS == 15
