"""What staff see of conversations in the admin: who, when and how it ended, never what was said."""

import pytest
from django.db import connection

from conversations.models import Conversation, Message, TeamSettings, Usage

LISTS = ["/admin/conversations/conversation/", "/admin/conversations/message/", "/admin/conversations/usage/"]
SETTINGS = "/admin/conversations/teamsettings/"
MODELS = {Conversation: LISTS[0], Message: LISTS[1], Usage: LISTS[2]}
SECRET = "canary"


def conversation_of(person, turns=1):
    """A finished conversation whose every text holds the canary, with its usage."""
    conversation = Conversation.objects.create(owner=person, title=f"{SECRET} title", system=f"{SECRET} system")
    parent = None
    for _ in range(turns):
        parent = conversation.messages.create(parent=parent, role="user", text=f"{SECRET} question")
        parent = conversation.messages.create(
            parent=parent,
            role="assistant",
            text=f"{SECRET} answer",
            html=f"<p>{SECRET}</p>",
            content=[{"type": "text", "text": SECRET}],
            system=f"{SECRET} system",
            model="claude-sonnet-5-5",
            ending="finished",
        )
        Usage.objects.create(
            user=person, conversation=conversation, message=parent, model="claude-sonnet-5-5", cost=12_345
        )
    conversation.head = parent
    conversation.save()
    return conversation


# Lists


@pytest.mark.parametrize("address", LISTS)
def test_carol_sees_whose_it_is_and_nothing_that_was_said(client, carol, alice, address):
    conversation_of(alice)
    client.force_login(carol)
    page = client.get(address).text
    assert "alice@example.com" in page
    assert SECRET not in page


