"""Steps with tools in a page, and decisions about them, over HTTP."""

import json
import re

import pytest

from conversations.models import Message
from conversations.models.content import text_content
from tests.site import Visitor, stored
from tests.using_tools import (
    FOUND,
    begin_waiting,
    create_answer_with_step,
    create_tool,
    run_for,
    steps_of,
    use_block,
)
from tests.views.requests import STREAM, path_of


def read_page(client, call, page=""):
    return client.get(path_of(call.conversation, page)).content.decode()


def test_alice_reads_what_a_tool_was_asked_between_the_texts_and_what_came_of_it(alice_client, alice):
    call = create_answer_with_step(alice, **run_for(1.2))
    html = read_page(alice_client, call)

    assert steps_of(html) == [f"Find ferries done 1.2 s day Sunday Result {FOUND}"]
    assert html.index("<strong>up</strong>") < html.index("Find ferries") < html.index("At nine.")


@pytest.mark.parametrize(
    ("state", "words"), [("failed", "failed"), ("denied", "denied"), ("unknown", "outcome unknown")]
)
def test_alice_reads_how_a_call_ended(alice_client, alice, state, words):
    call = create_answer_with_step(alice, state)
    assert f"Find ferries {words}" in steps_of(read_page(alice_client, call))[0]


def test_nested_values_are_lines_of_text_and_no_json(alice_client, alice):
    [call] = begin_waiting(alice, {"trip": {"day": "Sunday", "stops": ["Kiel", "Oslo"]}, "with_dog": True})
    html = read_page(alice_client, call)

    assert "day: Sunday\nstops:\n  – Kiel\n  – Oslo" in html
    assert re.search(r"with dog</dt><dd><p [^>]+>yes</p>", html)
    assert "{&quot;" not in html


def test_a_long_text_is_folded_and_a_very_long_result_is_cut(alice_client, alice):
    call = create_answer_with_step(alice, result="ferry " * 2_000)
    html = read_page(alice_client, call)

    assert "Show all 10000 characters" in html
    assert "2000 more characters are in the export of the conversation." in html


def test_characters_that_hide_what_a_value_says_are_shown_by_their_numbers(alice_client, alice):
    [call] = begin_waiting(alice, {"file": "photo\u202egnp.exe"})
    assert "photo[U+202E]gnp.exe" in read_page(alice_client, call)


def test_what_a_result_says_is_text_and_loads_nothing(alice_client, alice):
    hostile = '<img src="https://evil.example/x.png"> [click](https://evil.example/) ![](https://evil.example/y.png)'
    html = read_page(alice_client, create_answer_with_step(alice, result=hostile))

    assert "&lt;img src=&quot;https://evil.example/x.png&quot;&gt; [click](https://evil.example/)" in html
    assert not re.search(r'(?:src|href)="https://evil', html)


def test_steps_of_claudes_own_tools_are_shown_from_the_content(alice_client, alice):
    call = create_answer_with_step(alice)
    page = {"type": "web_search_result", "title": "Ferries", "url": "https://f.example/", "encrypted_content": "xyz"}
    content = [
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "ferry"}},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [page]},
        {"type": "text", "text": "At nine."},
    ]
    Message.objects.filter(tool_calls=call).update(content=content, html_version=0)
    html = read_page(alice_client, call)

    assert steps_of(html) == ["Search the web done query ferry Result Ferries https://f.example/"]
    assert '<a href="https://f.example/" target="_blank" rel="noopener noreferrer nofollow">Ferries</a>' in html
    assert "xyz" not in html


def test_a_page_with_many_steps_takes_as_many_queries_as_one_with_few(
    alice_client, alice, django_assert_max_num_queries
):
    call = create_answer_with_step(alice)

    def use_tools(times):
        content = [part for n in range(times) for part in (use_block(f"x{n}"), *text_content(f"Text {n}."))]
        Message.objects.filter(tool_calls=call).update(content=content, html_version=0)
        read_page(alice_client, call)  # its HTML is stored

    use_tools(1)
    with django_assert_max_num_queries(100) as few:
        read_page(alice_client, call)
    queries = len(few)
    use_tools(5)
    with django_assert_max_num_queries(queries):
        assert len(steps_of(read_page(alice_client, call))) == 5


