"""The start page of the admin: figures for those who may see what they count."""

from conversations.models import Message, TeamSettings
from tests.history import create_conversation, create_usage


def read_figures(response):
    """The figures of the page as {label: (value, note)}."""
    return {figure.label: (figure.value, figure.note) for figure in response.context["figures"]}


def test_carol_sees_how_many_people_there_are(client, carol, alice, bob):
    client.force_login(carol)
    bob.is_active = False
    bob.save()
    assert read_figures(client.get("/admin/"))["People"] == ("2", "1 has not signed in yet")


def test_carol_sees_how_many_replies_are_running(client, carol, alice):
    conversation = create_conversation(alice, "Question.")
    conversation.messages.filter(role="assistant").update(state=Message.State.WRITING)
    client.force_login(carol)
    assert read_figures(client.get("/admin/"))["Running now"] == ("1", "replies that are being written")


def test_the_link_of_the_running_replies_lists_them(client, carol, alice):
    conversation = create_conversation(alice, "Question.")
    conversation.messages.filter(role="assistant").update(state=Message.State.WRITING)
    client.force_login(carol)
    response = client.get("/admin/")
    url = next(figure.url for figure in response.context["figures"] if figure.label == "Running now")
    assert client.get(url).context["cl"].result_count == 1


def test_carol_sees_the_costs_of_this_month_and_the_limit(client, carol, alice):
    create_usage(alice, cost=1_500_000)
    TeamSettings.objects.create(monthly_limit=20)
    client.force_login(carol)
    assert read_figures(client.get("/admin/"))["Costs"] == ("$1.50", "this month, of $20.00")


def test_staff_without_permissions_see_no_figures(client, bob):
    bob.is_staff = True
    bob.save()
    client.force_login(bob)
    response = client.get("/admin/")
    assert response.status_code == 200
    assert read_figures(response) == {}
