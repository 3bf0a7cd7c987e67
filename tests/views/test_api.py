"""`POST /api/chat`: what a small program that reads a stream gets."""

import asyncio
import json
import re
from functools import partial
from itertools import islice
from time import monotonic
from unittest.mock import ANY

import pytest

from conversations import sse
from conversations.models import Conversation, Message
from conversations.presentation import details
from conversations.replies import Broadcast, End, Reader
from conversations.views import api
from tests.history import create_conversation, texts
from tests.site import eventually
from tests.views.requests import STREAM

API_TOKENS = ["input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
#: The end of a conversation that took place elsewhere, and a question that the stand-in answers with "You are Alice."
TURNS = [
    {"role": "user", "content": "I am Alice."},
    {"role": "assistant", "content": "Hello, Alice."},
    {"role": "user", "content": "Who am I? [[echo:You are Alice.]]"},
]
#: marker for the stand-in, whether text comes before the error, its code, its beginning, whether it is retryable
ERRORS = [
    ("[[status:529]]", False, "overloaded", "529 Overloaded: Claude is overloaded. Try again.", True),
    ("[[error:overloaded_error:2]]", True, "overloaded", "529 Overloaded: Claude is overloaded. Try again.", True),
    ("[[status:404]]", False, "model_unavailable", "404 Not Found: This model is not available any more.", False),
    ("[[error:not_found_error:0]]", False, "model_unavailable", "404 Not Found: This model is not available", False),
    ("[[status:401]]", False, "misconfigured", "503 Service Unavailable: Claude is not available.", False),
    ("[[truncate:2]]", True, "upstream_truncated", "502 Bad Gateway: The answer broke off before its end.", True),
]


def chat(http, **body):
    return http.post("/api/chat", json=body)


def frames(response):
    """The frames of a whole stream, which contains nothing else."""
    assert response.status_code == 200, response.text
    *parts, rest = response.content.decode().split("\n\n")
    assert rest == ""
    assert all(re.fullmatch(r"data: [^\n]+", part) for part in parts)
    return [part[6:] if part == "data: [DONE]" else json.loads(part[6:]) for part in parts]


def end(state="complete", stop_reason="end_turn"):
    """The frame before the last one, where nothing failed."""
    return {"text": "", "state": state, "stop_reason": stop_reason, "usage": ANY}


def extract_text(text_frames) -> str:
    assert all(set(frame) == {"text"} for frame in text_frames)
    return "".join(frame["text"] for frame in text_frames)


# The stream


def test_the_answer_is_streamed_as_frames_of_text_and_done(alice_program):
    response = chat(alice_program, message="Hi! [[rate:200]][[text]]One – zwei\n\n三 🙂.[[/text]]")
    *text_frames, ending, done = frames(response)
    assert extract_text(text_frames) == "One – zwei\n\n三 🙂."
    assert (ending, done) == (end(), "[DONE]")


def test_the_frame_before_the_last_says_how_the_answer_ended_and_what_it_used(alice_program, stand_in):
    ending = frames(chat(alice_program, message="[[echo:Hi.]][[max_tokens]]"))[-2]
    assert list(ending) == ["text", "state", "stop_reason", "usage"]
    assert (ending["text"], ending["state"], ending["stop_reason"]) == ("", "complete", "max_tokens")
    used = stand_in.recorded(last=True)[0]["usage"]
    assert ending["usage"] == {name: used[name] for name in API_TOKENS}


def test_an_answer_that_alice_stops_ends_as_stopped_without_a_reason(alice_program, alice_visitor):
    with alice_visitor.chatting("[[endless]][[rate:100]]") as stream:
        stream.until_text()
        alice_visitor.stop(stream.response.headers["x-message-id"])
        stream.read_to_end()
    (_name, ending), (_last, done) = stream.frames[-2:]
    assert ending == end("stopped", None)
    assert ending["usage"]["input_tokens"] > 0
    assert done == "[DONE]"


def test_the_answer_ends_although_what_it_used_cannot_be_read(monkeypatch):
    monkeypatch.setattr(details, "sum_tokens", lambda answer: 1 / 0)
    frame = asyncio.run(api.end_frame(Message(), End("complete", "finished", stop_reason="end_turn")))
    assert json.loads(frame.removeprefix(b"data: ")) == end() | {"usage": None}


def test_the_stream_is_neither_cached_nor_buffered_nor_transformed(alice_program):
    headers = chat(alice_program, message="[[echo:Hi.]]").headers
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "private, no-store, no-transform"
    assert headers["x-accel-buffering"] == "no"


@pytest.mark.parametrize(("marker", "has_text", "code", "sentence", "is_retryable"), ERRORS)
def test_an_error_is_a_frame_between_the_text_and_done(alice_program, marker, has_text, code, sentence, is_retryable):
    *text_frames, error, done = frames(chat(alice_program, message=f"{marker}[[rate:200]][[chars:300]]"))
    answer = Message.objects.get(role="assistant")

    assert bool(extract_text(text_frames)) == has_text
    assert extract_text(text_frames) == answer.text
    assert list(error) == ["error", "code", "retryable", "request_id"]
    assert error["error"].startswith(sentence)
    assert (error["code"], error["retryable"]) == (code, is_retryable)
    assert error["request_id"] == answer.request_id != ""
    assert done == "[DONE]"


def test_silence_is_filled_with_an_empty_text(monkeypatch):
    monkeypatch.setattr(sse, "KEEP_ALIVE_SECONDS", 0.01)

    async def read_stream() -> list[bytes]:
        broadcast = Broadcast()
        broadcast.write("Hm.")
        stream = broadcast.plain_frames(Reader(), partial(api.end_frame, Message()))
        before_the_end = [await anext(stream) for _ in range(3)]
        await broadcast.close(End("failed", "failed", "internal"), "")
        return before_the_end + [frame async for frame in stream]

    silence = b'data: {"text": ""}\n\n'
    assert asyncio.run(read_stream())[:3] == [b'data: {"text":"Hm."}\n\n', silence, silence]


@pytest.mark.parametrize("line_end", ["\u2028", "\u2029", "\u0085"])
def test_no_frame_has_what_some_clients_take_for_the_end_of_a_line(alice_program, alice_visitor, line_end):
    text = f"“東京{line_end}– é{line_end}."
    question = f"[[text]]{text}[[/text]]"
    response = chat(alice_program, message=question)
    page = alice_visitor.http.post("/conversations/", data={"text": question}, headers=STREAM)

    assert extract_text(frames(response)[:-2]) == text
    assert line_end not in response.content.decode() + page.content.decode()
    assert page.content.decode().count("event: end\n") == 1


def test_silence_is_filled_after_fifteen_seconds():
    assert sse.KEEP_ALIVE_SECONDS == 15


def test_when_the_program_hangs_up_the_call_to_claude_is_cancelled_and_the_text_saved(alice_program, stand_in):
    with alice_program.stream("POST", "/api/chat", json={"message": "[[endless]][[rate:100]]"}) as response:
        lines = [line for line in islice(response.iter_lines(), 10) if line]
    hung_up = monotonic()
    call = eventually(lambda: [record for record in stand_in.recorded() if record["gone_at"]])[0]
    eventually(lambda: not Message.objects.writing().exists())

    assert call["gone_at"]["monotonic"] - hung_up < 1
    assert stand_in.count_open() == 0
    answer = Message.objects.get(pk=response.headers["x-message-id"])
    assert (answer.state, answer.ending) == ("stopped", "abandoned")
    assert answer.text.startswith("".join(json.loads(line[6:])["text"] for line in lines))


# What is stored


def test_the_headers_name_the_answer_and_its_conversation(alice_program, alice):
    headers = chat(alice_program, message="[[echo:Hi.]]").headers
    answer = Message.objects.get(pk=headers["x-message-id"])

    assert UUID.fullmatch(headers["x-message-id"])
    assert (answer.text, answer.state, answer.conversation.owner) == ("Hi.", "complete", alice)
    assert headers["x-conversation-id"] == str(answer.conversation_id)


def test_a_message_is_added_to_a_conversation(alice_program, alice):
    conversation = create_conversation(alice)
    response = chat(alice_program, message="Two. [[echo:Second.]]", conversation=str(conversation.pk))

    assert response.headers["x-conversation-id"] == str(conversation.pk)
    conversation.refresh_from_db()
    assert texts(conversation.thread())[1::2] == ["An answer.", "Second."]


def test_messages_become_a_conversation_of_their_own(alice_program):
    frames(chat(alice_program, messages=TURNS))
    conversation = Conversation.objects.get()
    assert conversation.title.startswith("Who am I?")
    assert texts(conversation.thread()) == [*(turn["content"] for turn in TURNS), "You are Alice."]


def test_messages_that_go_on_are_added_to_their_conversation_without_a_new_title(alice_program, alice):
    history = []
    for text in ("One. [[echo:First.]]", "Two. [[echo:Second.]]"):
        history.append({"role": "user", "content": text})
        response = chat(alice_program, messages=history)
        history.append({"role": "assistant", "content": extract_text(frames(response)[:-2])})

    conversation = Conversation.objects.get()
    assert response.headers["x-conversation-id"] == str(conversation.pk)
    assert conversation.title.startswith("One.")
    assert texts(conversation.thread()) == [turn["content"] for turn in history]


def test_messages_are_sent_to_claude_with_their_roles(alice_program, stand_in):
    frames(chat(alice_program, messages=TURNS))
    request = stand_in.recorded(last=True)[0]["body"]
    assert [message["role"] for message in request["messages"]] == ["user", "assistant", "user"]


def test_a_system_is_stored_and_sent_to_claude(alice_program, stand_in):
    response = chat(alice_program, messages=TURNS, system="Be brief.")
    answer = Message.objects.get(pk=response.headers["x-message-id"])

    assert (answer.system, answer.conversation.system) == ("Be brief.", "Be brief.")
    assert "Be brief." in json.dumps(stand_in.recorded(last=True)[0]["body"]["system"])


def test_messages_are_refused_with_a_conversation(alice_program, alice):
    conversation = create_conversation(alice)
    assert chat(alice_program, messages=TURNS, conversation=str(conversation.pk)).status_code == 400
    assert conversation.messages.count() == 2


def test_several_questions_in_a_row_are_sent_as_one_turn(alice_program, stand_in):
    messages = [{"role": "user", "content": text} for text in ("One.", "Two.", "[[echo:Three.]]")]
    assert frames(chat(alice_program, messages=messages))[0] == {"text": "Three."}
    [message] = stand_in.recorded(last=True)[0]["body"]["messages"]
    assert [block["text"] for block in message["content"]] == ["One.", "Two.", "[[echo:Three.]]"]


@pytest.mark.parametrize("empty", ["", " \n", None])
def test_an_empty_answer_is_left_out_and_a_header_says_so(alice_program, stand_in, empty):
    """The tutorial's client keeps one of each answer that failed."""
    failed = [{"role": "user", "content": "Fail."}, {"role": "assistant", "content": empty}]
    response = chat(alice_program, messages=[*failed, *failed, {"role": "user", "content": "[[echo:Good.]]"}])

    assert frames(response)[0] == {"text": "Good."}
    assert response.headers["x-turns-left-out"] == "2"
    [message] = stand_in.recorded(last=True)[0]["body"]["messages"]
    assert [block["text"] for block in message["content"]] == ["Fail.", "Fail.", "[[echo:Good.]]"]


def test_an_empty_answer_at_the_end_is_left_out_too(alice_program):
    response = chat(alice_program, messages=[{"role": "user", "content": "[[echo:Hi.]]"}, {"role": "assistant"}])
    assert frames(response)[0] == {"text": "Hi."}
    assert response.headers["x-turns-left-out"] == "1"


def test_turns_that_do_not_fit_the_window_are_counted_in_the_header(alice_program, stand_in):
    # Without a summary: whether one is there by the time of the header would depend on who is faster.
    text = "[[summary:status:500]]" + "東" * 100_000
    turns = [{"role": role, "content": text} for _ in range(5) for role in ("user", "assistant")]
    question = {"role": "user", "content": "[[echo:Hi.]]"}
    response = chat(alice_program, messages=[*turns, question])

    sent = stand_in.recorded(last=True)[0]["body"]["messages"]
    assert 0 < len(sent) < len(turns)
    assert response.headers["x-turns-left-out"] == str(len(turns) + 1 - len(sent))


def test_nothing_is_reported_where_no_turn_is_left_out(alice_program):
    assert "x-turns-left-out" not in chat(alice_program, messages=TURNS).headers


# Keys and sessions


def test_a_repeat_with_the_same_key_gets_the_same_answer(alice_program, stand_in):
    first, repeat = [chat(alice_program, message="[[echo:Once.]]", key="once") for _twice in range(2)]
    assert first.headers["x-message-id"] == repeat.headers["x-message-id"]
    assert frames(repeat) == [{"text": "Once."}, end(), "[DONE]"]
    assert len(stand_in.recorded()) == 1


def test_a_repeat_does_not_bring_back_an_answer_that_is_in_the_bin(alice_program, stand_in):
    chat(alice_program, message="[[echo:Once.]]", key="once")
    Conversation.objects.get().bin()
    repeat = chat(alice_program, message="[[echo:Once.]]", key="once")
    assert (repeat.status_code, "Once." in repeat.text) == (409, False)
    assert "in the bin" in repeat.json()["error"]
    Conversation.objects.get().restore()
    assert "Once." in chat(alice_program, message="[[echo:Once.]]", key="once").text
    assert len(stand_in.recorded()) == 1


def test_the_same_key_with_another_message_is_refused(alice_program):
    chat(alice_program, message="[[echo:Once.]]", key="once")
    assert chat(alice_program, message="Another.", key="once").status_code == 409


def test_a_session_with_its_csrf_token_can_ask_too(alice_visitor):
    assert frames(chat(alice_visitor.http, message="[[echo:Hi.]]")) == [{"text": "Hi."}, end(), "[DONE]"]


def test_a_session_without_its_csrf_token_is_refused(alice_visitor):
    del alice_visitor.http.headers["X-CSRFToken"]
    response = chat(alice_visitor.http, message="[[echo:Hi.]]")
    assert (response.status_code, response.json()) == (403, {"error": "CSRF token missing or incorrect"})
