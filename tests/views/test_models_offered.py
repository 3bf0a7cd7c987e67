"""Which models can be asked: what the picker offers, the default, and what is refused."""

from datetime import date

import pytest

from conversations.claude.models import Model, default_model, update_models
from conversations.models import Conversation, Message
from tests.history import begin, create_conversation, finish_answer
from tests.site import Site, Visitor, eventually
from tests.views.requests import STREAM, path_of

pytestmark = pytest.mark.django_db
SONNET, OPUS = "claude-sonnet-5-5", "claude-opus-5-5"
#: A model that the catalogue calls deprecated, and one that it does not know.
DEPRECATED, UNKNOWN = "claude-sonnet-4-5-20250929", "claude-opus-4-20250514"


@pytest.fixture(autouse=True)
def _chat_models(settings):
    settings.CHAT_MODELS = [SONNET, OPUS, DEPRECATED, UNKNOWN]


@pytest.fixture
def listed_models():
    """The list of Claude's API: one model is deprecated, and the unknown one is retired."""
    update_models(
        [
            Model(SONNET, "Claude Sonnet 5.5"),
            Model(DEPRECATED, "Claude Sonnet 4.5", lifecycle="deprecated", retires=date(2026, 12, 1)),
            Model(UNKNOWN, "Claude Opus 4", lifecycle="retired", retires=date(2026, 6, 15)),
        ]
    )
    yield
    update_models([])


@pytest.fixture
def retired_model(listed_models):
    return UNKNOWN


def offered(page) -> list[tuple[str, str]]:
    return [(model.name, model.retirement_note) for model in page.context["models"]]


# The picker


def test_the_picker_leaves_out_retired_models_and_marks_deprecated_ones(alice_client, listed_models):
    page = alice_client.get("/")
    assert offered(page) == [("Sonnet 5.5", ""), ("Opus 5.5", ""), ("Sonnet 4.5", "retires 1 December 2026")]
    assert b"Sonnet 4.5 (retires 1 December 2026)</option>" in page.content


def test_the_default_model_is_selected(alice_client):
    assert f'value="{SONNET}" selected>' in alice_client.get("/").content.decode()


def test_the_picker_uses_the_catalogue_until_the_list_of_the_api_is_known(alice_client):
    assert offered(alice_client.get("/")) == [
        ("Sonnet 5.5", ""),
        ("Opus 5.5", ""),
        ("Sonnet 4.5", "retires 30 November 2026"),
        (UNKNOWN, ""),
    ]


def test_a_deprecated_model_without_a_date_is_marked_too(alice_client, listed_models):
    update_models([Model(OPUS, "Claude Opus 5.5", lifecycle="deprecated")])
    assert ("Opus 5.5", "about to retire") in offered(alice_client.get("/"))


def test_there_is_no_picker_when_only_one_model_is_offered(alice_client, settings):
    settings.CHAT_MODELS = [SONNET]
    assert b'<select id="model"' not in alice_client.get("/").content


# The default


def test_a_conversation_goes_on_with_the_model_of_its_newest_answer(alice_client, alice):
    conversation = finish_answer(begin(alice, model=OPUS)).conversation
    assert alice_client.get(path_of(conversation)).context["model"] == OPUS


def test_a_conversation_whose_model_is_retired_goes_on_with_the_default(alice_client, alice, retired_model):
    conversation = finish_answer(begin(alice, model=retired_model)).conversation
    assert alice_client.get(path_of(conversation)).context["model"] == SONNET


def test_when_the_default_is_retired_the_first_available_model_is_asked(alice_client, listed_models):
    update_models([Model(SONNET, "Claude Sonnet 5.5", lifecycle="retired")])
    assert alice_client.get("/").context["model"] == OPUS
    assert default_model(SONNET) == OPUS


def test_a_form_without_a_model_asks_the_model_of_the_newest_answer(alice_visitor, stand_in):
    conversation = alice_visitor.ask("[[echo:One.]]", model=OPUS).start["conversation"]
    alice_visitor.ask("[[echo:Two.]]", conversation)
    assert [record["body"]["model"] for record in stand_in.recorded()] == [OPUS, OPUS]


