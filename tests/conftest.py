"""The people of the tests: Alice owns things, Bob is another person, Carol is staff."""

import pytest

from chatsite.accounts.models import User

PASSWORD = "a calm harbour at dawn"


@pytest.fixture(autouse=True)
def _fast_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def alice(db):
    return User.objects.create_user("alice@example.com", PASSWORD, first_name="Alice")


@pytest.fixture
def bob(db):
    return User.objects.create_user("bob@example.com", PASSWORD, first_name="Bob")


@pytest.fixture
def carol(db):
    return User.objects.create_superuser("carol@example.com", PASSWORD, first_name="Carol")
