"""No text is longer than its column: PostgreSQL would refuse the row, which people see as a server error."""

import pytest

from chatsite.accounts.forms import TokenForm
from chatsite.accounts.models import ApiToken, User
from conversations import forms
from conversations.claude import errors, events
from conversations.models import Conversation, IdempotencyKey, Message, Preferences, Summary, ToolCall, Usage
from conversations.models.search_entry import SearchEntry
from conversations.models.title import MAX_TITLE_LENGTH
from conversations.views import chat_request

EFFORTS, MODELS = (Message, Preferences), (Message, Preferences, SearchEntry, Summary, Usage)


def limit(form, name):
    return form.base_fields[name].max_length


@pytest.mark.parametrize(
    ("max_length", "name", "models"),
    [
        (chat_request.MAX_LENGTHS["effort"], "effort", EFFORTS),
        (limit(forms.AskForm, "effort"), "effort", EFFORTS),
        (limit(forms.PreferencesForm, "effort"), "effort", EFFORTS),
        (chat_request.MAX_LENGTHS["model"], "model", MODELS),
        (limit(forms.AskForm, "model"), "model", MODELS),
        (limit(forms.PreferencesForm, "model"), "model", MODELS),
        (chat_request.MAX_LENGTHS["key"], "key", (IdempotencyKey,)),
        (limit(forms.KeyForm, "key"), "key", (IdempotencyKey,)),
        (limit(forms.DecisionForm, "note"), "note", (ToolCall,)),
        (limit(forms.PersonForm, "first_name"), "first_name", (User,)),
        (limit(forms.PersonForm, "last_name"), "last_name", (User,)),
        (limit(TokenForm, "name"), "name", (ApiToken,)),
        (MAX_TITLE_LENGTH, "title", (Conversation,)),
    ],
)
def test_what_alice_and_her_programs_may_send_fits_into_its_columns(max_length, name, models):
    assert {model._meta.get_field(name).max_length for model in models} == {max_length}


@pytest.mark.parametrize(
    ("max_length", "name", "models"),
    [
        (events.MAX_MODEL, "model", MODELS),
        (events.MAX_STOP_REASON, "stop_reason", (Message,)),
        (events.MAX_MESSAGE_ID, "upstream_id", (Message,)),
        (events.MAX_CACHE_MISS, "cache_miss", (Usage,)),
        (errors.MAX_REQUEST_ID, "request_id", (Message, Usage)),
        (errors.MAX_DETAIL, "error_detail", (Message,)),
    ],
)
def test_what_is_stored_of_an_answer_from_claude_fits_into_its_columns(max_length, name, models):
    assert {model._meta.get_field(name).max_length for model in models} == {max_length}