@pytest.mark.parametrize("model", MODELS)
def test_a_single_row_shows_nothing_that_was_said_and_takes_nothing(client, carol, alice, model):
    conversation_of(alice)
    client.force_login(carol)
    for row in model.objects.all():
        address = f"{MODELS[model]}{row.pk}/change/"
        page = client.get(address).text
        assert "alice@example.com" in page or model is Message
        assert SECRET not in page
        assert client.post(address, {"state": "failed"}).status_code == 403
        assert client.post(f"{MODELS[model]}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    before = list(model.objects.order_by("pk").values())
    assert client.get(f"{MODELS[model]}add/").status_code == 403
    assert client.post(f"{MODELS[model]}add/", {}).status_code == 403
    chosen = [row["id"] for row in before]
    client.post(MODELS[model], {"action": "delete_selected", "_selected_action": chosen, "post": "yes"})
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("address", [*LISTS, SETTINGS])
def test_bob_who_is_staff_without_permissions_sees_none(client, staff, alice, address):
    conversation_of(alice)
    client.force_login(staff())
    assert client.get(address, follow=True).status_code == 403


@pytest.mark.parametrize("address", [*LISTS, SETTINGS])
def test_alice_who_is_not_staff_is_sent_away(client, alice, address):
    client.force_login(alice)
    answer = client.get(address, follow=True)
    assert answer.status_code == 403
    assert "changelist" not in answer.text


def test_bob_with_the_permission_to_look_sees_a_list(client, staff, alice):
    conversation_of(alice)
    client.force_login(staff("view_conversation"))
    assert "alice@example.com" in client.get(LISTS[0]).text
    assert client.get(LISTS[1]).status_code == 403


@pytest.mark.parametrize(
    "guess",
    [
        *("conversation/?title__contains=c", "conversation/?head__text__contains=c", "conversation/?owner__password=x"),
        *("conversation/?system__startswith=c", "message/?text__icontains=c", "message/?html__contains=c"),
        *("message/?conversation__title__contains=c", "message/?blocks__0__text=canary", "message/?system=c"),
        *("usage/?message__text__contains=c", "usage/?conversation__title__contains=c", "usage/?user__password=x"),
    ],
)
def test_addresses_of_lists_answer_no_guesses_about_texts(client, carol, alice, guess):
    conversation_of(alice)
    client.force_login(carol)
    assert client.get(f"/admin/conversations/{guess}").status_code == 400


def test_a_name_with_nul_is_completed_to_nothing_and_no_fault(client, carol):
    client.force_login(carol)
    field = {"app_label": "conversations", "model_name": "message", "field_name": "conversation"}
    assert client.get("/admin/autocomplete/", {**field, "term": "ali\0ce"}).json()["results"] == []


@pytest.mark.parametrize(
    "nonsense",
    [
        *("message/?model=%00", "message/?role__exact=%00", "message/?conversation=xyz", "message/?created__gte=x"),
        *("usage/?created__year=abc", "usage/?created__year=99999", "usage/?created__month=77", "usage/?p=abc"),
        *("usage/?q=%00", "usage/?o=abc.99", "usage/?_to_field=model", "message/abc/change/", "teamsettings/x/change/"),
        *("usage/?created__lt=9999-12-31T23:59:59-23:59", "conversation/?updated=0001-01-01T00:00:00%2B23:59"),
        *("accessrecord/?created__year=-1", "accessrecord/?created__year=0", "message/?created__day=" + "9" * 40),
    ],
)
def test_nonsense_in_an_address_is_no_fault_of_the_server(client, carol, alice, nonsense):
    conversation_of(alice)
    client.force_login(carol)
    assert client.get(f"/admin/conversations/{nonsense}").status_code < 500


@pytest.mark.parametrize("address", LISTS)
def test_a_search_finds_people_and_no_texts(client, carol, alice, address):
    conversation_of(alice)
    conversation_of(carol)
    client.force_login(carol)
    for term, number in {"alice@": 1, "ALICE": 1, "example.com": 2, SECRET: 0, "nobody": 0}.items():
        found = client.get(address, {"q": term}).context["cl"].queryset
        people = {getattr(row, "owner", None) or getattr(row, "user", None) or row.conversation.owner for row in found}
        assert len(people) == number


@pytest.mark.parametrize(
    ("address", "number"),
    [
        (f"{LISTS[0]}?bin=1", 0),
        (f"{LISTS[0]}?bin=0", 1),
        (f"{LISTS[0]}?state=complete&model=claude-sonnet-5-5", 1),
        (f"{LISTS[0]}?state=failed", 0),
        (f"{LISTS[0]}?model=claude-opus-5-5", 0),
        (f"{LISTS[0]}?updated__gte=2020-01-01T00:00:00Z", 1),
        (f"{LISTS[1]}?role__exact=user", 1),
        (f"{LISTS[1]}?state__exact=complete&ending__exact=finished", 1),
        (f"{LISTS[1]}?state__exact=failed", 0),
        (f"{LISTS[1]}?model=claude-sonnet-5-5", 1),
        (f"{LISTS[2]}?model=claude-opus-5-5", 0),
        (f"{LISTS[2]}?purpose__exact=reply&state__exact=open", 1),
        (f"{LISTS[2]}?created__year=2020", 0),
    ],
)
def test_the_filters_count_what_they_say(client, carol, alice, address, number):
    conversation_of(alice)
    client.force_login(carol)
    assert client.get(address).context["cl"].result_count == number


def test_from_a_conversation_carol_goes_to_its_messages(client, carol, alice):
    conversation = conversation_of(alice, turns=2)
    conversation_of(carol)
    client.force_login(carol)
    address = f"{LISTS[1]}?conversation={conversation.pk}"
    assert f'href="{address}">4</a>' in client.get(LISTS[0]).text
    assert client.get(address).context["cl"].result_count == 4


def test_a_cost_is_shown_in_dollars_and_an_unknown_one_as_unknown(client, carol, alice):
    conversation_of(alice)
    Usage.objects.create(user=None, model="claude-unheard-of")
    client.force_login(carol)
    page = client.get(LISTS[2]).text
    assert "$0.0123" in page
    assert '<td class="field-cost_in_dollars">unknown</td>' in page


@pytest.mark.parametrize("address", LISTS)
def test_a_long_list_asks_no_more_of_the_database_than_a_short_one(
    client, carol, alice, bob, address, django_assert_max_num_queries
):
    client.force_login(carol)
    conversation_of(alice)
    client.get(address)
    with django_assert_max_num_queries(20) as short:
        client.get(address)
    for person in (alice, bob, carol) * 5:
        conversation_of(person, turns=2)
    with django_assert_max_num_queries(len(short)) as long:
        client.get(address)
    asked = "".join(query["sql"] for query in long if "FROM" in query["sql"])
    assert '"conversations_message"."text"' not in asked
    assert '"title"' not in asked


@pytest.mark.parametrize(("address", "index"), [(LISTS[0], "conversation_admin"), (LISTS[1], "message_admin")])
def test_a_page_of_a_list_is_read_from_its_index_and_not_sorted(client, carol, address, index):
    client.force_login(carol)
    page = client.get(address).context["cl"].queryset[:50]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # as it plans with many rows
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_hashjoin = off"
            )
    plan = page.explain()
    assert index in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


# Team settings


def test_carol_changes_the_team_settings_before_there_is_a_row_and_after(client, carol):
    client.force_login(carol)
    form = client.get(SETTINGS, follow=True)
    assert "You are a helpful assistant." in form.text
    address = form.redirect_chain[-1][0]
    for name in ("Rockets", "Comets"):
        saved = client.post(address, {"name": name, "instructions": "Be brief.", "notice": "Carol may read this."})
        assert saved.status_code == 302
    row = TeamSettings.objects.get()
    assert (row.pk, row.name, row.instructions, row.notice) == (1, "Comets", "Be brief.", "Carol may read this.")


def test_there_is_one_row_of_team_settings_and_it_stays(client, carol):
    TeamSettings(name="Rockets").save()
    client.force_login(carol)
    assert client.post(f"{SETTINGS}add/", {"name": "Second"}).status_code == 403
    assert client.post(f"{SETTINGS}1/delete/", {"post": "yes"}).status_code == 403
    client.post(SETTINGS, {"action": "delete_selected", "_selected_action": [1], "post": "yes"})
    assert client.get(f"{SETTINGS}2/change/", follow=True).status_code == 200
    assert TeamSettings.objects.get().name == "Rockets"


def test_bob_may_look_at_the_team_settings_without_changing_them(client, staff):
    client.force_login(staff("view_teamsettings"))
    assert client.get(f"{SETTINGS}1/change/").status_code == 200
    assert client.post(f"{SETTINGS}1/change/", {"name": "Bob's"}).status_code == 403
    assert not TeamSettings.objects.exists()
