"""What a transcript shows: versions, endings, instructions, usage, thinking, pages."""

import re

import pytest

from conversations.models import Conversation, Message, Usage
from tests.history import ask, begin, create_conversation, create_usage, edit, finish_answer, retry
from tests.transcripts.conftest import LIST


def texts_of(page):
    """The texts of the turns on a page, in their order."""
    without_titles = re.sub(r"(?s)<h2.*?</h2>|<title>.*?</title>", "", page.text)
    return re.findall(r"(?:Question|Answer) \w+", without_titles)


@pytest.fixture
def long_conversation(alice):
    """30 questions with their answers, on two pages."""
    return create_conversation(alice, *(f"Question {number}x" for number in range(30)))


# Versions


def test_another_answer_can_be_reached(reader, alice):
    first = finish_answer(begin(alice, "Question one"), "Answer one")
    second = finish_answer(retry(first), "Answer two")
    first.conversation.switch_to(first.pk)
    page = reader.open(first.conversation)
    assert texts_of(page) == ["Question one", "Answer one"]
    assert f"?message={second.pk}#m-{second.pk}" in page.text
    assert texts_of(reader.look(first.conversation, f"?message={second.pk}")) == ["Question one", "Answer two"]


def test_another_question_can_be_reached(reader, alice):
    first = finish_answer(begin(alice, "Question one"), "Answer one")
    finish_answer(edit(first.conversation, None, "Question two"), "Answer two")
    first.conversation.switch_to(first.pk)
    other = first.conversation.messages.get(text="Question two")
    assert f"?message={other.pk}#m-{other.pk}" in reader.open(first.conversation).text
    assert texts_of(reader.look(first.conversation, f"?message={other.pk}")) == ["Question two", "Answer two"]


def test_looking_at_another_version_does_not_change_which_one_the_owner_sees(reader, alice):
    first = finish_answer(begin(alice))
    second = finish_answer(retry(first))
    first.conversation.switch_to(first.pk)
    reader.open(first.conversation, f"?message={second.pk}")
    assert Conversation.objects.get().head_id == first.pk


# Turns


def test_a_question_is_shown_as_it_was_typed_and_an_answer_as_markdown(reader, alice):
    answer = finish_answer(begin(alice, "<script>alert(1)</script>"), "Some **bold** <b>text</b>")
    page = reader.open(answer.conversation).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;</p>" in page
    assert "Some <strong>bold</strong> &lt;b&gt;text" in page


@pytest.mark.parametrize(
    ("state", "ending", "sentence"),
    [
        ("stopped", "stopped", "Stopped by alice@example.com."),
        ("stopped", "abandoned", "Stopped, because nobody was reading any more."),
        ("stopped", "deleted", "Stopped, because the conversation was deleted."),
        ("stopped", "deactivated", "Stopped, because the account was deactivated."),
        ("interrupted", "shutdown", "The server was restarted while this answer was being written."),
        ("interrupted", "lost", "The server went away while this answer was being written."),
    ],
)
def test_the_ending_of_an_answer_is_explained_to_staff(reader, alice, state, ending, sentence):
    answer = finish_answer(begin(alice), "Half an", state, ending)
    page = reader.open(answer.conversation).text
    assert sentence in page
    assert "You stopped" not in page


def test_a_failed_answer_shows_its_code_its_cause_and_its_request(reader, alice):
    answer = finish_answer(begin(alice), "", "failed", "failed")
    Message.objects.filter(pk=answer.pk).update(
        error_code="overloaded", error_detail="overloaded_error: Overloaded", request_id="req_42"
    )
    page = reader.open(answer.conversation).text
    assert "<dd>overloaded</dd>" in page
    assert "<dd>overloaded_error: Overloaded</dd>" in page
    assert "<dd>req_42</dd>" in page


def test_model_tokens_and_cost_are_shown_with_the_answer(reader, alice):
    conversation = create_conversation(alice)
    Usage.objects.create(
        user=alice,
        conversation=conversation,
        message=conversation.head,
        model="claude-sonnet-5-5",
        input_tokens=1200,
        cache_read_tokens=300,
        output_tokens=40,
        cost=12_345,
    )
    page = reader.open(conversation).text
    assert "<dd>Sonnet 5.5</dd>" in page
    assert "1,500 sent, 300 of them from the cache; 40 received" in page
    assert "<dd>$0.0123</dd>" in page


