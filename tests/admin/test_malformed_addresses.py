"""Malformed keys and values in every address of the admin: a 4xx or a redirect, never a server error."""

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType

from chatsite.accounts.model_admin import ALLOWED_COMPARISONS
from tests.history import create_conversation

MODELS = list(admin.site._registry)
VALUES = ["abc", "9" * 400, "-1", "%00", "x/y", "٣"]
PARAMETERS = ["p", "o", "q", "all", "e", "_popup", "_to_field", "_changelist_filters", "id", "id__in", "pk__gte"]


@pytest.fixture
def carols_client(client, carol, alice):
    """Carol may do everything. Every list has a row."""
    create_conversation(alice)
    client.force_login(carol)
    return client


def path_of(model):
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_malformed_key(carols_client, model):
    for value in VALUES:
        for page in ("", "change/", "delete/", "history/"):
            address = f"{path_of(model)}{value}/{page}"
            for request in (carols_client.get, carols_client.post):
                assert request(address).status_code < 500, address


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_malformed_filter(carols_client, model):
    fields = admin.site.get_model_admin(model).allowed_lookups  # type: ignore[attr-defined]
    names = [*PARAMETERS, *fields, *(f"{field}__{lookup}" for field in fields for lookup in ALLOWED_COMPARISONS)]
    for name in names:
        for value in ("9" * 400, "%00"):
            address = f"{path_of(model)}?{name}={value}"
            assert carols_client.get(address).status_code < 500, address


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_malformed_choice_of_rows(carols_client, model):
    for name in ("_selected_action", "action", "index", "select_across"):
        for value in VALUES:
            form = {"action": "delete_selected", "_selected_action": "1", name: value}
            assert carols_client.post(path_of(model), form).status_code < 500, (name, value)


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_search_for_a_very_long_text(carols_client, model):
    assert carols_client.get(path_of(model), {"q": "a" * 60_000}).status_code < 500


def test_rows_are_not_looked_up_by_their_type(carols_client):
    for content_type in [*ContentType.objects.values_list("pk", flat=True), *VALUES]:
        for value in VALUES:
            assert carols_client.get(f"/admin/r/{content_type}/{value}/").status_code == 404


@pytest.mark.parametrize("parameter", ["app_label", "model_name", "field_name", "term", "page"])
def test_a_malformed_search_for_a_choice(carols_client, parameter):
    query = {"app_label": "conversations", "model_name": "message", "field_name": "conversation"}
    for value in VALUES:
        assert carols_client.get("/admin/autocomplete/", query | {parameter: value}).status_code < 500