def test_a_retry_without_a_model_asks_the_model_of_the_answer(alice_visitor, stand_in):
    answer = alice_visitor.ask("[[echo:One.]]", model=OPUS).start["reply"]
    with alice_visitor.streaming("POST", f"/messages/{answer}/reply/") as stream:
        stream.read_to_end()
    assert [record["body"]["model"] for record in stand_in.recorded()] == [OPUS, OPUS]


# Refusals

UNAVAILABLE = [UNKNOWN, "gpt-2", "m" * 80, "Opus 5.5"]


@pytest.fixture(params=["a new conversation", "a conversation"])
def ask_path(request, alice):
    """The address that a question is sent to."""
    return "/conversations/" if "new" in request.param else path_of(create_conversation(alice), "messages/")


@pytest.mark.parametrize("model", UNAVAILABLE)
def test_a_script_is_told_that_the_model_is_what_is_wrong(alice_client, listed_models, ask_path, model):
    response = alice_client.post(ask_path, {"text": "Why?", "model": model}, headers=STREAM)
    assert (response.status_code, response.json()["code"]) == (400, "model")
    assert not Message.objects.filter(text="Why?").exists()


@pytest.mark.parametrize("model", UNAVAILABLE)
def test_a_plain_form_comes_back_with_its_text_and_another_model(alice_client, listed_models, ask_path, model):
    page = alice_client.post(ask_path, {"text": "Why?", "model": model})
    assert (page.status_code, page.context["draft"], page.context["model"]) == (400, "Why?", SONNET)
    assert page.context["problem"] in page.content.decode()


@pytest.mark.parametrize("model", UNAVAILABLE)
def test_the_api_refuses_the_model_with_the_same_sentence(alice_client, listed_models, model):
    question = alice_client.post("/conversations/", {"text": "Why?", "model": model}, headers=STREAM)
    api = alice_client.post("/api/chat", {"message": "Why?", "model": model}, content_type="application/json")
    assert (api.status_code, api.json()["error"]) == (400, question.json()["error"])


def test_a_form_refused_for_another_reason_keeps_the_chosen_model(alice_client):
    page = alice_client.post("/conversations/", {"text": " ", "model": OPUS})
    assert (page.status_code, page.context["model"]) == (400, OPUS)


def test_the_sentence_names_a_retired_model(alice_client, retired_model):
    response = alice_client.post("/conversations/", {"text": "Why?", "model": retired_model}, headers=STREAM)
    assert response.json()["error"] == "Claude Opus 4 has been retired. Choose another model."


# The list of Claude's API


def test_the_site_reads_from_the_api_which_models_are_retired(transactional_db, alice, stand_in):
    with Site(stand_in.url, CHAT_MODELS=f"{SONNET},{DEPRECATED},{UNKNOWN}") as site:
        visitor = Visitor(site, alice)
        page = eventually(lambda: (text := visitor.http.get("/").text) and UNKNOWN not in text and text)
        response = visitor.http.post("/api/chat", json={"message": "Hi", "model": UNKNOWN})

    assert "Sonnet 4.5 (retires 30 November 2026)" in page
    assert response.status_code == 400
    assert not Conversation.objects.exists()


def test_without_the_list_of_the_api_the_site_starts_and_logs_the_cause_once(transactional_db, alice, capfd):
    log = ""

    def times_logged(sentence):
        nonlocal log
        log += capfd.readouterr().err
        return log.count(sentence)

    with Site("http://127.0.0.1:9", CHAT_MODELS=f"{SONNET},{DEPRECATED}") as site:
        assert "Sonnet 4.5 (retires 30 November 2026)" in Visitor(site, alice).http.get("/").text
        eventually(lambda: times_logged("about to retire"))

    assert times_logged("Claude's list of models is unavailable (upstream_error).") == 1
    assert times_logged(f"CHAT_MODELS names {DEPRECATED}, which is about to retire (2026-11-30).") == 1
