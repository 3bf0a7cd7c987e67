"""Exporting a transcript as a file: the same permission and reason as for reading, and a record of its own kind."""

import html
import json
import re
from datetime import datetime
from uuid import UUID

import comrak
import pytest

from conversations.markdown import render
from conversations.models import Message, Usage
from conversations.presentation.wording import CONTINUE
from tests.history import ask, begin, create_conversation, finish_answer, retry
from tests.transcripts.conftest import REASON, access_records, export_address

QUESTION = "Wo ist der „Kanari“? 🐦\n## Claude"


@pytest.fixture
def conversation(alice):
    """A question with two answers, of which the first is shown. The second one and the title have a usage."""
    first = finish_answer(begin(alice, QUESTION), "In the *cage*.")
    conversation = first.conversation
    second = finish_answer(retry(first), "Half an", "stopped", "stopped")
    Usage.objects.create(user=alice, conversation=conversation, message=second, model="m", cost=7, output_tokens=3)
    Usage.objects.create(user=alice, conversation=conversation, purpose="title", model="m", cost=None)
    conversation.switch_to(first.pk)
    return conversation


@pytest.fixture
def document(reader, conversation):
    """The JSON export of the conversation."""
    return json.loads(reader.export(conversation, "json", reason=REASON).content)


def headings(file) -> list[str]:
    """The headings of a Markdown file, without those in quotes, as a reader sees them."""
    page = comrak.render_markdown(file.content.decode())
    while "<blockquote>" in page:
        page = re.sub(r"<blockquote>((?!<blockquote>).)*?</blockquote>", "", page, flags=re.DOTALL)
    return re.findall(r"<h[1-6]>(.*)</h[1-6]>", page)


# JSON


def test_the_json_names_the_owner_and_the_shown_answer(document, conversation):
    assert document["conversation"]["owner"] == {"email": "alice@example.com", "name": "Alice", "active": True}
    assert UUID(document["conversation"]["head"]) == conversation.head_id


def test_the_json_holds_every_version_with_its_state(document):
    question, first, second = document["messages"]
    assert [message["text"] for message in document["messages"]] == [QUESTION, "In the *cage*.", "Half an"]
    assert first["parent"] == second["parent"] == question["id"]
    assert (second["state"], second["ending"], second["model"]) == ("stopped", "stopped", "claude-sonnet-5-5")


def test_the_json_holds_the_usage_of_each_answer_and_of_the_title(document):
    _question, _first, second = document["messages"]
    [call] = second["usage"]
    assert (call["cost"], call["output_tokens"]) == (7, 3)
    assert [call["purpose"] for call in document["other_usage"]] == ["title"]


def test_dates_in_the_json_are_iso_8601_with_a_time_zone(document, conversation):
    _question, first, _second = document["messages"]
    assert datetime.fromisoformat(first["created"]) == conversation.messages.get(pk=first["id"]).created
    assert datetime.fromisoformat(document["exported"]).tzinfo


def test_the_keys_of_the_conversation_in_the_json_stay_as_they_are(document):
    assert document["format"] == "chatsite conversation 1"
    assert list(document) == [
        "format",
        "exported",
        "conversation",
        "messages",
        "tool_calls",
        "other_usage",
        "files",
        "summaries",
    ]
    assert list(document["conversation"]) == [
        "id",
        "title",
        "system",
        "head",
        "created",
        "updated",
        "deleted",
        "owner",
    ]


def test_the_keys_of_a_message_in_the_json_stay_as_they_are(document):
    assert list(document["messages"][0]) == [
        "id",
        "parent",
        "role",
        "text",
        "blocks",
        "sources",
        "state",
        "ending",
        "stop_reason",
        "error_code",
        "error_detail",
        "request_id",
        "model",
        "system",
        "sent_from",
        "created",
        "finished",
        "usage",
    ]


def test_the_keys_of_usage_in_the_json_stay_as_they_are(document):
    assert list(document["other_usage"][0]) == [
        "purpose",
        "model",
        "state",
        "request_id",
        "input_tokens",
        "output_tokens",
        "cache_write_5m_tokens",
        "cache_write_1h_tokens",
        "cache_read_tokens",
        "web_searches",
        "estimated",
        "cost",
        "created",
    ]


# Markdown


def test_the_markdown_is_the_shown_path_and_mentions_other_versions(reader, conversation):
    html = render(reader.export(conversation, "md", reason=REASON).text)
    assert "alice@example.com" in html
    assert "version 1 of 2" in html
    assert "In the <em>cage</em>." in html
    assert "Half an" not in html


def test_a_question_in_the_markdown_is_quoted_and_cannot_pass_for_an_answer(reader, conversation):
    html = render(reader.export(conversation, "md", reason=REASON).text)
    assert html.count(">Claude · ") == 1


def test_the_markdown_of_another_version_is_linked_on_its_page(reader, conversation):
    other = conversation.messages.get(text="Half an")
    page = reader.open(conversation, f"?message={other.pk}")
    assert f"{export_address(conversation, 'md')}?message={other.pk}" in page.text
    file = reader.export(conversation, "md", f"?message={other.pk}")
    assert "Half an\n\n*Stopped by alice@example.com.*" in file.text


def test_the_markdown_holds_all_pages_of_a_long_conversation(reader, alice):
    conversation = create_conversation(alice, *(f"Question {number}x" for number in range(30)))
    file = reader.export(conversation, "md", reason=REASON)
    assert all(f"> Question {number}x\n" in file.text for number in range(30))


