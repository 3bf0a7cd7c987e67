"""Access records: a page on which people see who read their conversations, and a list for staff."""

import pytest
from django.contrib.auth.models import Group, Permission

from chatsite.accounts.models import User
from conversations.models import AccessRecord
from tests.history import create_conversation
from tests.transcripts.conftest import REASON, Reader, access_records

LIST = "/admin/conversations/accessrecord/"
READERS = "/settings/readers/"


@pytest.fixture
def record(carol, conversation):
    """Carol opened Alice's conversation."""
    AccessRecord.record(AccessRecord.Kind.OPENED, carol, conversation, REASON)
    return AccessRecord.objects.get()


# The page "Who read my conversations"


def test_alice_sees_who_read_what_and_why(reader, client, alice, conversation):
    reader.open(conversation)
    reader.export(conversation, "md")
    reader.search("canary")
    client.force_login(alice)
    page = client.get(READERS).text
    assert page.count(REASON) == 3
    assert page.count("carol@example.com") == 3
    assert page.count(f'href="/conversations/{conversation.pk}/"') == 3
    for kind in ("opened", "exported", "found by a search in texts"):
        assert f"· {kind}" in page


def test_bob_sees_no_records_about_alice(client, bob, record):
    client.force_login(bob)
    page = client.get(READERS).text
    assert "Nobody has read any of your conversations." in page
    assert REASON not in page


def test_a_conversation_in_the_bin_is_not_linked(client, alice, record, conversation):
    conversation.bin()
    client.force_login(alice)
    page = client.get(READERS).text
    assert "a conversation that is no longer here" in page
    assert "/conversations/" not in page.partition("<main")[2]


def test_a_deleted_conversation_is_not_linked(client, alice, record, conversation):
    conversation.delete()
    client.force_login(alice)
    page = client.get(READERS).text
    assert "a conversation that is no longer here" in page
    assert "/conversations/" not in page.partition("<main")[2]


def test_a_reason_is_shown_as_text(client, alice, carol, conversation):
    AccessRecord.record(AccessRecord.Kind.OPENED, carol, conversation, "<script>alert(1)</script>")
    client.force_login(alice)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in client.get(READERS).text


def test_alice_sees_the_record_of_a_deleted_reader(client, alice, carol):
    AccessRecord.objects.create(reader_id=carol.pk + 100, owner=alice, kind="opened", reason="Long ago, by a former.")
    client.force_login(alice)
    page = client.get(READERS).text
    assert "Long ago, by a former." in page
    assert "a deleted user" in page


def test_many_records_are_shown_page_by_page(client, alice, carol, conversation):
    for _ in range(60):
        AccessRecord.record(AccessRecord.Kind.OPENED, carol, conversation, REASON)
    client.force_login(alice)
    assert client.get(READERS).text.count(REASON) == 50
    assert client.get(f"{READERS}?page=2").text.count(REASON) == 10


@pytest.mark.parametrize("page", ["0", "abc", "9" * 5000, "%00"])
def test_an_impossible_page_shows_another_one(client, alice, record, page):
    client.force_login(alice)
    assert client.get(f"{READERS}?page={page}").status_code == 200


def test_many_records_need_no_more_queries_than_one(client, alice, carol, record, django_assert_max_num_queries):
    client.force_login(alice)
    with django_assert_max_num_queries(12) as queries:
        client.get(READERS)
    for _ in range(20):
        AccessRecord.record(AccessRecord.Kind.OPENED, carol, create_conversation(alice), REASON)
    with django_assert_max_num_queries(len(queries)):
        client.get(READERS)


# The list in the admin


def test_not_even_a_superuser_changes_or_deletes_a_record(client, carol, record):
    client.force_login(carol)
    before = list(AccessRecord.objects.values())
    assert client.post(f"{LIST}{record.pk}/change/", {"reason": "Nothing of importance."}).status_code == 403
    assert client.post(f"{LIST}{record.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"{LIST}add/", {"reason": REASON}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [record.pk], "post": "yes"})
    assert list(AccessRecord.objects.values()) == before
    assert "delete_selected" not in client.get(LIST).text


def test_staff_without_the_permission_do_not_see_the_records(client, staff, record):
    client.force_login(staff())
    assert client.get(LIST).status_code == 403


def test_staff_with_the_permission_see_the_records_but_no_texts(client, staff, record):
    client.force_login(staff("view_accessrecord"))
    page = client.get(LIST).text
    assert REASON in page
    assert "canary" not in page
    assert REASON in client.get(f"{LIST}{record.pk}/change/").text


def test_staff_see_the_record_of_a_deleted_reader(client, alice, carol):
    AccessRecord.objects.create(reader_id=carol.pk + 100, owner=alice, kind="opened", reason=REASON)
    client.force_login(carol)
    assert "a deleted user" in client.get(LIST).text


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("q=alice", 1),
        ("q=carol", 2),
        ("q=nobody", 0),
        ("kind__exact=exported", 1),
    ],
)
def test_records_are_found_by_either_person_and_by_kind(client, carol, bob, record, query, number):
    AccessRecord.record(AccessRecord.Kind.EXPORTED, carol, create_conversation(bob), REASON)
    client.force_login(carol)
    assert client.get(f"{LIST}?{query}").context["cl"].result_count == number


@pytest.mark.parametrize(
    "lookup",
    [
        "reason__contains=c",
        "words__contains=c",
        "reader__password=x",
        "conversation__title__contains=c",
    ],
)
def test_records_cannot_be_filtered_by_other_fields(client, carol, record, lookup):
    client.force_login(carol)
    assert client.get(f"{LIST}?{lookup}").status_code == 400


def test_a_long_list_of_records_needs_no_more_queries_than_a_short_one(
    client, carol, record, conversation, django_assert_max_num_queries
):
    client.force_login(carol)
    client.get(LIST)
    with django_assert_max_num_queries(20) as queries:
        client.get(LIST)
    for number in range(10):
        other_reader = User.objects.create_user(f"reader{number}@example.com", None)
        AccessRecord.record(AccessRecord.Kind.OPENED, other_reader, conversation, REASON)
    with django_assert_max_num_queries(len(queries)):
        client.get(LIST)


def test_the_permission_may_come_from_a_group(client, dora, conversation):
    auditors = Group.objects.create(name="auditors")
    auditors.permissions.add(Permission.objects.get(codename="read_transcripts"))
    dora.groups.add(auditors)
    assert Reader(client, dora).open(conversation).status_code == 200
    assert access_records() == [("dora@example.com", "alice@example.com", "opened", REASON)]
