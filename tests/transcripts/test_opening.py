"""Opening a transcript: for whom, for what reason, and what is left of it."""

import time
import uuid

import pytest
from django.contrib.auth.models import Permission

from conversations.models import AccessRecord, Conversation
from tests.history import create_conversation
from tests.transcripts.conftest import LIST, REASON, SEARCH, Reader, address, records

TEXT = "Where is the canary?"


@pytest.fixture
def hers(alice):
    return create_conversation(alice, TEXT)


def everything(conversation):
    return (
        f"{address(conversation)}",
        f"{LIST}{conversation.pk}/transcript.md",
        f"{LIST}{conversation.pk}/transcript.json",
    )


def test_carol_says_why_and_reads_and_a_record_stays(reader, hers):
    page = reader.open(hers)
    assert page.status_code == 200
    assert TEXT in page.text
    assert records() == [("carol@example.com", "alice@example.com", "opened", REASON)]
    assert AccessRecord.objects.get().conversation_id == hers.pk


def test_without_a_reason_carol_is_asked_for_one_and_sees_no_text(reader, hers):
    page = reader.look(hers)
    assert page.status_code == 200
    assert "alice@example.com" in page.text
    assert "canary" not in page.text
    assert records() == []


@pytest.mark.parametrize("reason", ["", " " * 40, "too short", "too   short", "x" * 301, "nul\0 in a reason", None])
def test_what_is_no_reason_is_refused_and_what_was_typed_stays(reader, hers, reason):
    page = reader.client.post(address(hers), {} if reason is None else {"reason": reason})
    assert page.status_code == 400
    assert "canary" not in page.text
    assert records() == []


def test_a_reason_that_is_too_short_stands_in_the_form_again(reader, hers):
    page = reader.open(hers, reason="<b>why")
    assert "at least 10 characters" in page.text
    assert 'value="&lt;b&gt;why"' in page.text


def test_bytes_that_are_not_text_are_refused(reader, hers):
    kind = "application/x-www-form-urlencoded"
    for body in (b"reason=%ED%A0%80+a+lone+surrogate", b"reason=%FF+a+broken+byte+here", b"reason=%00+and+a+NUL+too"):
        assert reader.client.post(address(hers), body, content_type=kind).status_code == 400
    assert records() == []


def test_reading_changes_nothing_of_the_conversation(reader, hers):
    before = list(Conversation.objects.values()), list(hers.messages.order_by("pk").values_list("pk", "text", "state"))
    reader.open(hers)
    after = list(Conversation.objects.values()), list(hers.messages.order_by("pk").values_list("pk", "text", "state"))
    assert after == before


def test_a_superuser_to_whom_it_was_not_given_is_told_so(client, dora, hers):
    visitor = Reader(client, dora)
    for path in (*everything(hers), SEARCH):
        for answer in (visitor.client.get(path), visitor.client.post(path, {"reason": REASON, "words": "canary"})):
            assert answer.status_code == 403
            assert "Can read the conversations of other people" in answer.text
            assert "canary" not in answer.text
    assert records() == []


def test_staff_with_every_other_permission_do_not_read_and_see_no_titles(client, bob, hers):
    bob.is_staff = True
    bob.save()
    bob.user_permissions.set(Permission.objects.exclude(codename="read_transcripts"))
    visitor = Reader(client, bob)
    assert visitor.open(hers).status_code == 403
    for path in (LIST, f"{LIST}?o=3", f"{LIST}{hers.pk}/change/", f"{LIST}{hers.pk}/history/"):
        page = client.get(path).text
        assert "canary" not in page
        assert "transcript" not in page.replace("read_transcripts", "")


@pytest.mark.parametrize("guess", ["title__contains=c", "title=x", "head__text__contains=c", "system__contains=c"])
def test_even_with_the_permission_the_list_is_no_way_to_search_in_texts_unseen(reader, hers, guess):
    assert reader.client.get(f"{LIST}?{guess}").status_code == 400
    assert reader.client.get(LIST, {"q": "canary"}).context["cl"].result_count == 0


def test_who_is_given_it_but_is_not_staff_stays_outside(client, bob, hers):
    bob.user_permissions.add(Permission.objects.get(codename="read_transcripts"))
    client.force_login(bob)
    for path in (*everything(hers), SEARCH):
        assert client.post(path, {"reason": REASON, "words": "canary"}, follow=True).status_code == 403
    assert records() == []


