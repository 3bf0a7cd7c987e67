"""Which models can be asked: the picker, what it falls back to, and what is refused."""

from datetime import date

import pytest

from conversations.claude.models import Model, default_model, update_models
from conversations.models import Conversation, Message
from tests.history import begin, create_conversation, finish_answer
from tests.site import Site, Visitor, eventually

pytestmark = pytest.mark.django_db
STREAM = {"Accept": "text/event-stream"}
SONNET, OPUS = "claude-sonnet-5-5", "claude-opus-5-5"
OLD, GONE = "claude-sonnet-4-5-20250929", "claude-opus-4-20250514"


@pytest.fixture
def alice_client(client, alice, settings):
    settings.CHAT_MODELS = [SONNET, OPUS, OLD, GONE]
    client.force_login(alice)
    return client


@pytest.fixture
def told():
    """What Claude's API says of these models."""
    update_models([
        Model(SONNET, "Claude Sonnet 5.5"),
        Model(OLD, "Claude Sonnet 4.5", lifecycle="deprecated", retires=date(2026, 12, 1)),
        Model(GONE, "Claude Opus 4", lifecycle="retired", retires=date(2026, 6, 15)),
    ])  # fmt: skip
    yield
    update_models([])


def offered(page) -> list[tuple[str, str]]:
    return [(each.name, each.retirement_note) for each in page.context["models"]]


def test_the_picker_leaves_out_what_is_retired_and_marks_what_is_about_to(alice_client, told):
    page = alice_client.get("/")
    assert offered(page) == [("Sonnet 5.5", ""), ("Opus 5.5", ""), ("Sonnet 4.5", "retires 1 December 2026")]
    assert b"Sonnet 4.5 (retires 1 December 2026)</option>" in page.content
    assert f'<option value="{SONNET}" selected>'.encode() in page.content


def test_while_claude_has_said_nothing_the_dates_of_the_catalogue_hold(alice_client):
    assert offered(alice_client.get("/")) == [
        ("Sonnet 5.5", ""),
        ("Opus 5.5", ""),
        ("Sonnet 4.5", "retires 30 November 2026"),
        (GONE, ""),
    ]


def test_a_model_that_leaves_on_no_day_yet_is_marked_too(alice_client, told):
    update_models([Model(OPUS, "Claude Opus 5.5", lifecycle="deprecated")])
    assert ("Opus 5.5", "about to retire") in offered(alice_client.get("/"))


def test_no_picker_where_there_is_nothing_to_pick(alice_client, settings):
    settings.CHAT_MODELS = [SONNET]
    assert b"<select" not in alice_client.get("/").content


def test_a_conversation_goes_on_with_the_model_of_its_newest_answer(alice_client, alice, told):
    conversation = finish_answer(begin(alice, model=OPUS)).conversation
    assert alice_client.get(f"/conversations/{conversation.pk}/").context["model"] == OPUS
    gone = finish_answer(begin(alice, model=GONE)).conversation
    assert alice_client.get(f"/conversations/{gone.pk}/").context["model"] == SONNET


@pytest.mark.parametrize("model", [GONE, "gpt-2", "m" * 80, "Opus 5.5"])
def test_a_model_that_cannot_be_asked_is_refused_and_nothing_typed_is_lost(alice_client, alice, told, model):
    conversation = create_conversation(alice)
    for path in ("/conversations/", f"/conversations/{conversation.pk}/messages/"):
        for_a_script = alice_client.post(path, {"text": "Why?", "model": model}, headers=STREAM)
        assert (for_a_script.status_code, for_a_script.json()["code"]) == (400, "model")
        page = alice_client.post(path, {"text": "Why?", "model": model})
        assert (page.status_code, page.context["draft"], page.context["model"]) == (400, "Why?", SONNET)
        assert page.context["problem"] == for_a_script.json()["error"]
    sentence = alice_client.post("/api/chat", {"message": "Why?", "model": model}, content_type="application/json")
    assert sentence.json() == {"error": page.context["problem"]}
    assert Message.objects.count() == 2


def test_what_is_wrong_elsewhere_leaves_the_chosen_model_chosen(alice_client):
    page = alice_client.post("/conversations/", {"text": " ", "model": OPUS})
    assert (page.status_code, page.context["model"]) == (400, OPUS)


def test_the_sentence_calls_a_retired_model_by_its_name(alice_client, told):
    refused = alice_client.post("/conversations/", {"text": "Why?", "model": GONE}, headers=STREAM)
    assert refused.json()["error"] == "Claude Opus 4 has been retired. Choose another model."


def test_when_the_usual_model_retires_the_first_one_left_is_asked(alice_client, told):
    update_models([Model(SONNET, "Claude Sonnet 5.5", lifecycle="retired")])
    assert alice_client.get("/").context["model"] == OPUS
    assert default_model(SONNET) == OPUS


def test_a_form_without_a_model_asks_the_one_that_answered_last(site, alice, stand_in):
    visitor = Visitor(site, alice)
    asked = visitor.ask("[[echo:One.]]", model=OPUS).start
    visitor.ask("[[echo:Two.]]", asked["conversation"])
    with visitor.streaming("POST", f"/messages/{asked['reply']}/reply/") as again:
        again.read_to_end()
    assert [record["body"]["model"] for record in stand_in.recorded()] == [OPUS] * 3


def test_the_site_learns_from_claude_which_models_are_retired(transactional_db, alice, stand_in):
    models = ",".join([SONNET, OLD, GONE])
    with Site(stand_in.url, CHAT_MODELS=models) as site:
        visitor = Visitor(site, alice)
        page = eventually(lambda: (text := visitor.http.get("/").text) and GONE not in text and text)
        assert "Sonnet 4.5 (retires 30 November 2026)" in page
        refused = visitor.http.post("/api/chat", json={"message": "Hi", "model": GONE})
        assert refused.status_code == 400
    assert not Conversation.objects.exists()


def test_without_claudes_list_the_site_starts_says_so_once_and_offers_what_is_set(transactional_db, alice, capfd):
    log = ""

    def said(sentence):
        nonlocal log
        log += capfd.readouterr().err
        return log.count(sentence)

    with Site("http://127.0.0.1:9", CHAT_MODELS=f"{SONNET},{OLD}") as site:
        assert "Sonnet 4.5 (retires 30 November 2026)" in Visitor(site, alice).http.get("/").text
        eventually(lambda: said("about to retire"))
    assert said("Claude's list of models is unavailable (upstream_error).") == 1
    assert said(f"CHAT_MODELS names {OLD}, which is about to retire (2026-11-30).") == 1
