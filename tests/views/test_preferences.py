"""What a person has chosen is kept for the pages that follow, and the effort reaches Claude."""

import re

import pytest
from django.db import OperationalError

from conversations.forms import PersonForm
from conversations.models import Conversation, Message, Preferences, Question, TeamSettings
from conversations.replies.start import store_question
from tests.history import create_conversation
from tests.views.requests import SCRIPT, STREAM, path_of

pytestmark = pytest.mark.django_db
OPUS = "claude-opus-5-5"


def sent_efforts(stand_in):
    return [record["body"]["output_config"]["effort"] for record in stand_in.recorded()]


# Choosing


def test_the_chosen_model_and_effort_are_chosen_in_the_next_new_conversation(alice_client):
    alice_client.post("/settings/preferences/", {"model": OPUS}, headers=SCRIPT)
    response = alice_client.post("/settings/preferences/", {"effort": "high"}, headers=SCRIPT)
    assert response.status_code == 204
    page = alice_client.get("/")
    assert (page.context["model"], page.context["effort"]) == (OPUS, "high")
    assert '<option value="high" selected>' in page.text


def test_the_choice_of_alice_is_not_that_of_bob(client, alice, bob):
    Preferences.change(alice, model=OPUS, effort="high")
    client.force_login(bob)
    page = client.get("/")
    assert (page.context["model"], page.context["effort"]) == ("claude-sonnet-5-5", "medium")


def test_a_conversation_keeps_its_model_and_takes_the_effort_of_the_person(alice_client, alice):
    conversation = create_conversation(alice)
    Preferences.change(alice, model=OPUS, effort="low")
    page = alice_client.get(path_of(conversation))
    assert (page.context["model"], page.context["effort"]) == ("claude-sonnet-5-5", "low")


def test_single_keys_are_switched_off_and_on_again(alice_client, alice):
    for sent, stored in (("false", False), ("true", True)):
        alice_client.post("/settings/preferences/", {"single_keys": sent}, headers=SCRIPT)
        assert Preferences.objects.get(user=alice).single_keys is stored


def test_the_page_of_preferences_stores_all_or_nothing(alice_client, alice, monkeypatch):
    def fail(*arguments, **options):
        raise OperationalError

    monkeypatch.setattr(Preferences, "save", fail)
    alice_client.raise_request_exception = False
    assert alice_client.post("/settings/preferences/", {"first_name": "Alicia", "theme": "dark"}).status_code == 503
    alice.refresh_from_db()
    assert alice.first_name != "Alicia"


def test_a_form_that_is_not_stored_yet_changes_nothing(alice):
    preferences = Preferences.current(alice.pk)
    preferences.user = alice
    form = PersonForm({"first_name": "Alicia", "theme": "dark"}, instance=preferences)
    assert form.is_valid()
    assert form.save(commit=False).user.first_name == "Alicia"
    alice.refresh_from_db()
    assert alice.first_name != "Alicia"
    assert not Preferences.objects.exists()


@pytest.mark.parametrize("fields", [{"model": "gpt-2"}, {"effort": "heroic"}, {"effort": "max"}])
def test_what_is_not_offered_cannot_be_chosen(alice_client, fields):
    response = alice_client.post("/settings/preferences/", fields, headers=SCRIPT)
    assert response.status_code == 400
    assert response.json()["error"].endswith("is not offered here.")
    assert not Preferences.objects.exists()


def test_a_chosen_model_and_effort_that_are_no_longer_offered_give_way_to_the_defaults(alice_client, alice):
    Preferences.change(alice, model="claude-opus-4", effort="max")
    page = alice_client.get("/")
    assert (page.context["model"], page.context["effort"]) == ("claude-sonnet-5-5", "medium")


def test_the_effort_of_the_settings_is_offered_too(alice_client, settings):
    settings.CHAT_EFFORT = "max"
    page = alice_client.get("/")
    assert list(page.context["efforts"]) == ["off", "low", "medium", "high", "max"]
    assert page.context["effort"] == "max"


def test_for_a_model_without_effort_there_is_nothing_to_choose(alice_client, settings):
    settings.CHAT_MODELS = ["claude-haiku-4-5"]
    assert b"<select" not in alice_client.get("/").content


# Asking


def test_the_chosen_effort_reaches_claude(alice_visitor, stand_in):
    conversation = alice_visitor.ask("[[echo:One.]]", effort="low").start["conversation"]
    alice_visitor.ask("[[echo:Two.]]", conversation, effort="high")
    alice_visitor.ask("[[echo:Three.]]", conversation)
    assert sent_efforts(stand_in) == ["low", "high", "medium"]


