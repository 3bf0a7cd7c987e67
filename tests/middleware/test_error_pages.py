"""Error pages for people, and errors as JSON for scripts."""

import pytest
from django.test import RequestFactory
from django.urls import include
from django.urls import path as route

from chatsite import errors, urls
from tests.site import Visitor

STREAM = {"Accept": "text/event-stream"}
FETCH = {"X-Requested-With": "fetch"}


def failing_view(request):
    return 1 / 0


#: The site with one more view, for the test that sets ROOT_URLCONF to this module.
urlpatterns = [route("", include(urls.urlpatterns)), route("failing/", failing_view)]
handler500 = urls.handler500


def test_alice_sees_a_page_at_an_unknown_address(client, alice):
    client.force_login(alice)
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


@pytest.mark.parametrize("headers", [STREAM, FETCH])
def test_a_script_gets_json_at_an_unknown_address(client, alice, headers):
    client.force_login(alice)
    response = client.get("/nowhere/", headers=headers)
    assert (response.status_code, response.json()) == (404, {"error": "There is nothing here."})


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "/messages/{}/reply/"), ("delete", "/messages/{}/reply/"), ("delete", "/conversations/{}/")],
)
def test_a_script_gets_json_for_an_unknown_object(client, alice, method, path):
    client.force_login(alice)
    unknown_id = "00000000-0000-4000-8000-000000000000"
    response = getattr(client, method)(path.format(unknown_id), headers=FETCH)
    assert (response.status_code, response.json()) == (404, {"error": "There is nothing here."})


def test_every_error_below_api_is_json(client, db):
    response = client.get("/api/nothing")
    assert (response.status_code, response.json()) == (404, {"error": "There is nothing here."})


@pytest.mark.parametrize(
    ("method", "headers"), [("get", STREAM), ("get", FETCH), ("post", STREAM), ("post", FETCH), ("delete", {})]
)
def test_a_script_without_a_session_gets_401(client, db, method, headers):
    response = getattr(client, method)("/conversations/", headers=headers)
    assert (response.status_code, response.json()) == (401, {"error": "Your session has ended. Sign in again."})


def test_a_page_without_a_session_is_redirected_to_the_sign_in_page(client, db):
    assert client.get("/conversations/")["Location"] == "/accounts/login/?next=/conversations/"


def test_the_page_of_a_server_error_needs_no_database():
    # Without the `db` fixture, any query fails this test.
    page = errors.server_error(RequestFactory().get("/"))
    assert page.status_code == 500
    assert "Something went wrong here" in page.content.decode()

    script = errors.server_error(RequestFactory().get("/", headers=FETCH))
    assert script.status_code == 500
    assert script["Content-Type"] == "application/json"


def test_an_unknown_host_name_gets_a_page(client, db):
    page = client.get("/", headers={"Host": "evil.example"})
    assert page.status_code == 400
    assert "Bad request" in page.content.decode()


def test_a_script_gets_json_where_only_staff_may_go(client, alice):
    client.force_login(alice)
    response = client.get("/admin/login/", headers=FETCH)
    assert (response.status_code, response.json()) == (403, {"error": "You may not do this."})


def test_an_exception_in_a_view_shows_the_page_of_a_server_error(client, alice, settings):
    settings.ROOT_URLCONF = __name__
    client.force_login(alice)
    client.raise_request_exception = False
    page = client.get("/failing/")
    assert page.status_code == 500
    assert "Something went wrong here" in page.content.decode()
    assert page["Content-Security-Policy"]


def test_a_server_error_returns_the_submitted_text(client, alice, settings):
    settings.ROOT_URLCONF = __name__
    client.force_login(alice)
    client.raise_request_exception = False
    page = client.post("/failing/", {"text": "A long <thought>", "key": "k"}).text
    assert "A long &lt;thought&gt;</textarea>" in page
    assert "<button" not in page


@pytest.mark.parametrize("body", [b"--x\r\n", b"\xff"])
def test_a_server_error_while_reading_a_form_shows_the_page(rf, body):
    request = rf.post("/", body, content_type="multipart/form-data; boundary=x")
    request._read_started = True  # as if reading the form had failed
    assert errors.server_error(request).status_code == 500


@pytest.mark.parametrize("path", ["/", "/settings/tokens/1/revoke/"])
def test_a_method_that_is_not_allowed_has_a_page(client, alice, path):
    client.force_login(alice)
    page = client.put(path) if path == "/" else client.get(path)
    assert (page.status_code, "This page cannot be opened directly" in page.text) == (405, True)
    assert page["Allow"] == ("GET, HEAD" if path == "/" else "POST")
    script = client.put(path, headers=FETCH)
    assert (script.status_code, script.json()) == (405, {"error": "This address cannot be used in this way."})


def test_a_form_with_too_many_fields_is_refused(client, alice):
    client.force_login(alice)
    page = client.post("/conversations/", {f"field{number}": "" for number in range(1001)})
    assert page.status_code == 400
    assert "more fields than any form here" in page.text


@pytest.mark.parametrize(("is_signed_in", "label"), [(True, "To your conversations"), (False, "Sign in")])
def test_an_error_page_links_to_the_site(client, alice, is_signed_in, label):
    if is_signed_in:
        client.force_login(alice)
    assert f">{label}</a>" in client.get("/nowhere/").text


def test_a_client_that_accepts_only_json_gets_json(client, db):
    assert client.get("/nowhere/", headers={"Accept": "application/json"}).json() == {"error": "There is nothing here."}
    page = client.get("/nowhere/", headers={"Accept": "text/html,application/json"})
    assert page["Content-Type"].startswith("text/html")


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_a_body_that_is_too_large_gets_a_page_or_json(site, alice):
    visitor = Visitor(site, alice)
    body = {"text": "x" * 5_000_000}
    page = visitor.http.post("/conversations/", data=body, headers=BROWSER)
    assert (page.status_code, "That is too much at once" in page.text) == (413, True)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    script = visitor.http.post("/conversations/", data=body, headers=STREAM)
    assert (script.status_code, script.json()) == (413, {"error": "The request is too large."})
