"""Opening a transcript: who may, for what reason, and what is recorded."""

import time
import uuid

import pytest
from django.contrib.auth.models import Permission

from conversations.models import AccessRecord, Conversation
from tests.history import create_conversation
from tests.transcripts.conftest import (
    LIST,
    REASON,
    SEARCH,
    Reader,
    access_records,
    allow_reading,
    export_address,
    transcript_address,
)

TEXT = "Where is the canary?"


def addresses_with_texts(conversation):
    """All addresses of the admin that show what people wrote."""
    return [
        transcript_address(conversation),
        export_address(conversation, "md"),
        export_address(conversation, "json"),
        SEARCH,
    ]


@pytest.fixture
def fail_on_save(monkeypatch):
    """Access records cannot be stored."""

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(AccessRecord, "save", fail)


@pytest.fixture
def fail_on_rendering(monkeypatch):
    """Transcripts cannot be shown."""

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("conversations.admin.transcripts.build_transcript", fail)


# Reasons


def test_carol_gives_a_reason_and_reads(reader, conversation):
    page = reader.open(conversation)
    assert page.status_code == 200
    assert TEXT in page.text


def test_opening_a_transcript_is_recorded(reader, conversation):
    reader.open(conversation)
    assert access_records() == [("carol@example.com", "alice@example.com", "opened", REASON)]
    assert AccessRecord.objects.get().conversation_id == conversation.pk


def test_without_a_reason_carol_is_asked_for_one_and_sees_no_text(reader, conversation):
    page = reader.look(conversation)
    assert page.status_code == 200
    assert "alice@example.com" in page.text
    assert "canary" not in page.text
    assert access_records() == []


@pytest.mark.parametrize("reason", ["", " " * 40, "too short", "too   short", "x" * 301, "nul\0 in a reason"])
def test_a_reason_that_is_too_short_too_long_or_unstorable_is_refused(reader, conversation, reason):
    page = reader.open(conversation, reason=reason)
    assert page.status_code == 400
    assert "canary" not in page.text
    assert access_records() == []


def test_a_form_without_the_field_for_the_reason_is_refused(reader, conversation):
    page = reader.client.post(transcript_address(conversation), {})
    assert page.status_code == 400
    assert "canary" not in page.text


def test_a_refused_reason_stays_in_the_form(reader, conversation):
    page = reader.open(conversation, reason="<b>why")
    assert "at least 10 characters" in page.text
    assert 'value="&lt;b&gt;why"' in page.text


@pytest.mark.parametrize(
    "body",
    [
        b"reason=%ED%A0%80+a+lone+surrogate",
        b"reason=%FF+a+broken+byte+here",
        b"reason=%00+and+a+NUL+too",
    ],
)
def test_bytes_that_are_not_text_are_refused(reader, conversation, body):
    form = "application/x-www-form-urlencoded"
    assert reader.client.post(transcript_address(conversation), body, content_type=form).status_code == 400
    assert access_records() == []


def test_a_reason_is_valid_for_other_pages_and_versions_of_the_conversation(reader, conversation):
    reader.open(conversation)
    assert TEXT in reader.look(conversation, f"?message={conversation.head_id}").text
    assert len(access_records()) == 1


def test_a_reason_is_not_valid_for_another_conversation(reader, conversation, alice):
    other = create_conversation(alice, "Where is the parrot?")
    reader.open(conversation)
    assert "parrot" not in reader.look(other, f"?message={other.head_id}").text


def test_opening_from_a_list_asks_again_with_the_last_reason_filled_in(reader, conversation):
    reader.open(conversation)
    page = reader.look(conversation)
    assert TEXT not in page.text
    assert f'value="{REASON}"' in page.text


def test_opening_again_is_recorded_again(reader, conversation):
    reader.open(conversation)
    reader.open(conversation)
    assert len(access_records()) == 2


def test_a_reason_is_valid_for_15_minutes(reader, conversation, monkeypatch):
    reader.open(conversation)
    later = time.time() + 15 * 60 + 1
    monkeypatch.setattr(time, "time", lambda: later)
    page = reader.look(conversation, f"?message={conversation.head_id}")
    assert TEXT not in page.text
    assert REASON not in page.text


# Permissions


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_superuser_without_the_permission_is_told_which_one_is_missing(client, dora, conversation, method):
    client.force_login(dora)
    for address in addresses_with_texts(conversation):
        response = getattr(client, method)(address, {"reason": REASON, "words": "canary"})
        assert response.status_code == 403
        assert "Can read the conversations of other people" in response.text
        assert "canary" not in response.text
    assert access_records() == []


