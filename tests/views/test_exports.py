"""A person's own conversation as Markdown and JSON, and the page that prints all of it."""

import json
import re

import pytest

from conversations.models import AccessRecord, Message, TeamSettings
from conversations.models.content import text_content
from tests.history import ask, begin, create_conversation, create_usage, finish_answer, retry
from tests.views.requests import path_of

pytestmark = pytest.mark.django_db


def create_with_secrets(owner):
    """A conversation of which something is for staff only."""
    TeamSettings(instructions="Never mention Bob.", show_costs=False).save()
    conversation = create_conversation(owner, "One.", "Two?")
    finish_answer(retry(conversation.head), "Half", state="failed", ending="failed")
    Message.objects.filter(text="Half").update(error_code="overloaded", error_detail="api key 7")
    conversation.refresh_from_db()
    create_usage(owner, conversation=conversation, message=conversation.head, cost=1_230_000)
    create_usage(owner, conversation=conversation, purpose="title", cost=4_560_000)
    return conversation


def test_markdown_has_the_branch_that_is_shown_and_its_name(alice_client, alice):
    conversation = create_with_secrets(alice)
    conversation.rename("Ärger: 1/2 “fast” gut")
    file = alice_client.get(path_of(conversation, "markdown/"))

    assert file.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert "filename*=utf-8''%C3%84rger%201%202%20fast%20gut.md" in file.headers["Content-Disposition"]
    assert re.findall("^## (.*?) ·|^> (.+)$", file.text, re.MULTILINE) == [
        ("Alice", ""), ("", "One."), ("Claude", ""), ("", "An answer."),
        ("Alice", ""), ("", "Two?"), ("Claude", ""), ("", "Half"),
    ]  # fmt: skip
    assert "*Claude is overloaded. Try again.*" in file.text
    assert f"\n- Begun: {conversation.created:%Y-%m-%d %H:%M:%S} UTC\n- Last used: " in file.text


def test_json_has_every_version(alice_client, alice):
    file = alice_client.get(path_of(create_with_secrets(alice), "json/"))
    document = json.loads(file.text)
    assert file.headers["Content-Disposition"] == 'attachment; filename="One.json"'
    assert [message["text"] for message in document["messages"]] == ["One.", "An answer.", "Two?", "An answer.", "Half"]
    assert document["messages"][4]["usage"][0]["input_tokens"] == 10


@pytest.mark.parametrize("file_format", ["markdown", "json", "print"])
def test_what_only_staff_may_know_is_in_no_file_of_a_person(alice_client, alice, file_format):
    text = alice_client.get(path_of(create_with_secrets(alice), f"{file_format}/")).text
    assert not re.search(r"Never mention Bob|api key 7|1230000|\b1\.23|4560000|\b4\.56", text)


def test_costs_are_in_the_file_where_people_see_them(alice_client, alice):
    conversation = create_with_secrets(alice)
    TeamSettings.objects.update(show_costs=True)
    document = json.loads(alice_client.get(path_of(conversation, "json/")).text)
    assert document["messages"][4]["usage"][0]["cost"] == 1_230_000


def test_no_access_record_says_that_alice_read_her_own(alice_client, alice):
    alice_client.get(path_of(create_conversation(alice), "json/"))
    assert not AccessRecord.objects.exists()


def test_what_is_in_the_bin_is_not_exported(alice_client, alice):
    conversation = create_conversation(alice)
    conversation.bin()
    for name in ("markdown/", "json/", "print/"):
        assert alice_client.get(path_of(conversation, name)).status_code == 404


def test_a_title_of_signs_alone_still_makes_a_file_name(alice_client, alice):
    conversation = create_conversation(alice)
    conversation.rename("???")
    assert 'filename="Conversation.md"' in alice_client.get(path_of(conversation, "markdown/"))["Content-Disposition"]


def test_the_printed_page_has_all_turns_with_title_and_date(alice_client, alice):
    conversation = create_conversation(alice, *(f"Question {number}." for number in range(45)))
    page = alice_client.get(path_of(conversation, "print/")).text
    assert re.findall(r'<p class="bubble" dir="auto">(.*?)</p>', page) == [
        f"Question {number}." for number in range(45)
    ]
    assert '<h1 dir="auto">Question 0.</h1>' in page
    assert f"{conversation.created:%-d %B %Y}</time>" in page


@pytest.mark.parametrize("questions", [2, 60])
def test_printing_takes_the_same_queries_however_long_it_is(
    alice_client, alice, questions, django_assert_max_num_queries
):
    path = path_of(create_conversation(alice, *(f"Question {number}." for number in range(questions))), "print/")
    alice_client.get(path)
    with django_assert_max_num_queries(12):
        alice_client.get(path)


def test_an_answer_that_is_being_written_is_printed_as_far_as_it_is(alice_client, alice):
    conversation = create_conversation(alice, "One.")
    answer = ask(conversation, "Two.")
    Message.objects.filter(pk=answer.pk).update(text="So **far**", content=text_content("So **far**"))
    page = alice_client.get(path_of(conversation, "print/")).text
    assert "So <strong>far</strong>" in page
    assert "This answer is still being written." in page


def test_an_address_that_is_its_own_text_is_marked_so_that_it_is_printed_once(alice_client, alice):
    text = "See https://a.example/b?c=1&d=2, www.c.example, me@d.example and [this](https://e.example)."
    conversation = finish_answer(begin(alice), text).conversation
    answer = Message.objects.get(role="assistant")
    answer.html_version = 0
    answer.save()
    page = alice_client.get(path_of(conversation, "print/")).text
    links = re.findall(r'<a href="([^"]*)"([^>]*)>', page.split('class="prose"')[1])
    assert [(href, 'class="address"' in rest) for href, rest in links] == [
        ("https://a.example/b?c=1&amp;d=2", True),
        ("http://www.c.example", True),
        ("mailto:me@d.example", True),
        ("https://e.example", False),
    ]
