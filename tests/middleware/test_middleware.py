"""Middleware in the event loop: what it saves and what it must not do there."""

import asyncio
import threading
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.deprecation import MiddlewareMixin

from chatsite.middleware import invalid_text as text
from chatsite.middleware.in_place import InPlace, run_in_place
from chatsite.middleware.invalid_text import LONG_FORM
from tests.conftest import PASSWORD
from tests.site import CSRF, Visitor


class Noting(InPlace):
    def process_request(self, request):
        self.seen_in = [threading.get_ident()]

    def process_response(self, request, response):
        self.seen_in.append(threading.get_ident())
        return response


class Waiting(Noting):
    def waits(self, request):
        return True


def seen_in(middleware):
    async def answer(request):
        return HttpResponse()

    noting = middleware(answer)
    asyncio.run(noting(RequestFactory().get("/")))
    return [thread == threading.get_ident() for thread in noting.seen_in]


def test_hooks_run_where_the_request_is_and_those_that_wait_elsewhere():
    assert seen_in(Noting) == [True, True]
    assert seen_in(Waiting) == [True, False]


def test_hooks_of_others_do_so_too_once_they_are_told():
    class Theirs(MiddlewareMixin):
        process_request, process_response = Noting.process_request, Noting.process_response

    assert seen_in(Theirs) == [False, False]
    run_in_place(Theirs)
    assert seen_in(Theirs) == [True, True]


@pytest.mark.parametrize(("length", "here"), [(100, True), (LONG_FORM + 1, False)])
def test_a_long_form_is_looked_through_in_a_thread(monkeypatch, length, here):
    seen_in = []

    def look(form):
        seen_in.append(threading.get_ident())
        return ""

    monkeypatch.setattr(text, "_problem_of_form", look)

    async def answer(request):
        return HttpResponse()

    form = {"data": "text=" + "a" * (length - 5), "content_type": "application/x-www-form-urlencoded"}
    looking: Any = text.OnlyText(answer)
    assert asyncio.run(looking(RequestFactory().post("/", **form))).status_code == 200
    assert [thread == threading.get_ident() for thread in seen_in] == [here]


def test_alice_signs_in_on_a_real_server(site, alice):
    # As the server makes it, and not the quick one of the tests.
    alice.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt" * 6)
    alice.save()
    visitor = Visitor(site)
    form = {"login": alice.email, "password": PASSWORD, "csrfmiddlewaretoken": CSRF}
    assert visitor.http.get("/").status_code == 302

    assert visitor.http.post("/accounts/login/", data=form).headers["Location"] == "/"
    assert visitor.http.get("/").status_code == 200
