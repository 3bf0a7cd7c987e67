"""What Alice sees of her own usage."""

import pytest

from conversations.models import TeamSettings
from tests.history import create_usage


@pytest.fixture
def alice_client(client, alice):
    client.force_login(alice)
    return client


def test_alice_sees_what_she_used_this_month(alice_client, alice):
    create_usage(alice, input_tokens=1_200, output_tokens=300, cost=1_500_000)
    create_usage(alice, "2024-03-01 12:00", cost=70_000_000)
    page = alice_client.get("/settings/usage/").text
    assert "1,200" in page
    assert "300" in page
    assert "$1.50" in page
    assert "$70" not in page


def test_alice_does_not_see_what_bob_used(alice_client, alice, bob):
    create_usage(bob, cost=9_000_000)
    page = alice_client.get("/settings/usage/").text
    assert "$9" not in page
    assert "You have not asked anything" in page


def test_a_loss_by_the_cache_is_explained(alice_client, alice):
    create_usage(alice, saved=40_000)
    assert "writing to the cache has cost more" not in alice_client.get("/settings/usage/").text
    create_usage(alice, saved=-40, model="claude-haiku-5-5")
    page = alice_client.get("/settings/usage/").text
    assert "<td>\N{MINUS SIGN}$0.0001</td>" in page
    assert "writing to the cache has cost more than reading from it has saved" in page


def test_several_models_have_a_sum(alice_client, alice):
    create_usage(alice, cost=1_000_000)
    create_usage(alice, cost=2_000_000, model="claude-haiku-5-5")
    page = alice_client.get("/settings/usage/").text
    assert "All models" in page
    assert "$3.00" in page


def test_costs_are_hidden_where_the_team_hides_them(alice_client, alice):
    TeamSettings.objects.create(show_costs=False)
    create_usage(alice, cost=1_500_000)
    page = alice_client.get("/settings/usage/").text
    assert "$" not in page
    assert "Tokens sent" in page


def test_alice_sees_how_often_claude_searched_the_web_for_her(alice_client, alice):
    create_usage(alice)
    assert "Searches in the web" not in alice_client.get("/settings/usage/").text

    create_usage(alice, web_searches=1_234)
    page = alice_client.get("/settings/usage/").text
    assert "Searches in the web" in page
    assert "1,234" in page
