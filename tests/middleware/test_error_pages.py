"""What people and scripts get when something cannot be answered."""

import pytest
from django.test import RequestFactory
from django.urls import include
from django.urls import path as route

from chatsite import errors, urls
from tests.site import Visitor

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


def test_a_fault_gives_back_what_was_written(client, alice, settings):
    settings.ROOT_URLCONF = __name__
    client.force_login(alice)
    client.raise_request_exception = False
    page = client.post("/faulty/", {"text": "A long <thought>", "key": "k"}).text
    assert "A long &lt;thought&gt;</textarea>" in page
    assert "<button" not in page


@pytest.mark.parametrize("body", [b"--x\r\n", b"\xff"])
def test_a_fault_with_a_form_that_cannot_be_read_is_told_all_the_same(rf, body):
    request = rf.post("/", body, content_type="multipart/form-data; boundary=x")
    request._read_started = True  # as when the fault came while it was read
    assert errors.server_error(request).status_code == 500


@pytest.mark.parametrize("path", ["/", "/settings/tokens/1/revoke/"])
def test_a_method_that_an_address_does_not_take_has_a_page(client, alice, path):
    client.force_login(alice)
    page = client.put(path) if path == "/" else client.get(path)
    assert (page.status_code, "There is nothing to see at this address" in page.text) == (405, True)
    assert page["Allow"] == ("GET, HEAD" if path == "/" else "POST")
    script = client.put(path, headers=FETCH)
    assert (script.status_code, script.json()) == (405, {"error": "This address cannot be used in this way."})


def test_a_form_with_very_many_fields_is_told_so(client, alice):
    client.force_login(alice)
    page = client.post("/conversations/", {f"field{number}": "" for number in range(1001)})
    assert page.status_code == 400
    assert "more fields than any form here" in page.text


@pytest.mark.parametrize(("signed_in", "way_back"), [(True, "To your conversations"), (False, "Sign in")])
def test_a_page_leads_back_to_where_there_is_something(client, alice, signed_in, way_back):
    if signed_in:
        client.force_login(alice)
    assert f">{way_back}</a>" in client.get("/nowhere/").text


def test_who_accepts_json_alone_gets_json(client, db):
    assert client.get("/nowhere/", headers={"Accept": "application/json"}).json() == {"error": "There is nothing here."}
    both = client.get("/nowhere/", headers={"Accept": "text/html,application/json"})
    assert both["Content-Type"].startswith("text/html")


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_a_body_that_is_too_large_is_told_to_people_by_a_page_and_to_scripts_as_json(site, alice):
    visitor = Visitor(site, alice)
    body = {"text": "x" * 5_000_000}
    page = visitor.http.post("/conversations/", data=body, headers=BROWSER)
    assert (page.status_code, "That is too much at once" in page.text) == (413, True)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    script = visitor.http.post("/conversations/", data=body, headers=STREAM)
    assert (script.status_code, script.json()) == (413, {"error": "The request is too large."})