def test_paper_and_files_have_the_steps(alice_client, alice):
    call = create_answer_with_step(alice)

    assert steps_of(read_page(alice_client, call, "print/")) == [f"Find ferries done day Sunday Result {FOUND}"]
    assert "- **Find ferries**: done (day: Sunday)" in read_page(alice_client, call, "markdown/")
    [exported] = json.loads(read_page(alice_client, call, "json/"))["tool_calls"]
    assert (exported["tool"], exported["input"], exported["state"]) == ("find_ferries", {"day": "Sunday"}, "done")
    assert exported["result"] == text_content(FOUND)


def test_a_reworded_answer_shows_its_steps_too(alice_client, alice):
    call = create_answer_with_step(alice)
    answer = Message.objects.select_related("conversation").get(tool_calls=call)
    assert answer.parent_id
    answer.conversation.reword(answer.parent_id, "On Sunday?")
    assert steps_of(read_page(alice_client, call)) == [f"Find ferries done day Sunday Result {FOUND}"]


def test_alice_sees_a_form_for_each_call_that_waits(alice_client, alice):
    calls = begin_waiting(alice, {"seats": 2}, {"seats": 3})
    html = read_page(alice_client, calls[0])

    for call in calls:
        assert html.count(f'action="/tool-calls/{call.pk}/"') == 2
    assert html.count("May Claude do this?") == 2


def test_the_list_says_that_a_conversation_waits_for_alice(alice_client, alice):
    [call] = begin_waiting(alice)
    assert "Waiting for you" in read_page(alice_client, call)
    described = alice_client.get(f"/sidebar/?open={call.conversation_id}").json()
    assert "Waiting for you" in described["list"]
    assert described["conversation"]["state"] == "waiting"


def test_a_script_gets_the_input_and_the_result_of_a_call(alice_client, alice):
    call = create_answer_with_step(alice)
    html = alice_client.get(f"/tool-calls/{call.pk}/").content.decode()
    assert "Sunday" in html
    assert FOUND in html


def test_one_of_two_decisions_leaves_the_other_open(site, alice):
    first, second = begin_waiting(alice, {"seats": 2}, {"seats": 3})
    with Visitor(site, alice).streaming(
        "POST", f"/tool-calls/{first.pk}/", data={"decision": "deny", "note": "Too dear."}
    ) as stream:
        html = stream.start["html"]
        assert stream.end["state"] == "waiting"

    assert f'action="/tool-calls/{second.pk}/"' in html
    assert f'action="/tool-calls/{first.pk}/"' not in html
    first.refresh_from_db()
    assert (first.state, first.note, first.decided_by) == ("denied", "Too dear.", alice)


def test_after_the_last_decision_the_answer_goes_on(site, alice):
    create_tool("book", title="Book a ferry", acts=True)
    [call] = begin_waiting(alice)
    with Visitor(site, alice).streaming("POST", f"/tool-calls/{call.pk}/", data={"decision": "deny"}) as stream:
        assert stream.start["reply"] == str(call.message_id)
        assert 'data-state="writing"' in stream.start["html"]
        stream.read_to_end()

    answer = stored(call.message_id)
    assert answer.text.startswith("I can book that.")
    assert "Book a ferry" in stream.end["html"]


def test_the_frames_of_tools_name_their_rows(site, alice):
    [call] = begin_waiting(alice)
    with Visitor(site, alice).streaming("POST", f"/tool-calls/{call.pk}/", data={"decision": "deny"}) as stream:
        stream.read_to_end()
    assert stream.named("tool")[0] == {
        "id": str(call.pk),
        "row": 1,
        "title": "Book a ferry",
        "state": "denied",
        "name": "book",
    }


def test_a_plain_form_leads_back_to_the_conversation(site, alice):
    [call, _other] = begin_waiting(alice, {"seats": 2}, {"seats": 3})
    response = Visitor(site, alice).http.post(f"/tool-calls/{call.pk}/", data={"decision": "approve"})
    assert (response.status_code, response.headers["location"]) == (303, path_of(call.conversation))


def test_a_second_decision_is_refused(site, alice):
    [call, _other] = begin_waiting(alice, {"seats": 2}, {"seats": 3})
    http = Visitor(site, alice).http
    http.post(f"/tool-calls/{call.pk}/", data={"decision": "deny"}, headers=STREAM)
    second = http.post(f"/tool-calls/{call.pk}/", data={"decision": "approve"}, headers=STREAM)

    assert (second.status_code, second.json()["code"]) == (409, "decided")
    call.refresh_from_db()
    assert call.state == "denied"
