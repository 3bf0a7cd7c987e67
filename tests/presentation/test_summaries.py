"""Where a summary is shown: in the page, on paper, in exports and in transcripts."""

import json

import pytest

from conversations.models import Conversation, Message, Summary
from tests.history import ask, create_conversation, edit, finish_answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(alice):
    """A conversation whose first two turns are summarised."""
    conversation = create_conversation(alice, "The harbour.", "The boats.", "The sea.")
    summarize(conversation, conversation.thread()[3])
    return conversation


def summarize(conversation, upto, text="They spoke of **boats**."):
    content = [{"type": "text", "text": text}]
    return Summary.store(upto.pk, model="claude-haiku-5-5", content=content, text=text)


def shown_above(response):
    """The questions above which the page shows a summary."""
    return [turn.message.text for turn in response.context["turns"] if turn.summary]


def page_of(client, conversation, action=""):
    client.force_login(conversation.owner)
    return client.get(f"/conversations/{conversation.pk}/{action}")


def test_the_page_shows_it_above_the_first_turn_that_is_sent_as_it_is(client, conversation):
    page = page_of(client, conversation)
    assert shown_above(page) == ["The sea."]
    assert "Summary of the 4 turns above" in page.text
    assert "They spoke of <strong>boats</strong>." in page.text


def test_the_line_of_left_out_turns_gives_way_to_a_later_summary_only(client, conversation):
    thread = conversation.thread()
    Message.objects.filter(pk=conversation.head_id).update(sent_from=thread[2])
    assert not any(turn.left_out_before for turn in page_of(client, conversation).context["turns"])

    for number in range(2):
        finish_answer(ask(conversation, f"More {number}."))
    later = conversation.thread()[6]
    Message.objects.filter(pk=conversation.head_id).update(sent_from=later)
    page = page_of(client, conversation)
    assert [turn.message for turn in page.context["turns"] if turn.left_out_before] == [later]
    assert shown_above(page) == ["The sea."]


def test_a_branch_without_the_summarised_turns_does_not_show_it(client, conversation):
    finish_answer(edit(conversation, None, "The harbour at night."))
    assert shown_above(page_of(client, conversation)) == []


def test_a_newer_summary_of_the_same_turns_replaces_the_older_one(client, conversation):
    summarize(conversation, conversation.thread()[3], "They spoke of masts.")
    page = page_of(client, conversation)
    assert "They spoke of masts." in page.text
    assert page.text.count('<details class="summary"') == 1


def test_it_is_printed_and_exported(client, conversation):
    printed = page_of(client, conversation, "print/").text
    assert "They spoke of <strong>boats</strong>." in printed
    markdown = page_of(client, conversation, "markdown/").text
    assert "## Summary of the 4 turns above\n\n> They spoke of **boats**." in markdown
    [summary] = json.loads(page_of(client, conversation, "json/").content)["summaries"]
    assert (summary["upto"], summary["text"]) == (str(conversation.thread()[3].pk), "They spoke of **boats**.")


def test_it_is_deleted_with_its_conversation(alice, conversation):
    Conversation.objects.filter(pk=conversation.pk).purge()
    assert not Summary.objects.exists()


def test_nothing_is_stored_for_a_message_that_was_deleted_meanwhile(alice, conversation):
    upto = conversation.thread()[5]
    Conversation.objects.filter(pk=conversation.pk).delete()
    assert summarize(conversation, upto) is None


def test_what_was_counted_before_a_summary_is_counted_again(conversation):
    Message.objects.filter(pk=conversation.head_id).update(context_tokens=900)
    summarize(conversation, conversation.thread()[3])
    assert Message.objects.get(pk=conversation.head_id).context_tokens is None
