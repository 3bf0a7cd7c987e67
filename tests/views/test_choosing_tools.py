"""The tools that a person chooses in the composer."""

import pytest
from django.contrib.auth.models import Group

from conversations.models import Preferences
from conversations.tools import running
from tests.using_tools import create_tool
from tests.views.requests import SCRIPT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _runnable(monkeypatch):
    """Functions can be run here."""
    monkeypatch.setattr("conversations.views.pages.is_available", lambda tool: tool.kind == "function")
    monkeypatch.setitem(running.RUNNERS, "function", running.run)


def offered(client):
    return [tool.name for tool in client.get("/").context["tools"]]


def test_alice_is_offered_the_tools_of_everybody_and_of_her_groups(alice_client, alice):
    create_tool("find_ferries")
    create_tool("book", is_enabled=False)
    create_tool("browse", kind="mcp")
    create_tool("audit").groups.add(Group.objects.create(name="Auditors"))
    harbour = Group.objects.create(name="Harbour")
    create_tool("moor").groups.add(harbour)
    alice.groups.add(harbour)
    assert offered(alice_client) == ["find_ferries", "moor"]


def test_where_there_is_no_tool_there_is_no_menu(alice_client):
    assert "<tool-picker" not in alice_client.get("/").text


def test_what_alice_chooses_is_chosen_in_the_next_page(alice_client, alice):
    create_tool("find_ferries")
    response = alice_client.post("/settings/preferences/", {"tools": ["", "find_ferries"]}, headers=SCRIPT)
    assert response.status_code == 204
    assert Preferences.objects.get(user=alice).tools == ["find_ferries"]
    assert 'value="find_ferries" form="composer" autocomplete="off" checked' in alice_client.get("/").text


def test_alice_chooses_none(alice_client, alice):
    Preferences.change(alice, tools=["find_ferries"])
    alice_client.post("/settings/preferences/", {"tools": [""]}, headers=SCRIPT)
    assert Preferences.objects.get(user=alice).tools == []


def test_a_name_that_no_tool_can_have_is_refused(alice_client):
    response = alice_client.post("/settings/preferences/", {"tools": ["x" * 100]}, headers=SCRIPT)
    assert (response.status_code, response.json()) == (400, {"error": "There is no such tool."})
