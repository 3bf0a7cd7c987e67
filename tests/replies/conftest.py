"""A second process of the site, as on a second machine: the same database, the same Claude."""

import pytest

from tests.site import Site


@pytest.fixture(scope="session")
def _second_site(django_db_setup, django_db_blocker, stand_in):
    with django_db_blocker.unblock():
        running = Site(stand_in.url, REPLY_GRACE_SECONDS="1", CHAT_MAX_RUNNING_PER_PERSON="500")
    with running:
        yield running


@pytest.fixture
def impatient_site(_second_site, site):
    """Another process beside `site`; what it writes is given up one second after the last reader has left."""
    yield _second_site
    _second_site.forget_visitors()
