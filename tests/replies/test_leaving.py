"""Readers leave: what is there is stored at once, and whether Claude goes on depends on who asked how."""

import json
import socket
import time
from functools import partial

import pytest

from chatsite.accounts.models import ApiToken
from conversations.models import Message, Usage
from tests.site import Visitor, eventually, stored


def extract_text(reply) -> str:
    return Message.objects.get(pk=reply).text


def test_what_alice_has_read_is_stored_as_soon_as_she_leaves(site, alice):
    visitor = Visitor(site, alice)
    for _attempt in range(5):  # a round that happens to be due would do as well, but not five times
        with visitor.asking("[[stall:3]][[rate:0]]") as stream:
            stream.until_text()
            reply = stream.start["reply"]
        eventually(partial(extract_text, reply), seconds=0.5, pause=0.01)
        assert visitor.stop(reply) == "stopped"


def test_a_reply_goes_on_while_one_of_two_readers_stays(impatient_site, alice):
    visitor, other_tab = Visitor(impatient_site, alice), Visitor(impatient_site, alice)
    with visitor.asking("[[chars:600]][[rate:60]]") as first:
        reply = first.start["reply"]
        with other_tab.following(reply) as second:
            second.until_text()
            visitor.http.close()
            assert second.end["state"] == "complete"
    assert stored(reply).ending == "finished"


def test_a_reply_that_nobody_reads_is_given_up_after_a_while(impatient_site, stand_in, alice):
    with Visitor(impatient_site, alice).asking("[[endless]][[rate:50]]") as stream:
        stream.until_text()
    left_at = time.monotonic()

    answer = stored(stream.start["reply"])
    assert (answer.state, answer.ending) == ("stopped", "abandoned")
    call = stand_in.recorded(last=True)[0]
    assert 0.9 < call["gone_at"]["monotonic"] - left_at < 4
    assert answer.text
    assert call["text"].startswith(answer.text)
    assert Usage.objects.get(message=answer).state == "cut"


def test_alice_comes_back_in_time_and_misses_nothing(impatient_site, alice):
    visitor = Visitor(impatient_site, alice)
    with visitor.asking("[[chars:900]][[rate:60]]") as stream:
        stream.until_text()
    time.sleep(0.3)
    with Visitor(impatient_site, alice).following(stream.start["reply"]) as again:
        assert again.end["state"] == "complete"

    assert again.frames[0][0] == "snapshot"
    answer = stored(stream.start["reply"])
    assert (answer.state, answer.ending) == ("complete", "finished")
    assert answer.html in again.end["html"]


def test_a_question_asked_by_a_plain_form_is_answered_to_its_end_without_a_reader(impatient_site, alice):
    visitor = Visitor(impatient_site, alice)
    assert visitor.http.post("/conversations/", data={"text": "[[chars:350]][[rate:20]]"}).status_code == 303
    reply = Message.objects.get(role="assistant")
    with visitor.following(reply.pk) as stream:  # a look at it does not start a clock
        stream.until_text()
    assert stored(reply.pk, 20).ending == "finished"


def test_the_plain_api_gives_up_at_once_when_its_caller_goes_away(site, stand_in, alice):
    with Visitor(site, alice).chatting("[[endless]][[rate:50]]") as stream:
        stream.until_text()
        left_at = time.monotonic()

    answer = stored(stream.response.headers["X-Message-Id"])
    assert (answer.state, answer.ending) == ("stopped", "abandoned")
    call = eventually(lambda: [one for one in stand_in.recorded(last=True) if one["gone_at"]])[0]
    assert call["gone_at"]["monotonic"] - left_at < 0.5
    assert answer.text.startswith(stream.text)
    assert Usage.objects.get(message=answer).estimated


@pytest.mark.parametrize("milliseconds", [1, 2, 4, 8, 12, 16, 24, 32, 500])
def test_the_plain_api_gives_up_at_once_when_its_caller_leaves_before_the_first_frame(
    site, stand_in, alice, milliseconds
):
    _token, secret = ApiToken.issue(alice, "script")
    body = json.dumps({"message": "[[delay:0.1]][[endless]]"})
    head = (
        f"POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", site.port)) as connection:
        connection.sendall((head + body).encode())
        time.sleep(milliseconds / 1000)
    time.sleep(0.3)
    eventually(lambda: not Message.objects.writing().exists() and stand_in.count_open() == 0, seconds=3)
    endings = list(Message.objects.filter(role="assistant").values_list("ending", flat=True))
    # One who leaves very early may do so before anything is stored.
    assert endings == ["abandoned"] or (milliseconds < 500 and endings == [])


def test_one_who_leaves_before_the_first_frame_leaves_no_orphan(impatient_site, stand_in, alice):
    visitor = Visitor(impatient_site, alice)
    body = "text=%5B%5Bendless%5D%5D"
    head = (
        "POST /conversations/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
        f"Cookie: csrf={'c' * 32}; session={visitor.http.cookies['session']}\r\nX-CSRFToken: {'c' * 32}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    # On a busy machine the first ones leave before anything is stored.
    for pause in (0.0, 0.005, 0.01, 0.02, 0.04, 0.2, 1.0):
        with socket.create_connection(("127.0.0.1", impatient_site.port)) as connection:
            connection.sendall((head + body).encode())
            time.sleep(pause)
    time.sleep(0.5)
    eventually(lambda: not Message.objects.writing().exists(), 15)
    assert set(Message.objects.filter(role="assistant").values_list("ending", flat=True)) == {"abandoned"}
    eventually(lambda: stand_in.count_open() == 0)