OPEN_MARKUP = [
    "```python\nprint(1)",
    "~~~~~~\ncode\n~~~",
    "- a list\n\n  ````\n  code\n  ```",
    "$$\nx^2",
    "<!-- a comment",
    "<script>\nlet x = 1;",
    "<pre>",
    "A text `with code",
    "## You · 2026-11-26 10:00:00 UTC",
    "a\r## You",
    "You\n---",
    "You\n===",
    "---",
    "> ## You",
    "1. a list\n",
    "[You]: https://example.com",
]


@pytest.mark.parametrize("text", OPEN_MARKUP)
def test_the_turns_after_any_text_stay_turns(reader, alice, text):
    answer = finish_answer(begin(alice, text), text, "stopped", "stopped")
    finish_answer(ask(answer.conversation, "And then?"))
    file = reader.export(answer.conversation, "md", reason=REASON)
    titles = [title.split(" · ")[0] for title in headings(file)][1:]
    assert titles == ["Alice", "Instructions", "Claude", "Alice", "Claude"]


@pytest.mark.parametrize("text", [*OPEN_MARKUP, "two  \nlines", "```\nx = 1\n```\n\n    code  "])
def test_a_text_in_the_markdown_is_whole_once_its_quote_marks_are_removed(reader, alice, text):
    answer = finish_answer(begin(alice, "Why?"), text)
    file = reader.export(answer.conversation, "md", reason=REASON).content.decode()
    quoted = re.findall(r"(?:^>.*\n)+", file, re.MULTILINE)[-1]
    assert re.sub(r"^> ?", "", quoted, flags=re.MULTILINE).rstrip("\n") == text.replace("\r", "\n").rstrip("\n")


@pytest.mark.parametrize("title", ["How does __init__ work?", "Learning C #", "a *b* `c` <d> $e$ [f](g)", "R&amp;D"])
def test_a_title_in_the_markdown_reads_as_it_was_written(reader, conversation, title):
    conversation.rename(title)
    heading = headings(reader.export(conversation, "md", reason=REASON))[0]
    assert html.unescape(heading) == title


def test_the_markdown_says_that_an_answer_was_still_being_written(reader, alice):
    answer = begin(alice, "Why?")
    Message.objects.filter(pk=answer.pk).update(text="Because ```")
    file = reader.export(answer.conversation, "md", reason=REASON).content.decode()
    assert file.endswith("> Because ```\n\n*This answer was still being written when this file was made.*\n")


def test_the_json_says_that_an_answer_was_still_being_written(reader, alice):
    answer = begin(alice, "Why?")
    Message.objects.filter(pk=answer.pk).update(text="Because")
    _question, written = json.loads(reader.export(answer.conversation, "json", reason=REASON).content)["messages"]
    assert (written["state"], written["finished"], written["text"]) == ("writing", None, "Because")


def test_code_that_was_continued_goes_on_as_code_in_the_markdown(reader, alice):
    cut = finish_answer(begin(alice), "```python\nfor i in ra", "stopped", "stopped")
    finish_answer(ask(cut.conversation, CONTINUE), "nge(9): pass\n```")
    file = reader.export(cut.conversation, "md", reason=REASON).text

    assert "\n*Continued*\n" in file
    assert "> ```python\n> nge(9): pass\n> ```\n" in file
    assert CONTINUE not in file


# Both


@pytest.mark.parametrize(
    ("kind", "content_type"), [("md", "text/markdown; charset=utf-8"), ("json", "application/json")]
)
def test_the_file_has_its_content_type(reader, conversation, kind, content_type):
    assert reader.export(conversation, kind, reason=REASON)["Content-Type"] == content_type


@pytest.mark.parametrize("kind", ["md", "json"])
def test_the_name_of_the_file_does_not_depend_on_the_title(reader, conversation, kind):
    conversation.rename('../../etc/passwd"; x=\r\nSet-Cookie: a=b')
    file = reader.export(conversation, kind, reason=REASON)
    assert file["Content-Disposition"] == f'attachment; filename="conversation-{conversation.pk}.{kind}"'
    assert file["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in file["Cache-Control"]


@pytest.mark.parametrize("kind", ["md", "json"])
def test_an_export_is_recorded_with_the_reason_for_opening_the_transcript(reader, conversation, kind):
    reader.open(conversation)
    assert reader.export(conversation, kind).status_code == 200
    assert [(record_kind, reason) for _reader, _owner, record_kind, reason in access_records()] == [
        ("opened", REASON),
        ("exported", REASON),
    ]


@pytest.mark.parametrize("kind", ["md", "json"])
def test_a_link_to_an_export_shows_a_form_and_no_file(reader, conversation, kind):
    response = reader.client.get(export_address(conversation, kind))
    assert response.status_code == 200
    assert "Kanari" not in response.text
    assert "Content-Disposition" not in response


@pytest.mark.parametrize("kind", ["md", "json"])
@pytest.mark.parametrize("fields", [{}, {"reason": "short"}])
def test_without_a_valid_reason_there_is_no_file(reader, conversation, kind, fields):
    response = reader.export(conversation, kind, **fields)
    assert response.status_code == 400
    assert "Kanari" not in response.text
    assert "Content-Disposition" not in response
    assert access_records() == []


def test_there_is_no_other_kind_of_file(reader, conversation):
    assert reader.export(conversation, "html", reason=REASON).status_code in {301, 404}
    assert access_records() == []


def test_the_export_of_a_malformed_message_is_not_found(reader, conversation):
    assert reader.export(conversation, "md", "?message=abc", reason=REASON).status_code == 404
    assert access_records() == []
