"""While the database is unavailable the log gets one line a minute for each cause, not a traceback for each failure."""

import logging
from io import StringIO

import httpx2
import pytest
from django.db import IntegrityError, InternalError, OperationalError, connection, transaction

from chatsite.accounts.models import User
from chatsite.server.outages import SummarizeOutages, is_outage
from tests.site import Site, database_url


class Log:
    """A log with the filter, at a time that the test sets."""

    def __init__(self, monkeypatch):
        self.now = 1_000.0
        monkeypatch.setattr("chatsite.server.outages.time.monotonic", lambda: self.now)
        self._stream = StringIO()
        self._logger = logging.Logger("test")
        self._logger.addHandler(handler := logging.StreamHandler(self._stream))
        handler.addFilter(SummarizeOutages())

    def fail(self, error):
        try:
            raise error
        except type(error):
            self._logger.exception("A request failed.")

    @property
    def lines(self):
        return self._stream.getvalue().splitlines()


@pytest.fixture
def log(monkeypatch):
    return Log(monkeypatch)


def test_a_cause_is_logged_once_a_minute_and_the_failures_since_are_counted(log):
    for seconds in (0, 1, 59, 60):
        log.now = 1_000 + seconds
        log.fail(OperationalError(f"no answer for {seconds} s"))
    assert log.lines == [
        "The database is unavailable: no answer for 0 s",
        "The database is unavailable: no answer for 60 s (2 more since the last line about it)",
    ]


def test_two_causes_are_two_lines_without_their_tracebacks(log):
    for cause in ("disk I/O error", "database is locked", "disk I/O error"):
        log.fail(OperationalError(cause))
    assert [line.rpartition(": ")[2] for line in log.lines] == ["disk I/O error", "database is locked"]


def test_every_other_failure_keeps_its_traceback(log):
    log.fail(IntegrityError("duplicate key"))
    log.fail(IntegrityError("duplicate key"))
    assert sum("Traceback" in line for line in log.lines) == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no standby servers")
class TestStandby:
    def test_a_write_to_a_standby_server_counts_as_an_outage(self, db):
        error = None
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
                User.objects.create_user("dave@example.com")
        except InternalError as caught:
            error = caught
        assert is_outage(error)

    def test_a_proxy_hears_that_the_database_is_read_only(self, transactional_db, stand_in):
        url = f"{database_url()}?options=-c%20default_transaction_read_only%3Don"
        with Site(stand_in.url, DATABASE_URL=url) as site:
            response = httpx2.get(f"{site.url}/readyz")
        assert (response.status_code, response.text) == (503, "no database\n")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has another class for errors in a statement")
def test_an_error_in_a_statement_is_no_outage(db):
    with pytest.raises(OperationalError) as failure, connection.cursor() as cursor:
        cursor.execute("SELECT missing FROM accounts_user")
    assert not is_outage(failure.value)
