"""What people and staff read under the details of an answer, in the page and in the last frame of its stream."""

import re
from datetime import timedelta
from html import unescape

import pytest

from conversations.models import Message, TeamSettings, Usage
from conversations.presentation import details
from conversations.presentation.details import get_calls
from tests.history import create_conversation, finish_answer, retry
from tests.site import Visitor

pytestmark = pytest.mark.django_db
COUNTED = {"input_tokens": 300, "cache_read_tokens": 1200, "output_tokens": 42, "cost": 4210, "state": "complete"}


def used(conversation, **fields) -> Usage:
    """A call that the newest answer of a conversation was made with."""
    Message.objects.filter(pk=conversation.head_id).update(request_id="req_1")
    call = {"conversation": conversation, "message": conversation.head, "user": conversation.owner}
    return Usage.objects.create(**call, model="claude-sonnet-5-5", request_id="req_1", **COUNTED | fields)


def rows(html: str) -> dict[str, str]:
    """The details of the last answer."""
    *_, last = html.split('<details class="details">')
    return {name: unescape(value) for name, value in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", last)}


def page_of(client, conversation) -> str:
    client.force_login(conversation.owner)
    html: str = client.get(f"/conversations/{conversation.pk}/").content.decode()
    return html


def test_an_answer_says_what_it_took(client, alice):
    conversation = create_conversation(alice)
    used(conversation)
    answer = conversation.head
    Message.objects.filter(pk=answer.pk).update(finished=answer.created + timedelta(seconds=3.21))
    assert rows(page_of(client, conversation)) == {
        "Model": "Sonnet 5.5",
        "Sent": "1,500 tokens, 80 % from the cache",
        "Written": "42 tokens",
        "Cost": "$0.0042",
        "Duration": "3.2 s",
    }


def test_several_calls_are_counted_together_and_titles_apart(client, alice):
    conversation = create_conversation(alice)
    used(conversation)
    used(conversation, cost=5790)
    used(conversation, purpose="title", cost=1)
    read = rows(page_of(client, conversation))
    assert (read["Written"], read["Cost"]) == ("84 tokens", "$0.0100")


def test_an_estimate_and_an_unknown_price_say_so(client, alice):
    conversation = create_conversation(alice)
    call = used(conversation, estimated=True)
    read = rows(page_of(client, conversation))
    assert (read["Written"], read["Cost"]) == ("42 tokens, estimated", "$0.0042, estimated")
    Usage.objects.filter(pk=call.pk).update(cost=None)
    assert rows(page_of(client, conversation))["Cost"] == "unknown"


def test_the_request_id_is_for_staff(client, alice, carol):
    for person, shown in ((alice, None), (carol, "req_1")):
        conversation = create_conversation(person)
        used(conversation)
        assert rows(page_of(client, conversation)).get("Request") == shown


def test_costs_are_for_staff_alone_where_the_team_does_not_show_them(client, alice, carol):
    TeamSettings(show_costs=False).save()
    for person, shown in ((alice, None), (carol, "$0.0042")):
        conversation = create_conversation(person)
        used(conversation)
        assert rows(page_of(client, conversation)).get("Cost") == shown


@pytest.mark.parametrize("show_costs", [True, False])
def test_the_last_frame_tells_as_much_as_the_page(site, client, alice, show_costs):
    TeamSettings(show_costs=show_costs).save()
    stream = Visitor(site, alice).ask("[[echo:Hi.]]")
    answer = Message.objects.get(pk=stream.start["reply"])
    assert ("cost" in stream.end["usage"], "Cost" in rows(stream.end["html"])) == (show_costs, show_costs)
    assert rows(stream.end["html"]) == rows(page_of(client, answer.conversation))
    assert answer.usage.get().cost


def test_each_copy_of_an_answer_has_its_usage(alice):
    conversation = create_conversation(alice, "Wy?")
    used(conversation)
    conversation.reword(conversation.thread()[0].pk, "Why?")
    conversation.reword(conversation.thread()[0].pk, "Why, Claude?")
    copies = list(conversation.messages.filter(role="assistant").exclude(usage__isnull=False))
    assert len(copies) == 2
    assert set(get_calls(copies, conversation)) == {copy.pk for copy in copies}


def test_an_answer_that_was_kept_shows_what_it_took_once(client, alice):
    conversation = create_conversation(alice, "Wy?")
    used(conversation)
    conversation.reword(conversation.thread()[0].pk, "Why?")
    read = rows(page_of(client, conversation))
    assert (read["Cost"], read["Sent"]) == ("$0.0042", "1,500 tokens, 80 % from the cache")
    assert Usage.objects.count() == 1


def test_an_answer_of_which_nothing_was_counted_has_no_figures(client, alice):
    assert set(rows(page_of(client, create_conversation(alice)))) == {"Model", "Duration"}


def test_the_rail_names_the_model_of_each_version(client, alice):
    conversation = create_conversation(alice)
    finish_answer(retry(conversation.head, model="claude-opus-5-5"))
    assert '<p class="meta">Opus 5.5</p>' in page_of(client, conversation)


@pytest.mark.parametrize("questions", [1, 20])
def test_details_cost_the_same_queries_for_one_answer_and_for_twenty(
    client, alice, questions, django_assert_max_num_queries
):
    conversation = create_conversation(alice, *(f"Question {number}." for number in range(questions)))
    for answer in conversation.messages.filter(role="assistant"):
        conversation.head = answer
        used(conversation)
    page_of(client, conversation)
    with django_assert_max_num_queries(15):
        client.get(f"/conversations/{conversation.pk}/")


@pytest.mark.parametrize(
    ("seconds", "shown"), [(-1, "0.0 s"), (4.24, "4.2 s"), (59.96, "1 min 0 s"), (125, "2 min 5 s")]
)
def test_durations_are_read_at_a_glance(seconds, shown):
    assert details.format_duration(seconds) == shown


def test_an_answer_says_how_often_claude_searched_the_web(client, alice):
    conversation = create_conversation(alice)
    used(conversation, web_searches=2)
    used(conversation, web_searches=1, estimated=True)
    assert rows(page_of(client, conversation))["Searches in the web"] == "3, estimated"