def test_a_retry_has_the_chosen_effort(alice_visitor, stand_in):
    answer = alice_visitor.ask("[[echo:One.]]").start["reply"]
    with alice_visitor.streaming("POST", f"/messages/{answer}/reply/", data={"effort": "high"}) as stream:
        stream.read_to_end()
    assert sent_efforts(stand_in) == ["medium", "high"]


def test_a_program_chooses_the_effort(alice_program, stand_in):
    response = alice_program.post("/api/chat", json={"message": "[[echo:One.]]", "effort": "high"})
    assert response.status_code == 200
    assert sent_efforts(stand_in) == ["high"]


def test_an_effort_that_is_not_offered_is_refused(alice_client, alice):
    for path in ("/conversations/", path_of(create_conversation(alice), "messages/")):
        response = alice_client.post(path, {"text": "Why?", "effort": "heroic"}, headers=STREAM)
        assert (response.status_code, response.json()["error"]) == (400, "This effort is not offered here.")
    assert not Message.objects.filter(text="Why?").exists()


@pytest.mark.parametrize(
    ("effort", "sentence"), [("heroic", "offered here"), (3, "a text of"), ("h" * 11, "a text of")]
)
def test_the_api_refuses_other_efforts(alice_client, effort, sentence):
    body = {"message": "Why?", "effort": effort}
    response = alice_client.post("/api/chat", body, content_type="application/json")
    assert response.status_code == 400
    assert sentence in response.json()["error"]


def test_a_refused_form_keeps_the_chosen_effort(alice_client):
    page = alice_client.post("/conversations/", {"text": " ", "effort": "high"})
    assert (page.status_code, page.context["effort"]) == (400, "high")


# The page with everything


def form(**changes):
    """The form of the page as Alice sends it, with the boxes that she has ticked."""
    fields = {"first_name": "Alice", "last_name": "", "theme": "", "enter_sends": "on", "single_keys": "on"}
    return {name: value for name, value in {**fields, "instructions": "", **changes}.items() if value is not None}


def test_alice_changes_her_name(alice_client, alice):
    response = alice_client.post("/settings/preferences/", form(first_name="Alicia", last_name="Berg"), follow=True)
    assert "Saved." in response.text
    alice.refresh_from_db()
    assert alice.get_full_name() == "Alicia Berg"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_alice_chooses_the_colors_of_every_page(alice_client, theme):
    alice_client.post("/settings/preferences/", form(theme=theme))
    assert f'data-theme="{theme}"' in alice_client.get("/").text
    assert f'data-theme="{theme}"' in alice_client.get("/settings/tokens/").text


def test_the_interface_is_in_british_english(alice_client):
    page = alice_client.get("/settings/preferences/", follow=True).text
    assert re.search(r">\s*colours", page, re.IGNORECASE)
    assert not re.search(r">\s*colors", page, re.IGNORECASE)


def test_without_a_choice_the_colors_are_those_of_the_system(alice_client):
    alice_client.post("/settings/preferences/", form())
    assert "data-theme" not in alice_client.get("/").text


def test_alice_has_enter_add_a_line(alice_client):
    alice_client.post("/settings/preferences/", form(enter_sends=None))
    assert "data-enter-adds-line" in alice_client.get("/").text


@pytest.mark.parametrize("changes", [{"theme": "purple"}, {"instructions": "x" * 4_001}, {"first_name": "a\0b"}])
def test_what_cannot_be_chosen_is_refused_and_shown_again(alice_client, alice, changes):
    response = alice_client.post("/settings/preferences/", form(last_name="Berg", **changes))
    assert response.status_code == 400
    assert 'value="Berg"' in response.text
    assert not Preferences.objects.filter(user=alice).exists()


def ask_as(person):
    """The answer to a question of this person, before it is written."""
    question = Question(text="How high is the tide?", model=OPUS)
    return store_question(Conversation.draft(person, question), question, "runner").answer


def test_what_alice_says_about_herself_is_sent_after_the_instructions_of_the_team(alice):
    TeamSettings.objects.create(instructions="Be brief.")
    Preferences.change(alice, instructions="I am a marine biologist.")
    assert ask_as(alice).system == "Be brief.\n\nThe person says about themselves:\nI am a marine biologist."


def test_what_alice_says_about_herself_is_not_sent_with_the_questions_of_bob(alice, bob):
    Preferences.change(alice, instructions="I am a marine biologist.")
    assert "biologist" not in ask_as(bob).system
