"""Who read what: for staff a list that nobody changes, for each person a page about their own conversations."""

import pytest
from django.contrib.auth.models import Group, Permission

from chatsite.accounts.models import User
from conversations.models import AccessRecord
from tests.history import create_conversation
from tests.transcripts.conftest import REASON, Reader, records

LIST = "/admin/conversations/accessrecord/"
MINE = "/settings/readers/"


@pytest.fixture
def hers(alice):
    return create_conversation(alice, "Where is the canary?")


def test_alice_sees_who_read_what_and_why(reader, client, alice, hers):
    reader.open(hers)
    reader.export(hers, "md")
    reader.search("canary")
    client.force_login(alice)
    page = client.get(MINE).text
    assert page.count(REASON) == 3
    assert page.count("carol@example.com") == 3
    assert page.count(f'href="/conversations/{hers.pk}/"') == 3
    for kind in ("opened", "exported", "found by a search in texts"):
        assert f"· {kind}" in page


def test_bob_sees_nothing_of_what_was_read_of_alice(reader, client, bob, hers):
    reader.open(hers)
    client.force_login(bob)
    page = client.get(MINE).text
    assert "Nobody has read any of your conversations." in page
    assert REASON not in page


def test_a_conversation_that_is_gone_or_in_the_bin_is_no_longer_linked(reader, client, alice, hers):
    other = create_conversation(alice, "Another one")
    reader.open(hers)
    reader.open(other)
    hers.bin()
    other.delete()
    client.force_login(alice)
    page = client.get(MINE).text
    assert page.count("a conversation that is no longer here") == 2
    assert "/conversations/" not in page.partition("<main")[2]


def test_a_reason_is_shown_as_text(reader, client, alice, hers):
    reader.open(hers, reason="<script>alert(1)</script>")
    client.force_login(alice)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in client.get(MINE).text


def test_the_record_of_a_reader_whose_row_is_gone_is_still_there(reader, client, alice, carol, hers):
    reader.open(hers)
    AccessRecord.objects.create(reader_id=carol.pk + 100, owner=alice, kind="opened", reason="Long ago, by a former.")
    page = client.get(LIST).text
    assert "a deleted user" in page
    client.force_login(alice)
    page = client.get(MINE).text
    assert "Long ago, by a former." in page
    assert "somebody who is no longer here" in page


def test_many_records_come_page_by_page_without_a_query_for_each(
    client, alice, carol, hers, django_assert_max_num_queries
):
    client.force_login(alice)
    AccessRecord.record_opening(carol, hers, REASON)
    with django_assert_max_num_queries(12) as few:
        client.get(MINE)
    for _ in range(59):
        AccessRecord.record_opening(carol, create_conversation(alice), REASON)
    with django_assert_max_num_queries(len(few)):
        page = client.get(MINE)
    assert page.text.count(REASON) == 50
    assert client.get(f"{MINE}?page=2").text.count(REASON) == 10
    for nonsense in ("0", "abc", "9" * 5000, "%00"):
        assert client.get(f"{MINE}?page={nonsense}").status_code == 200


def test_not_even_a_superuser_changes_or_deletes_a_record(reader, client, hers):
    reader.open(hers)
    before = list(AccessRecord.objects.values())
    [row] = AccessRecord.objects.all()
    assert client.post(f"{LIST}{row.pk}/change/", {"reason": "Nothing of importance."}).status_code == 403
    assert client.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"{LIST}add/", {"reason": REASON}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert list(AccessRecord.objects.values()) == before
    assert "delete_selected" not in client.get(LIST).text


def test_staff_with_the_permission_look_at_the_records_and_others_do_not(client, reader, dora, bob, hers):
    reader.open(hers)
    bob.is_staff = True
    bob.save()
    client.force_login(bob)
    assert client.get(LIST).status_code == 403
    bob.user_permissions.add(Permission.objects.get(codename="view_accessrecord"))
    page = client.get(LIST).text
    assert REASON in page
    assert "canary" not in page
    [row] = AccessRecord.objects.all()
    assert REASON in client.get(f"{LIST}{row.pk}/change/").text


def test_records_are_found_by_either_person_and_by_kind(reader, client, alice, bob, hers):
    reader.open(hers)
    reader.export(create_conversation(bob), "json", reason=REASON)
    for query, number in {"q=alice": 1, "q=carol": 2, "q=nobody": 0, "kind__exact=exported": 1}.items():
        assert client.get(f"{LIST}?{query}").context["cl"].result_count == number
    for guess in ("reason__contains=c", "words__contains=c", "reader__password=x", "conversation__title__contains=c"):
        assert client.get(f"{LIST}?{guess}").status_code == 400


def test_a_long_list_of_records_asks_no_more_than_a_short_one(client, reader, hers, django_assert_max_num_queries):
    reader.open(hers)
    client.get(LIST)
    with django_assert_max_num_queries(20) as short:
        client.get(LIST)
    for number in range(10):
        reader = User.objects.create_user(f"reader{number}@example.com", None)
        AccessRecord.record_opening(reader, hers, REASON)
    with django_assert_max_num_queries(len(short)):
        client.get(LIST)


def test_a_reader_from_a_group_reads_too(client, dora, hers):
    auditors = Group.objects.create(name="auditors")
    auditors.permissions.add(Permission.objects.get(codename="read_transcripts"))
    dora.groups.add(auditors)
    assert Reader(client, dora).open(hers).status_code == 200
    assert records() == [("dora@example.com", "alice@example.com", "opened", REASON)]
