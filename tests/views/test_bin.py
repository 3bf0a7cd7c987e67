"""The bin: what is in it, until when, and the way back; renaming and deleting by plain forms."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from conversations.models import Conversation
from conversations.models.retention import BIN_PERIOD
from tests.history import begin, create_conversation

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Requested-With": "fetch"}


def path_of(conversation) -> str:
    return f"/conversations/{conversation.pk}/"


def binned(owner, text, days=0):
    conversation = create_conversation(owner, text)
    conversation.bin()
    Conversation.objects.filter(pk=conversation.pk).update(deleted=timezone.now() - timedelta(days=days))
    return conversation


def test_the_bin_lists_what_alice_deleted_the_latest_first_and_until_when(alice_client, alice, bob):
    older, newer = binned(alice, "Older.", days=5), binned(alice, "Newer.")
    kept, foreign = create_conversation(alice, "Kept."), binned(bob, "Foreign.")
    page = alice_client.get("/bin/")

    assert [each.pk for each in page.context["page_obj"]] == [newer.pk, older.pk]
    day = date_format(timezone.localtime() - timedelta(days=5) + BIN_PERIOD, "j F Y")
    assert f"kept until {day}" in page.content.decode()
    assert str(foreign.pk) not in page.content.decode()
    assert page.content.decode().count(str(kept.pk)) == alice_client.get("/").content.decode().count(str(kept.pk))


def test_alice_puts_a_conversation_back_by_plain_form(alice_client, alice):
    conversation = binned(alice, "Come back.")
    back = alice_client.post(path_of(conversation), {"deleted": "0"})

    assert (back.status_code, back.headers["location"]) == (303, path_of(conversation))
    assert alice_client.get(path_of(conversation)).status_code == 200
    assert alice_client.get("/bin/").context["page_obj"].paginator.count == 0
    assert b"The bin is empty." in alice_client.get("/bin/").content


def test_alice_deletes_by_plain_form_and_is_shown_the_bin(alice_client, alice):
    answer = begin(alice, "Away with it.")
    path = path_of(answer.conversation)
    deleted = alice_client.post(path, {"deleted": "1"})
    first = Conversation.objects.get().deleted

    assert (deleted.status_code, deleted.headers["location"]) == (303, "/bin/")
    answer.refresh_from_db()
    assert answer.stop_requested == "deleted"
    assert alice_client.post(path, {"deleted": "1"}, headers=SCRIPT).status_code == 204
    assert Conversation.objects.get().deleted == first
    assert alice_client.get(path).status_code == alice_client.get(path + "edit/").status_code == 404


def test_bob_can_neither_delete_nor_put_back_what_is_alices(client, alice, bob):
    hers, in_her_bin = create_conversation(alice), binned(alice, "Binned.")
    client.force_login(bob)
    assert client.post(path_of(hers), {"deleted": "1"}).status_code == 404
    assert client.post(path_of(in_her_bin), {"deleted": "0"}).status_code == 404
    assert [bool(each.deleted) for each in Conversation.objects.order_by("created")] == [False, True]


def test_a_conversation_in_the_bin_does_not_come_back_with_a_title(alice_client, alice):
    conversation = binned(alice, "Binned.")
    assert alice_client.post(path_of(conversation), {"title": "New"}).status_code == 404
    assert alice_client.post(path_of(conversation), {"deleted": "1", "title": " "}).status_code == 400
    conversation.refresh_from_db()
    assert (conversation.title, bool(conversation.deleted)) == ("Binned.", True)


def test_alice_renames_on_a_page_of_its_own(alice_client, alice):
    conversation = create_conversation(alice, "A <b>question</b>.")
    page = alice_client.get(path_of(conversation) + "edit/").content.decode()
    assert 'value="A &lt;b&gt;question&lt;/b&gt;."' in page

    renamed = alice_client.post(path_of(conversation), {"title": "Skies\u2028 &\tcolours"})
    assert (renamed.status_code, renamed.headers["location"]) == (303, path_of(conversation))
    assert Conversation.objects.get().title == "Skies & colours"


def test_a_title_may_have_200_characters_and_any_script(alice_client, alice):
    conversation = create_conversation(alice)
    for title in ("🙂" * 200, "שלום \u202eעולם", "x" * 200):
        assert alice_client.post(path_of(conversation), {"title": title}, headers=SCRIPT).status_code == 204
        assert Conversation.objects.get().title == title
    refused = alice_client.post(path_of(conversation), {"title": "x" * 5000}, headers=SCRIPT)
    assert refused.json()["error"] == "A title may have 200 characters; this one has 5,000."


def test_the_list_and_the_bin_cost_the_same_queries_however_long_they_are(
    alice_client, alice, django_assert_max_num_queries
):
    for number in range(60):
        conversation = Conversation.objects.create(owner=alice, title=f"Number {number}.")
        if number % 2:
            conversation.bin()
    for path in ("/conversations/", "/bin/"):
        with django_assert_max_num_queries(7):
            alice_client.get(path)


def test_nonsense_in_the_page_of_the_bin_is_answered_with_a_page(alice_client):
    for page in ("", "x", "-1", "9" * 5000, "%00"):
        assert alice_client.get(f"/bin/?page={page}").status_code == 200
