"""The middleware as a whole."""

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils.module_loading import import_string

from tests.conftest import PASSWORD
from tests.site import CSRF, Visitor


def test_alice_signs_in_on_a_real_server(site, alice):
    # As the server hashes it, not with the fast hasher of the tests.
    alice.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt" * 6)
    alice.save()
    visitor = Visitor(site)
    form = {"login": alice.email, "password": PASSWORD, "csrfmiddlewaretoken": CSRF}
    assert visitor.http.get("/").status_code == 302

    assert visitor.http.post("/accounts/login/", data=form).headers["Location"] == "/"
    assert visitor.http.get("/").status_code == 200


def test_every_middleware_is_listed_under_the_module_that_defines_it():
    for path in settings.MIDDLEWARE:
        assert import_string(path).__module__ == path.rpartition(".")[0]
