"""The lists of conversations, messages and calls in the admin: who, when and how it ended, never what was written."""

import pytest
from django.db import connection

from conversations.models import Conversation, Message, Usage
from tests.history import MODEL, create_usage

CONVERSATIONS = "/admin/conversations/conversation/"
MESSAGES = "/admin/conversations/message/"
CALLS = "/admin/conversations/usage/"
LISTS = [CONVERSATIONS, MESSAGES, CALLS]
SECRET = "canary"


@pytest.fixture
def conversation(alice):
    """A conversation of Alice in which every text contains the secret."""
    return create_secret_conversation(alice)


def create_secret_conversation(owner, turns=1):
    conversation = Conversation.objects.create(owner=owner, title=f"{SECRET} title", system=f"{SECRET} system")
    message = None
    for _ in range(turns):
        question = conversation.messages.create(
            parent=message,
            role="user",
            text=f"{SECRET} question",
            content=[{"type": "text", "text": SECRET}],
        )
        message = conversation.messages.create(
            parent=question,
            role="assistant",
            text=f"{SECRET} answer",
            html=f"<p>{SECRET}</p>",
            content=[{"type": "text", "text": SECRET}],
            system=f"{SECRET} system",
            model=MODEL,
            ending="finished",
        )
        create_usage(owner, conversation=conversation, message=message, state="open", cost=12_345)
    conversation.head = message
    conversation.save()
    return conversation


def build_detail_rows(response):
    return response.context["cl"].queryset


def count_of(response):
    return response.context["cl"].result_count


# Permissions


@pytest.mark.parametrize("address", LISTS)
def test_staff_without_permissions_see_no_list(client, staff, conversation, address):
    client.force_login(staff())
    assert client.get(address, follow=True).status_code == 403


@pytest.mark.parametrize("address", LISTS)
def test_alice_who_is_not_staff_sees_no_list(client, alice, conversation, address):
    client.force_login(alice)
    response = client.get(address, follow=True)
    assert response.status_code == 403
    assert "changelist" not in response.text


def test_the_permission_for_one_list_does_not_open_another(client, staff, conversation):
    client.force_login(staff("view_conversation"))
    assert "alice@example.com" in client.get(CONVERSATIONS).text
    assert client.get(MESSAGES).status_code == 403


# No texts, no changes


@pytest.mark.parametrize("address", LISTS)
def test_a_list_shows_whose_a_row_is_and_no_text(client, carol, conversation, address):
    client.force_login(carol)
    page = client.get(address).text
    assert "alice@example.com" in page
    assert SECRET not in page


@pytest.mark.parametrize(("model", "address"), [(Conversation, CONVERSATIONS), (Message, MESSAGES), (Usage, CALLS)])
def test_the_page_of_a_row_shows_no_text(client, carol, conversation, model, address):
    client.force_login(carol)
    for row in model.objects.all():
        response = client.get(f"{address}{row.pk}/change/")
        assert response.status_code == 200
        assert SECRET not in response.text


@pytest.mark.parametrize(("model", "address"), [(Conversation, CONVERSATIONS), (Message, MESSAGES), (Usage, CALLS)])
def test_not_even_a_superuser_changes_adds_or_deletes_rows(client, carol, conversation, model, address):
    client.force_login(carol)
    before = list(model.objects.order_by("pk").values())
    row = before[0]["id"]
    assert client.post(f"{address}{row}/change/", {"state": "failed"}).status_code == 403
    assert client.post(f"{address}{row}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{address}add/").status_code == 403
    assert client.post(f"{address}add/", {}).status_code == 403
    client.post(address, {"action": "delete_selected", "_selected_action": [row], "post": "yes"})
    assert list(model.objects.order_by("pk").values()) == before


# Columns


def test_a_conversation_links_to_its_messages(client, carol, alice):
    conversation = create_secret_conversation(alice, turns=2)
    create_secret_conversation(carol)
    client.force_login(carol)
    address = f"{MESSAGES}?conversation={conversation.pk}"
    assert f'href="{address}">4</a>' in client.get(CONVERSATIONS).text
    assert count_of(client.get(address)) == 4


def test_a_known_cost_is_shown_in_dollars(client, carol, conversation):
    client.force_login(carol)
    assert '<td class="field-cost_in_dollars">$0.0123</td>' in client.get(CALLS).text
    assert '<td class="field-cost">$0.0123</td>' in client.get(CONVERSATIONS).text


def test_an_unknown_cost_is_shown_as_unknown(client, carol, alice, conversation):
    create_usage(alice, conversation=conversation, model="claude-unheard-of", cost=None)
    client.force_login(carol)
    assert '<td class="field-cost_in_dollars">unknown</td>' in client.get(CALLS).text
    assert '<td class="field-cost">unknown</td>' in client.get(CONVERSATIONS).text


def test_a_conversation_without_calls_cost_nothing(client, carol, alice):
    Conversation.objects.create(owner=alice)
    client.force_login(carol)
    assert '<td class="field-cost">$0.00</td>' in client.get(CONVERSATIONS).text


