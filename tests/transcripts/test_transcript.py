"""What a transcript shows: versions, endings, instructions, usage, thoughts, pages."""

import re

from conversations.models import Conversation, Usage
from tests.history import ask, begin, create_conversation, edit, finish_answer, retry
from tests.transcripts.conftest import LIST


def rail(page):
    """The texts of the turns on a page, in order."""
    return re.findall(r"(?:Question|Answer) \w+", re.sub(r"(?s)<h2.*?</h2>|<title>.*?</title>", "", page.text))


def test_every_version_can_be_reached_and_the_owner_still_sees_hers(reader, alice):
    first = finish_answer(begin(alice, "Question one"), "Answer one")
    conversation = first.conversation
    again = finish_answer(retry(first), "Answer two")
    finish_answer(edit(conversation, None, "Question three"), "Answer three")
    conversation.switch_to(first.pk)
    page = reader.open(conversation)
    assert rail(page) == ["Question one", "Answer one"]
    assert f"?message={again.pk}#m-{again.pk}" in page.text
    assert rail(reader.look(conversation, f"?message={again.pk}")) == ["Question one", "Answer two"]
    [other] = conversation.messages.filter(text="Question three")
    assert f"?message={other.pk}#m-{other.pk}" in page.text
    assert rail(reader.look(conversation, f"?message={other.pk}")) == ["Question three", "Answer three"]
    assert Conversation.objects.get().head_id == first.pk


def test_a_question_is_shown_as_it_was_typed_and_an_answer_as_the_person_saw_it(reader, alice):
    answer = finish_answer(begin(alice, "<script>alert(1)</script>"), "Some **bold** <b>text</b>")
    page = reader.open(answer.conversation).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;</p>" in page
    assert "Some <strong>bold</strong> &lt;b&gt;text" in page


def test_who_or_what_ended_an_answer_is_said(reader, alice):
    for state, ending, sentence in (
        ("stopped", "stopped", "Stopped by alice@example.com."),
        ("stopped", "abandoned", "Stopped, because nobody was reading any more."),
        ("stopped", "deleted", "Stopped, because the conversation was deleted."),
        ("stopped", "deactivated", "Stopped, because the account was deactivated."),
        ("interrupted", "shutdown", "The server was restarted while this answer was being written."),
        ("interrupted", "lost", "The server went away while this answer was being written."),
    ):
        answer = finish_answer(begin(alice), "Half an", state, ending)
        page = reader.open(answer.conversation).text
        assert sentence in page
        assert "You stopped" not in page


def test_a_failure_names_its_code_its_cause_and_its_request(reader, alice):
    answer = begin(alice)
    detail = {"error_code": "overloaded", "error_detail": "overloaded_error: Overloaded", "request_id": "req_42"}
    answer.finish(state="failed", ending="failed", content=[], **detail)
    page = reader.open(answer.conversation).text
    for value in ("<dd>overloaded</dd>", "<dd>overloaded_error: Overloaded</dd>", "<dd>req_42</dd>"):
        assert value in page


def test_model_usage_and_cost_stand_beside_the_answer(reader, alice):
    conversation = create_conversation(alice)
    call = {"user": alice, "conversation": conversation, "message": conversation.head, "model": "claude-sonnet-5-5"}
    Usage.objects.create(**call, input_tokens=1200, cache_read_tokens=300, output_tokens=40, cost=12_345)
    Usage.objects.create(**{**call, "message": None}, purpose="title", cost=100)
    page = reader.open(conversation).text
    assert "<dd>Sonnet 5.5</dd>" in page
    assert "1,500 sent, 300 of them from the cache; 40 received" in page
    assert "<dd>$0.0123</dd>" in page
    assert "cost $0.0124" in page.replace("\n", " ")


def test_a_cost_that_nobody_knows_is_called_unknown(reader, alice):
    conversation = create_conversation(alice)
    Usage.objects.create(user=alice, conversation=conversation, message=conversation.head, model="claude-unheard-of")
    assert "<dd>unknown</dd>" in reader.open(conversation).text
    assert '<td class="field-cost">unknown</td>' in reader.client.get(LIST).text


def test_instructions_are_shown_once_and_again_where_they_changed(reader, alice):
    conversation = create_conversation(alice, "one", "two")
    changed = finish_answer(ask(conversation, "three"))
    conversation.messages.filter(role="assistant").update(system="Be brief <i>")
    conversation.messages.filter(pk=changed.pk).update(system="Be long")
    page = reader.open(conversation).text
    assert page.count("Be brief &lt;i&gt;") == 1
    assert page.count("Be long") == 1


def test_thoughts_are_there_folded(reader, alice):
    answer = begin(alice)
    answer.finish(
        state="complete",
        ending="finished",
        content=[{"type": "thinking", "thinking": "Let me <see>."}, {"type": "text", "text": "Yes."}],
    )
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


def test_a_long_conversation_is_shown_page_by_page_from_its_end(reader, alice):
    conversation = create_conversation(alice, *(f"Question {number}x" for number in range(30)))
    last = reader.open(conversation)
    assert rail(last) == [f"Question {number}x" for number in range(20, 30)]
    first = reader.look(conversation, f"?message={conversation.head_id}&page=1")
    assert rail(first) == [f"Question {number}x" for number in range(20)]
    assert f"?message={conversation.head_id}&amp;page=2" in first.text
    for nonsense in ("0", "-1", "99", "abc", "9" * 5000, "%00"):
        assert reader.look(conversation, f"?message={conversation.head_id}&page={nonsense}").status_code == 200


def test_a_message_in_the_middle_is_on_the_page_that_is_shown_for_it(reader, alice):
    conversation = create_conversation(alice, *(f"Question {number}x" for number in range(30)))
    [early] = conversation.messages.filter(text="Question 3x")
    page = reader.open(conversation, f"?message={early.pk}")
    assert f'id="m-{early.pk}"' in page.text
    assert rail(page)[0] == "Question 0x"


def test_a_conversation_without_messages_says_so(reader, alice):
    assert "Nothing was written here." in reader.open(Conversation.objects.create(owner=alice)).text


def test_the_page_needs_no_script_and_keeps_the_policy(reader, alice):
    page = reader.open(create_conversation(alice))
    body = page.text.partition('id="transcript"')[2].partition("</main>")[0]
    assert "<script" not in body
    assert "style=" not in body
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
