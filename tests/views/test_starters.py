"""The prompts that the empty page offers."""

import pytest

from conversations.models import TeamSettings
from tests.history import create_conversation
from tests.views.requests import path_of

pytestmark = pytest.mark.django_db


def test_the_empty_page_offers_the_prompts_of_the_team(alice_client):
    TeamSettings(starters="Is this contract fair & complete?\n\n  Plan the release.  \n").save()
    page = alice_client.get("/").text
    assert page.count("data-starter") == 2
    assert 'href="/?text=Is%20this%20contract%20fair%20%26%20complete%3F"' in page
    assert ">Plan the release.</a>" in page


def test_a_team_begins_with_a_few_prompts(alice_client):
    assert alice_client.get("/").text.count("data-starter") == 4


def test_a_team_without_prompts_has_none(alice_client):
    TeamSettings(starters="").save()
    assert "data-starter" not in alice_client.get("/").text


def test_only_six_prompts_are_offered(alice_client):
    TeamSettings(starters="Prompt\n" * 9).save()
    assert alice_client.get("/").text.count("data-starter") == 6


def test_a_conversation_with_turns_offers_none(alice_client, alice):
    assert "data-starter" not in alice_client.get(path_of(create_conversation(alice))).text


def test_a_link_with_a_text_puts_it_into_the_field(alice_client):
    page = alice_client.get("/", {"text": "Plan the <release>."})
    assert page.context["draft"] == "Plan the <release>."
    assert "Plan the &lt;release&gt;.</textarea>" in page.text
