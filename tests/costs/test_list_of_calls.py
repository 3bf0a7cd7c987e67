"""The list of calls in the admin does not tell whose calls they are to staff who may not see that."""

import pytest

from tests.history import create_conversation, create_usage

LIST = "/admin/conversations/usage/"


@pytest.fixture
def call_of_alice(alice):
    conversation = create_conversation(alice)
    return create_usage(alice, conversation=conversation, message=conversation.head, request_id="req_of_alice")


def test_bob_sees_calls_but_not_whose_they_are(client, staff, call_of_alice):
    client.force_login(staff("view_usage", "view_message", "view_conversation"))
    for address in (LIST, f"{LIST}{call_of_alice.pk}/change/"):
        page = client.get(address).text
        assert "$1.00" in page
        assert "alice@example.com" not in page
        assert str(call_of_alice.conversation_id) not in page
        assert str(call_of_alice.message_id) not in page
        assert "req_of_alice" not in page


def test_bob_sees_whose_a_call_is_with_the_permission_for_that(client, staff, call_of_alice):
    client.force_login(staff("view_usage", "view_person_usage"))
    page = client.get(f"{LIST}{call_of_alice.pk}/change/").text
    assert "alice@example.com" in page
    assert str(call_of_alice.conversation_id) in page
    assert "req_of_alice" in page


def test_the_cost_of_a_running_call_is_running_and_nothing_says_that_it_was_cut(client, staff, alice):
    call = create_usage(alice, cost=None, state="open")
    client.force_login(staff("view_usage"))
    for address in (LIST, f"{LIST}{call.pk}/change/"):
        page = client.get(address).text
        assert "running" in page
        assert "unknown" not in page
        assert "was cut" not in page


@pytest.mark.parametrize("name", ["alice@", "nobody"])
def test_bob_cannot_search_by_person(client, staff, call_of_alice, carol, name):
    create_usage(carol)
    client.force_login(staff("view_usage"))
    assert 'name="q"' not in client.get(LIST).text
    assert client.get(LIST, {"q": name}).context["cl"].result_count == 2


@pytest.mark.parametrize(
    "lookup",
    [
        "user=1",
        "user__id__exact=1",
        "user__email=x",
        "message__isnull=1",
        "request_id=x",
    ],
)
def test_bob_cannot_filter_by_person(client, staff, call_of_alice, lookup):
    client.force_login(staff("view_usage"))
    assert client.get(f"{LIST}?{lookup}").status_code == 400


def test_bob_searches_by_person_with_the_permission_for_that(client, staff, call_of_alice, carol):
    create_usage(carol)
    client.force_login(staff("view_usage", "view_person_usage"))
    assert client.get(LIST, {"q": "alice@"}).context["cl"].result_count == 1
