"""What people and scripts get when something cannot be answered."""

import pytest
from django.test import Client, RequestFactory
from django.urls import include
from django.urls import path as route

from chatsite import errors, urls

STREAM = {"Accept": "text/event-stream"}
FETCH = {"X-Requested-With": "fetch"}


def faulty(request):
    return 1 / 0


#: The site with one more view, for the test that sets ROOT_URLCONF to this module.
urlpatterns = [route("", include(urls.urlpatterns)), route("faulty/", faulty)]
handler500 = urls.handler500


def test_alice_sees_a_page_where_there_is_nothing(client, alice):
    client.force_login(alice)
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


@pytest.mark.parametrize("headers", [STREAM, FETCH])
def test_a_script_gets_a_sentence_where_there_is_nothing(client, alice, headers):
    client.force_login(alice)
    response = client.get("/nowhere/", headers=headers)
    assert (response.status_code, response.json()) == (404, {"error": "There is nothing here."})


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "/messages/{}/reply/"), ("delete", "/messages/{}/reply/"), ("delete", "/conversations/{}/")],
)
def test_what_is_not_there_is_told_to_scripts_as_json(client, alice, method, path):
    client.force_login(alice)
    nobodys = "00000000-0000-4000-8000-000000000000"
    response = getattr(client, method)(path.format(nobodys), headers=FETCH)
    assert (response.status_code, response.json()) == (404, {"error": "There is nothing here."})


def test_under_api_everything_is_json(client, db):
    response = client.get("/api/nothing")
    assert (response.status_code, response.json()) == (404, {"error": "There is nothing here."})


@pytest.mark.parametrize(
    ("method", "headers"), [("get", STREAM), ("get", FETCH), ("post", STREAM), ("post", FETCH), ("delete", {})]
)
def test_a_session_that_has_ended_is_401_for_scripts(client, db, method, headers):
    response = getattr(client, method)("/conversations/", headers=headers)
    assert (response.status_code, response.json()) == (401, {"error": "Your session has ended. Sign in again."})


def test_a_page_is_led_to_the_sign_in_instead(client, db):
    assert client.get("/conversations/")["Location"] == "/accounts/login/?next=/conversations/"


def test_a_form_without_its_token_is_told_plainly(alice):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    page = strict.post("/conversations/", {"text": "Hello"})
    assert page.status_code == 403
    assert "Please send it again" in page.content.decode()

    script = strict.post("/conversations/", {"text": "Hello"}, headers=STREAM)
    assert (script.status_code, script.json()) == (403, {"error": "Please load the page anew and send it once more."})


def test_a_fault_of_ours_needs_no_database_to_be_told():
    # Without the `db` fixture, any query fails this test.
    page = errors.server_error(RequestFactory().get("/"))
    assert page.status_code == 500
    assert "Something went wrong here" in page.content.decode()

    script = errors.server_error(RequestFactory().get("/", headers=FETCH))
    assert script.status_code == 500
    assert script["Content-Type"] == "application/json"


def test_a_damaged_address_is_told_plainly(client, db):
    page = client.get("/", headers={"Host": "evil.example"})
    assert page.status_code == 400
    assert "This request made no sense" in page.content.decode()


def test_staff_only_is_told_to_scripts_as_json(client, alice):
    client.force_login(alice)
    response = client.get("/admin/login/", headers=FETCH)
    assert (response.status_code, response.json()) == (403, {"error": "You may not do this."})


def test_a_fault_in_a_view_is_told_by_the_same_page(client, alice, settings):
    settings.ROOT_URLCONF = __name__
    client.force_login(alice)
    client.raise_request_exception = False
    page = client.get("/faulty/")
    assert page.status_code == 500
    assert "Something went wrong here" in page.content.decode()
    assert page["Content-Security-Policy"]