# Search


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("alice@", 1),
        ("ALICE", 1),
        ("example.com", 2),
        (SECRET, 0),
        ("nobody", 0),
    ],
)
def test_a_search_finds_people_and_no_texts(client, carol, conversation, address, words, number):
    create_secret_conversation(carol)
    client.force_login(carol)
    rows = build_detail_rows(client.get(address, {"q": words}))
    owners = {getattr(row, "owner", None) or getattr(row, "user", None) or row.conversation.owner for row in rows}
    assert len(owners) == number


def test_completing_a_name_with_nul_finds_nothing(client, carol):
    client.force_login(carol)
    query = {"app_label": "conversations", "model_name": "message", "field_name": "conversation", "term": "ali\0ce"}
    assert client.get("/admin/autocomplete/", query).json()["results"] == []


# Filters


@pytest.mark.parametrize(
    ("address", "number"),
    [
        (f"{CONVERSATIONS}?bin=1", 0),
        (f"{CONVERSATIONS}?bin=0", 1),
        (f"{CONVERSATIONS}?state=complete&model={MODEL}", 1),
        (f"{CONVERSATIONS}?state=failed", 0),
        (f"{CONVERSATIONS}?model=claude-opus-5-5", 0),
        (f"{CONVERSATIONS}?updated__gte=2020-01-01T00:00:00Z", 1),
        (f"{MESSAGES}?role__exact=user", 1),
        (f"{MESSAGES}?state__exact=complete&ending__exact=finished", 1),
        (f"{MESSAGES}?state__exact=failed", 0),
        (f"{MESSAGES}?model={MODEL}", 1),
        (f"{CALLS}?model=claude-opus-5-5", 0),
        (f"{CALLS}?purpose__exact=reply&state__exact=open", 1),
        (f"{CALLS}?created__year=2020", 0),
    ],
)
def test_a_filter_selects_rows(client, carol, conversation, address, number):
    client.force_login(carol)
    assert count_of(client.get(address)) == number


@pytest.mark.parametrize(
    "query",
    [
        "conversation/?title__contains=c",
        "conversation/?head__text__contains=c",
        "conversation/?owner__password=x",
        "conversation/?system__startswith=c",
        "message/?text__icontains=c",
        "message/?html__contains=c",
        "message/?conversation__title__contains=c",
        "message/?content__0__text=canary",
        "message/?system=c",
        "usage/?message__text__contains=c",
        "usage/?conversation__title__contains=c",
        "usage/?user__password=x",
    ],
)
def test_texts_cannot_be_guessed_with_the_address_of_a_list(client, carol, conversation, query):
    client.force_login(carol)
    assert client.get(f"/admin/conversations/{query}").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "message/?model=%00",
        "message/?role__exact=%00",
        "message/?conversation=xyz",
        "message/?created__gte=x",
        "message/?created__day=" + "9" * 40,
        "message/abc/change/",
        "usage/?created__year=abc",
        "usage/?created__year=99999",
        "usage/?created__month=77",
        "usage/?created__lt=9999-12-31T23:59:59-23:59",
        "usage/?p=abc",
        "usage/?q=%00",
        "usage/?o=abc.99",
        "usage/?_to_field=model",
        "teamsettings/x/change/",
        "conversation/?updated=0001-01-01T00:00:00%2B23:59",
        "accessrecord/?created__year=-1",
        "accessrecord/?created__year=0",
    ],
)
def test_a_malformed_address_is_no_server_error(client, carol, conversation, query):
    client.force_login(carol)
    assert client.get(f"/admin/conversations/{query}").status_code < 500


# Queries


@pytest.mark.parametrize("address", LISTS)
def test_a_long_list_needs_no_more_queries_than_a_short_one(
    client, carol, conversation, alice, bob, address, django_assert_max_num_queries
):
    client.force_login(carol)
    client.get(address)
    with django_assert_max_num_queries(20) as queries:
        client.get(address)
    for owner in (alice, bob, carol) * 5:
        create_secret_conversation(owner, turns=2)
    with django_assert_max_num_queries(len(queries)):
        client.get(address)


@pytest.mark.parametrize("address", LISTS)
def test_a_list_does_not_load_texts_and_titles(client, carol, conversation, address, django_assert_max_num_queries):
    client.force_login(carol)
    with django_assert_max_num_queries(30) as queries:
        client.get(address)
    statements = "".join(query["sql"] for query in queries if "FROM" in query["sql"])
    assert '"conversations_message"."text"' not in statements
    assert '"title"' not in statements


@pytest.mark.parametrize(("address", "index"), [(CONVERSATIONS, "conversation_admin"), (MESSAGES, "message_admin")])
def test_a_page_of_a_list_is_read_from_its_index_without_sorting(client, carol, address, index):
    client.force_login(carol)
    page = build_detail_rows(client.get(address))[:50]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # as it plans with many rows
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_hashjoin = off"
            )
    plan = page.explain()
    assert index in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