def test_with_nothing_but_this_permission_staff_find_the_list_and_read(client, bob, hers):
    bob.is_staff = True
    bob.save()
    bob.user_permissions.add(Permission.objects.get(codename="read_transcripts"))
    visitor = Reader(client, bob)
    assert TEXT in client.get(LIST).text
    assert f'href="{address(hers)}"' in client.get(LIST).text
    assert TEXT in visitor.open(hers).text


def test_nobody_is_sent_to_sign_in(client, hers):
    for path in (*everything(hers), SEARCH):
        assert client.post(path, {"reason": REASON, "words": "canary"}).status_code == 302
    assert records() == []


def test_who_loses_the_permission_loses_it_at_the_next_request(reader, carol, hers):
    reader.open(hers)
    carol.user_permissions.clear()
    assert reader.look(hers, f"?message={hers.head_id}").status_code == 403
    assert reader.export(hers, "json").status_code == 403


def test_what_does_not_exist_is_not_found(reader, hers, alice):
    other = create_conversation(alice)
    reader.open(hers)
    assert reader.client.post(f"{LIST}{uuid.uuid4()}/transcript/", {"reason": REASON}).status_code == 404
    for message in (other.head_id, uuid.uuid4(), "abc", "%00", "x" * 3000):
        assert reader.look(hers, f"?message={message}").status_code == 404
        assert reader.open(hers, f"?message={message}").status_code == 404
    assert len(records()) == 1


def test_the_reason_holds_for_other_pages_and_versions_of_this_conversation_only(reader, hers, alice):
    other = create_conversation(alice, "Where is the parrot?")
    reader.open(hers)
    assert TEXT in reader.look(hers, f"?message={hers.head_id}").text
    assert "parrot" not in reader.look(other, f"?message={other.head_id}").text
    assert len(records()) == 1


def test_each_opening_from_a_list_asks_anew_with_the_last_reason_filled_in(reader, hers):
    reader.open(hers)
    page = reader.look(hers)
    assert TEXT not in page.text
    assert f'value="{REASON}"' in page.text
    reader.open(hers)
    assert len(records()) == 2


def test_after_a_quarter_of_an_hour_the_reason_is_asked_for_again(reader, hers, monkeypatch):
    reader.open(hers)
    later = time.time() + 15 * 60 + 1
    monkeypatch.setattr(time, "time", lambda: later)
    page = reader.look(hers, f"?message={hers.head_id}")
    assert TEXT not in page.text
    assert REASON not in page.text


def test_when_the_record_cannot_be_stored_nothing_is_shown(reader, hers, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    reader.client.raise_request_exception = False
    monkeypatch.setattr(AccessRecord, "save", fail)
    answer = reader.open(hers)
    assert answer.status_code == 500
    assert "canary" not in answer.text
    assert TEXT not in reader.look(hers, f"?message={hers.head_id}").text


def test_when_the_transcript_cannot_be_shown_there_is_no_record_of_it(reader, hers, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    reader.client.raise_request_exception = False
    monkeypatch.setattr("conversations.admin.transcripts.build_transcript", fail)
    assert reader.open(hers).status_code == 500
    assert records() == []


def test_a_conversation_in_the_bin_of_a_person_who_left_is_readable_and_marked(reader, hers, alice):
    hers.bin()
    alice.is_active = False
    alice.save()
    page = reader.open(hers).text
    assert TEXT in page
    assert "in the bin since" in page
    assert '<span class="mark">deactivated</span>' in page


def test_carol_may_also_open_what_is_her_own(reader, carol):
    assert reader.open(create_conversation(carol, TEXT)).status_code == 200
    assert records() == [("carol@example.com", "carol@example.com", "opened", REASON)]


def test_a_long_transcript_asks_no_more_of_the_database_than_a_short_one(reader, alice, django_assert_max_num_queries):
    short, long = (
        create_conversation(alice),
        create_conversation(alice, *(f"Question {number}" for number in range(19))),
    )
    reader.open(short)
    with django_assert_max_num_queries(30) as queries:
        reader.open(short)
    with django_assert_max_num_queries(len(queries) + 20):  # each text is rendered once, and kept
        reader.open(long)
    with django_assert_max_num_queries(len(queries)):
        reader.open(long)
