"""The pages of requests that are refused, and of people who are not signed in."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.core.cache import cache
from django.db import connections
from django.test import Client, RequestFactory

from chatsite import errors
from tests.browser.states import by_name

QUESTION = {"text": "Which indexes do these tables need?\nHere are their definitions.", "key": "k"}
LOGIN = {"login": "alice@example.com", "password": "x"}


def bad_request(guest, _alice):
    return guest.get("/", headers={"Host": "evil.example"})


def session_ended(guest, _alice):
    return guest.post("/conversations/", QUESTION)


def forbidden(_guest, alice):
    return alice.get("/admin/login/")


def not_found(_guest, alice):
    return alice.get("/nowhere/")


def not_found_by_a_guest(guest, _alice):
    return guest.get("/nowhere/")


def method_not_allowed(_guest, alice):
    return alice.get("/settings/tokens/1/revoke/")


def form_too_old(_guest, alice):
    return alice.post("/conversations/", QUESTION, headers={"Origin": "http://testserver"})


def form_from_elsewhere(_guest, alice):
    return alice.post("/conversations/", QUESTION, headers={"Origin": "https://evil.example"})


def sign_in_too_old(_guest, alice):
    return alice.post("/accounts/login/", LOGIN)


def too_many_tries(guest, _alice):
    return [guest.post("/accounts/login/", LOGIN) for _attempt in range(6)][-1]


def content_too_large(_guest, _alice):
    return errors.content_too_large(RequestFactory().post("/conversations/", QUESTION))


def server_error(_guest, _alice):
    return errors.server_error(RequestFactory().post("/conversations/", QUESTION))


def database_unavailable(_guest, _alice):
    request = RequestFactory().post("/conversations/", QUESTION, headers={"Origin": "http://testserver"})
    return errors.database_unavailable(request, "a test")


def account_closed(guest, _alice):
    return guest.get("/accounts/inactive/")


def wrong_password(guest, _alice):
    return guest.post("/accounts/login/", LOGIN)


def show_response(stage, *, request):
    """Show the page of a response as people get it in production: the site of the tests has DEBUG on."""
    cache.clear()
    guest, alice = Client(), Client(enforce_csrf_checks=True)
    alice.force_login(stage.alice)
    # In a thread of its own: Playwright runs an event loop in this one, and the middleware needs another.
    with ThreadPoolExecutor(1) as executor:
        html = executor.submit(request, guest, alice).result().text
        executor.submit(connections.close_all).result()
    page = stage.window.page
    page.unroute("**/refused/")
    page.route("**/refused/", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto("/refused/")
    return page.locator(".card")


REQUESTS = by_name(
    bad_request,
    session_ended,
    forbidden,
    not_found,
    not_found_by_a_guest,
    method_not_allowed,
    form_too_old,
    form_from_elsewhere,
    sign_in_too_old,
    too_many_tries,
    content_too_large,
    server_error,
    database_unavailable,
    account_closed,
    wrong_password,
)
ARRANGEMENTS = {name: partial(show_response, request=request) for name, request in REQUESTS.items()}
