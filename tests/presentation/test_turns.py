"""What the page shows of a turn: what can be done with it, what Claude thought, when it was, how full the window is."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models import Message
from conversations.presentation import wording
from tests.history import ask, create_conversation, create_usage, finish_answer

pytestmark = pytest.mark.django_db
LABELLED = r'<(?:button|a) class="button(?: quiet)?"[^>]*><svg.*?</svg>(.*?)</(?:button|a)>'


def page_of(client, conversation, **fields) -> str:
    """The owner's page, after these columns of the last answer were changed."""
    Message.objects.filter(pk=conversation.head_id).update(**fields)
    client.force_login(conversation.owner)
    html: str = client.get(f"/conversations/{conversation.pk}/").text
    return html


def offered_models(page: str) -> list[str]:
    return re.findall(r'<button name="model" value="([a-z0-9-]+)">', page)


@pytest.mark.parametrize(
    ("fields", "offered"),
    [
        ({"state": "failed", "ending": "failed", "error_code": "overloaded"}, ["Continue", "Try again"]),
        ({"state": "stopped", "ending": "stopped"}, ["Continue", "Try again"]),
        ({"state": "interrupted", "ending": "lost"}, ["Continue", "Try again"]),
        ({"stop_reason": "max_tokens"}, ["Continue"]),
        ({"stop_reason": "pause_turn"}, ["Continue"]),
        ({"content": [], "text": ""}, ["Try again"]),
        ({"state": "failed", "ending": "failed", "error_code": "misconfigured"}, ["Continue", "Try again"]),
        ({"state": "failed", "ending": "failed", "error_code": "budget_spent"}, ["Continue", "See my usage"]),
        ({"state": "failed", "ending": "failed", "error_code": "invalid_request"}, ["Continue", "Edit the question"]),
        ({"state": "failed", "ending": "failed", "error_code": "too_large"}, ["Continue", "Start a new conversation"]),
        ({"stop_reason": "model_context_window_exceeded"}, ["Start a new conversation"]),
        ({"stop_reason": "refusal"}, ["Edit the question"]),
        ({}, []),
    ],
)
def test_what_helps_after_an_answer_is_a_button_with_its_name(client, alice, fields, offered):
    assert re.findall(LABELLED, page_of(client, create_conversation(alice), **fields)) == offered


def test_what_claude_declines_is_not_offered_again_to_the_same_model(client, alice):
    page = page_of(client, create_conversation(alice), stop_reason="refusal")
    assert "Claude declined to answer this." in page
    assert 'aria-label="Try again"' not in page
    assert offered_models(page) == ["claude-haiku-5-5", "claude-opus-5-5"]


def test_every_model_is_offered_for_another_attempt(client, alice, settings):
    conversation = create_conversation(alice)
    page = page_of(client, conversation)
    assert 'aria-label="Try again"' in page
    assert offered_models(page) == ["claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5-5"]

    settings.CHAT_MODELS = ["claude-sonnet-5-5"]
    assert offered_models(page_of(client, conversation)) == []


def test_a_refusal_below_continued_does_not_offer_to_edit_what_nobody_wrote(client, alice):
    conversation = create_conversation(alice, "The harbour.", wording.CONTINUE)
    page = page_of(client, conversation, stop_reason="refusal")
    assert "Edit the question" not in page


def test_a_page_with_many_refusals_takes_no_more_queries_than_one_without(client, alice):
    conversation = create_conversation(alice, "The harbour.", "The cliffs.", "The beach.")
    page_of(client, conversation)
    counts = []
    for reason in ("end_turn", "refusal"):
        conversation.messages.filter(role="assistant").update(stop_reason=reason)
        with CaptureQueriesContext(connection) as queries:
            page_of(client, conversation)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("seconds", "label"), [(None, "Thoughts"), (0.2, "Thought for 1 s"), (12.4, "Thought for 12 s"), (65, "1 min 5 s")]
)
def test_thoughts_are_prose_with_their_duration(client, alice, seconds, label):
    thinking = [{"type": "thinking", "thinking": "**Wait**, <b>see</b>."}]
    page = page_of(client, create_conversation(alice), content=thinking, thinking_seconds=seconds, html_version=0)
    assert "<strong>Wait</strong>, &lt;b&gt;see&lt;/b&gt;." in page
    assert re.search(rf"data-thinking-label>[^<]*{label}<", page)


def test_a_time_names_its_zone_and_its_day_unless_that_is_today(client, alice, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    conversation = create_conversation(alice)
    moment = timezone.now()
    local = timezone.localtime(moment)
    assert f">{local:%H:%M} {local:%Z}</time>" in page_of(client, conversation, created=moment)
    page = page_of(client, conversation, created=moment - timedelta(days=400))
    assert re.search(r'title="\w+, \d+ \w+ 20\d\d, \d\d:\d\d:\d\d CES?T">\d+ \w+ 20\d\d, \d\d:\d\d CES?T</time>', page)


@pytest.mark.parametrize(("tokens", "shown"), [(480_000, []), (620_000, ["63"]), (1_200_000, ["100"])])
def test_from_half_of_the_window_on_the_last_answer_shows_how_full_it_is(client, alice, tokens, shown):
    conversation = create_conversation(alice, "One.")
    create_usage(alice, conversation=conversation, message=conversation.head, input_tokens=900_000)
    answer = finish_answer(ask(conversation, "Two."))
    create_usage(alice, conversation=conversation, message=answer, cache_read_tokens=tokens, output_tokens=10_000)
    assert re.findall(r"<meter [^>]*>(\d+) %</meter>", page_of(client, conversation)) == shown