def test_the_cost_of_the_conversation_includes_its_title(reader, alice):
    conversation = create_conversation(alice)
    Usage.objects.create(user=alice, conversation=conversation, message=conversation.head, model="m", cost=12_345)
    Usage.objects.create(user=alice, conversation=conversation, purpose="title", model="m", cost=100)
    assert "cost $0.0124" in reader.open(conversation).text.replace("\n", " ")


def test_an_unknown_cost_is_called_unknown(reader, alice):
    conversation = create_conversation(alice)
    create_usage(alice, conversation=conversation, message=conversation.head, model="claude-unheard-of", cost=None)
    assert "<dd>unknown</dd>" in reader.open(conversation).text
    assert '<td class="field-cost">unknown</td>' in reader.client.get(LIST).text


def test_instructions_are_shown_where_they_change(reader, alice):
    conversation = create_conversation(alice, "one", "two")
    last = finish_answer(ask(conversation, "three"))
    conversation.messages.filter(role="assistant").update(system="Be brief <i>")
    conversation.messages.filter(pk=last.pk).update(system="Be long")
    page = reader.open(conversation).text
    assert page.count("Be brief &lt;i&gt;") == 1
    assert page.count("Be long") == 1


def test_thinking_is_shown_folded(reader, alice):
    answer = finish_answer(begin(alice), "Yes.")
    Message.objects.filter(pk=answer.pk).update(content=[{"type": "thinking", "thinking": "Let me <see>."}])
    page = reader.open(answer.conversation).text
    assert re.search(
        r'<details class="thinking">\s*<summary>Thoughts</summary>\s*<p dir="auto">Let me &lt;see&gt;.</p>', page
    )


def test_an_answer_that_is_being_written_is_shown_as_far_as_it_got(reader, alice):
    answer = begin(alice)
    answer.conversation.messages.filter(pk=answer.pk).update(text="So far")
    page = reader.open(answer.conversation).text
    assert "So far" in page
    assert "This answer is being written." in page


def test_an_answer_that_waits_for_a_decision_says_so(reader, alice):
    answer = begin(alice)
    assert answer.wait_for_decision([{"type": "text", "text": "May I?"}])
    page = reader.open(answer.conversation).text
    assert "May I?" in page
    assert "Claude is waiting for a decision." in page


# Pages


def test_a_long_conversation_is_shown_page_by_page_from_its_end(reader, long_conversation):
    last_page = reader.open(long_conversation)
    assert texts_of(last_page) == [f"Question {number}x" for number in range(20, 30)]
    first_page = reader.look(long_conversation, f"?message={long_conversation.head_id}&page=1")
    assert texts_of(first_page) == [f"Question {number}x" for number in range(20)]
    assert f"?message={long_conversation.head_id}&amp;page=2" in first_page.text


@pytest.mark.parametrize("page", ["0", "-1", "99", "abc", "9" * 5000, "%00"])
def test_an_impossible_page_shows_another_one(reader, long_conversation, page):
    reader.open(long_conversation)
    response = reader.look(long_conversation, f"?message={long_conversation.head_id}&page={page}")
    assert response.status_code == 200


def test_the_page_with_a_message_is_shown_for_it(reader, long_conversation):
    early = long_conversation.messages.get(text="Question 3x")
    page = reader.open(long_conversation, f"?message={early.pk}")
    assert f'id="m-{early.pk}"' in page.text
    assert texts_of(page)[0] == "Question 0x"


def test_a_conversation_without_messages_says_so(reader, alice):
    assert "Nothing was written here." in reader.open(Conversation.objects.create(owner=alice)).text


def test_the_page_needs_no_script_and_keeps_the_content_security_policy(reader, alice):
    page = reader.open(create_conversation(alice))
    body = page.text.partition('id="transcript"')[2].partition("</main>")[0]
    assert "<script" not in body
    assert "style=" not in body
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