def test_staff_with_every_other_permission_cannot_read_and_see_no_titles(client, bob, conversation):
    bob.is_staff = True
    bob.save()
    bob.user_permissions.set(Permission.objects.exclude(codename="read_transcripts"))
    assert Reader(client, bob).open(conversation).status_code == 403
    for address in (
        LIST,
        f"{LIST}?o=3",
        f"{LIST}{conversation.pk}/change/",
        f"{LIST}{conversation.pk}/history/",
    ):
        page = client.get(address).text
        assert "canary" not in page
        assert "transcript" not in page.replace("read_transcripts", "")


@pytest.mark.parametrize("lookup", ["title__contains=c", "title=x", "head__text__contains=c", "system__contains=c"])
def test_the_list_cannot_be_filtered_by_texts_even_with_the_permission(reader, conversation, lookup):
    assert reader.client.get(f"{LIST}?{lookup}").status_code == 400


def test_the_list_does_not_search_in_texts_even_with_the_permission(reader, conversation):
    assert reader.client.get(LIST, {"q": "canary"}).context["cl"].result_count == 0


def test_the_permission_alone_is_not_enough_without_being_staff(client, bob, conversation):
    allow_reading(bob)
    client.force_login(bob)
    for address in addresses_with_texts(conversation):
        response = client.post(address, {"reason": REASON, "words": "canary"}, follow=True)
        assert response.status_code == 403
    assert access_records() == []


def test_staff_with_only_this_permission_find_the_list_and_read(client, bob, conversation):
    bob.is_staff = True
    bob.save()
    allow_reading(bob)
    bob_as_reader = Reader(client, bob)
    conversations = client.get(LIST).text
    assert TEXT in conversations
    assert f'href="{transcript_address(conversation)}"' in conversations
    assert TEXT in bob_as_reader.open(conversation).text


def test_visitors_are_sent_to_sign_in(client, conversation):
    for address in addresses_with_texts(conversation):
        assert client.post(address, {"reason": REASON, "words": "canary"}).status_code == 302
    assert access_records() == []


def test_a_withdrawn_permission_counts_from_the_next_request_on(reader, carol, conversation):
    reader.open(conversation)
    carol.user_permissions.clear()
    assert reader.look(conversation, f"?message={conversation.head_id}").status_code == 403
    assert reader.export(conversation, "json").status_code == 403


def test_carol_may_open_her_own_conversation(reader, carol):
    assert reader.open(create_conversation(carol, TEXT)).status_code == 200
    assert access_records() == [("carol@example.com", "carol@example.com", "opened", REASON)]


# What is read


def test_reading_changes_nothing_of_the_conversation(reader, conversation):
    before = list(Conversation.objects.values()), list(conversation.messages.values("pk", "text", "state"))
    reader.open(conversation)
    after = list(Conversation.objects.values()), list(conversation.messages.values("pk", "text", "state"))
    assert after == before


def test_an_unknown_conversation_is_not_found(reader):
    response = reader.client.post(f"{LIST}{uuid.uuid4()}/transcript/", {"reason": REASON})
    assert response.status_code == 404


@pytest.mark.parametrize("message", [str(uuid.uuid4()), "abc", "%00", "x" * 3000])
def test_an_unknown_message_is_not_found_and_not_recorded(reader, conversation, message):
    reader.open(conversation)
    assert reader.look(conversation, f"?message={message}").status_code == 404
    assert reader.open(conversation, f"?message={message}").status_code == 404
    assert len(access_records()) == 1


def test_a_message_of_another_conversation_is_not_found(reader, conversation, alice):
    other = create_conversation(alice)
    assert reader.open(conversation, f"?message={other.head_id}").status_code == 404
    assert access_records() == []


def test_a_conversation_in_the_bin_of_a_deactivated_person_is_readable_and_marked(reader, conversation, alice):
    conversation.bin()
    alice.is_active = False
    alice.save()
    page = reader.open(conversation).text
    assert TEXT in page
    assert "in the bin since" in page
    assert '<span class="mark">deactivated</span>' in page


# Failures


def test_nothing_is_shown_if_the_record_cannot_be_stored(reader, conversation, fail_on_save):
    reader.client.raise_request_exception = False
    response = reader.open(conversation)
    assert response.status_code == 500
    assert "canary" not in response.text
    assert TEXT not in reader.look(conversation, f"?message={conversation.head_id}").text


def test_nothing_is_recorded_if_the_transcript_cannot_be_shown(reader, conversation, fail_on_rendering):
    reader.client.raise_request_exception = False
    assert reader.open(conversation).status_code == 500
    assert access_records() == []


# Queries


def test_a_long_transcript_needs_no_more_queries_than_a_short_one(reader, alice, django_assert_max_num_queries):
    short = create_conversation(alice)
    long = create_conversation(alice, *(f"Question {number}" for number in range(19)))
    reader.open(short)
    reader.open(long)  # renders each text once and stores it
    with django_assert_max_num_queries(30) as queries:
        reader.open(short)
    with django_assert_max_num_queries(len(queries)):
        reader.open(long)
