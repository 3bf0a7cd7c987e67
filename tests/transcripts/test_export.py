"""Taking a transcript away as a file is reading: the same gate, and a record of its own kind."""

import json
from datetime import datetime
from uuid import UUID

import pytest

from conversations.markdown import render
from conversations.models import Usage
from tests.history import begin, create_conversation, finish_answer, retry
from tests.transcripts.conftest import REASON, address, records


@pytest.fixture
def hers(alice):
    """A question with two answers, the first of which is shown, and what the second one cost."""
    first = finish_answer(begin(alice, "Wo ist der „Kanari“? 🐦\n## Claude"), "In the *cage*.")
    second = retry(first)
    finish_answer(second, "Half an", "stopped", "stopped")
    Usage.objects.create(
        user=alice, conversation=first.conversation, message=second, model="m", cost=7, output_tokens=3
    )
    Usage.objects.create(user=alice, conversation=first.conversation, purpose="title", model="m", cost=None)
    first.conversation.switch_to(first.pk)
    return first.conversation


def test_the_json_holds_every_version_with_its_state_usage_and_dates(reader, hers):
    file = reader.export(hers, "json", reason=REASON)
    assert file["Content-Type"] == "application/json"
    whole = json.loads(file.content)
    assert whole["conversation"]["owner"] == {"email": "alice@example.com", "name": "Alice", "active": True}
    assert UUID(whole["conversation"]["head"]) == hers.head_id
    assert [each["text"] for each in whole["messages"]] == [
        "Wo ist der „Kanari“? 🐦\n## Claude",
        "In the *cage*.",
        "Half an",
    ]
    question, first, second = whole["messages"]
    assert first["parent"] == second["parent"] == question["id"]
    assert (second["state"], second["ending"], second["model"]) == ("stopped", "stopped", "claude-sonnet-5-5")
    [call] = second["usage"]
    assert (call["cost"], call["output_tokens"]) == (7, 3)
    assert [call["purpose"] for call in whole["other_usage"]] == ["title"]
    assert datetime.fromisoformat(first["created"]) == hers.messages.get(pk=first["id"]).created
    assert datetime.fromisoformat(whole["exported"]).tzinfo


def test_the_markdown_is_the_path_that_is_shown_and_says_that_there_are_other_versions(reader, hers):
    file = reader.export(hers, "md", reason=REASON)
    assert file["Content-Type"] == "text/markdown; charset=utf-8"
    html = render(file.text)
    assert html.count(">Claude · ") == 1  # what Alice typed is quoted
    assert "version 1 of 2" in html
    assert "In the <em>cage</em>." in html
    assert "Half an" not in html
    assert "alice@example.com" in html


def test_the_markdown_of_another_version_is_that_of_the_page(reader, hers):
    [other] = hers.messages.filter(text="Half an")
    page = reader.open(hers, f"?message={other.pk}")
    assert f"{address(hers).rstrip('/')}.md?message={other.pk}" in page.text
    file = reader.export(hers, "md", f"?message={other.pk}")
    assert "Half an\n\n*Stopped by alice@example.com.*" in file.text


def test_the_markdown_of_a_long_conversation_is_all_of_it(reader, alice):
    conversation = create_conversation(alice, *(f"Question {number}x" for number in range(30)))
    file = reader.export(conversation, "md", reason=REASON)
    assert all(f"> Question {number}x\n" in file.text for number in range(30))


@pytest.mark.parametrize("kind", ["md", "json"])
def test_the_file_has_a_harmless_name_whatever_the_title_is(reader, hers, kind):
    hers.rename('../../etc/passwd"; x=\r\nSet-Cookie: a=b')
    file = reader.export(hers, kind, reason=REASON)
    assert file["Content-Disposition"] == f'attachment; filename="conversation-{hers.pk}.{kind}"'
    assert file["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in file["Cache-Control"]


@pytest.mark.parametrize("kind", ["md", "json"])
def test_an_export_is_recorded_and_takes_the_reason_of_the_open_transcript(reader, hers, kind):
    reader.open(hers)
    assert reader.export(hers, kind).status_code == 200
    assert [(each[2], each[3]) for each in records()] == [("opened", REASON), ("exported", REASON)]


@pytest.mark.parametrize("kind", ["md", "json"])
def test_without_a_reason_there_is_a_form_and_no_file(reader, hers, kind):
    path = f"{address(hers).rstrip('/')}.{kind}"
    assert reader.client.get(path).status_code == 200
    for answer in (reader.client.get(path), reader.export(hers, kind), reader.export(hers, kind, reason="short")):
        assert "Kanari" not in answer.text
        assert "Content-Disposition" not in answer
    assert reader.export(hers, kind).status_code == 400
    assert records() == []


def test_another_kind_of_file_does_not_exist(reader, hers):
    assert reader.export(hers, "html", reason=REASON).status_code in {301, 404}
    assert reader.export(hers, "md", "?message=abc", reason=REASON).status_code == 404
    assert records() == []
