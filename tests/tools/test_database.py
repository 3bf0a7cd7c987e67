"""The tools `query_database` and `describe_database`, and attempts to do more with them than to read."""

import sqlite3
import time
import uuid
from contextlib import closing, suppress

import psycopg
import pytest
from django.db import connection

from conversations.tools.examples import tables
from conversations.tools.results import ToolError
from tests.site import database_url
from tests.tools.calling import call_tool, fail_to_call

pytestmark = pytest.mark.usefixtures("example_tools")

TABLES = """
    CREATE TABLE sales (day DATE, amount INTEGER, note TEXT);
    INSERT INTO sales VALUES ('2026-11-01', 3, 'first'), ('2026-11-02', 4, NULL);
    CREATE VIEW totals AS SELECT sum(amount) AS total FROM sales;
"""


@pytest.fixture
def sqlite_database(settings, tmp_path):
    """Its folder has a character that means something in an address."""
    folder = tmp_path / "a?b#c"
    folder.mkdir()
    file = folder / "figures.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        database.executescript(TABLES)
    settings.CHAT_TOOL_DATABASE = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}
    return file


@pytest.fixture
def postgresql_database(settings, transactional_db):
    """A schema of its own in the test database, and a role that may do everything there."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")
    # Roles belong to the whole server, on which other tests may run.
    role = f"reader_{uuid.uuid4().hex}"
    with psycopg.connect(database_url(), autocommit=True) as database:
        database.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'calm'")
        database.execute("CREATE SCHEMA figures")
        database.execute("SET search_path = figures")
        database.execute(TABLES)
        database.execute(f"GRANT USAGE, CREATE ON SCHEMA figures TO {role}")
        database.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA figures TO {role}")
        database.execute(f"ALTER ROLE {role} SET search_path = figures")
        own = connection.settings_dict
        settings.CHAT_TOOL_DATABASE = {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": own["HOST"] or "127.0.0.1",
            "PORT": own["PORT"],
            "USER": role,
            "PASSWORD": "calm",
            "NAME": own["NAME"],
        }
        yield
        database.execute("DROP SCHEMA figures CASCADE")
        database.execute(f"DROP OWNED BY {role}")
        database.execute(f"DROP ROLE {role}")


@pytest.fixture(params=["sqlite_database", "postgresql_database"])
def database(request):
    request.getfixturevalue(request.param)
    return request.param.removesuffix("_database")


@pytest.fixture
def one_second(monkeypatch):
    monkeypatch.setattr(tables, "MAX_SECONDS", 1)


def test_claude_reads_csv(database):
    assert call_tool("query_database", sql="SELECT * FROM sales ORDER BY day DESC; ") == (
        "day,amount,note\n2026-11-02,4,NULL\n2026-11-01,3,first"
    )
    assert call_tool("query_database", sql="SELECT count(*) AS n FROM sales -- all of them") == "n\n2"
    assert call_tool("query_database", sql="WITH x AS (SELECT 'a,\"b' AS c) SELECT c, c FROM x") == (
        'c,c\n"a,""b","a,""b"'
    )
    assert call_tool("query_database", sql="SELECT '100%s' AS p WHERE 'a' LIKE '%a%'") == "p\n100%s"


def test_claude_reads_which_tables_there_are(database):
    text = call_tool("describe_database")
    assert text.splitlines()[0] in {"The database is SQLite.", "The database is PostgreSQL."}
    assert "sales (day date, amount integer, note text)" in text.lower()
    assert "totals (total" in text
    assert "totals" not in call_tool("describe_database", containing="SALE")
    assert "There is no such table." in call_tool("describe_database", containing="nothing")


WRITING = [
    "INSERT INTO sales VALUES ('2026-11-03', 5, '')",
    "UPDATE sales SET amount = 0",
    "DELETE FROM sales RETURNING amount",
    "WITH gone AS (DELETE FROM sales RETURNING *) SELECT * FROM gone",
    "SELECT 1; DELETE FROM sales",
    "SELECT 1) AS q; DELETE FROM sales; --",
    "DROP TABLE sales",
    "CREATE TABLE stolen AS SELECT * FROM sales",
    "SELECT * INTO stolen FROM sales",
    "ATTACH DATABASE '/tmp/chatsite-attached.sqlite3' AS other",
    "VACUUM INTO '/tmp/chatsite-vacuum.sqlite3'",
    "PRAGMA writable_schema = ON",
    "PRAGMA query_only = OFF",
    "SELECT * FROM pragma_query_only(0)",
    "BEGIN IMMEDIATE",
    "COMMIT",
    "ROLLBACK",
    "SET TRANSACTION READ WRITE",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "SELECT set_config('transaction_read_only', 'off', true)",
    "COPY sales TO PROGRAM 'touch /tmp/chatsite-copied'",
    "COPY sales TO '/tmp/chatsite-copied'",
    "COPY sales FROM PROGRAM 'echo'",
    "SELECT load_extension('/tmp/x')",
    "DO $$ BEGIN DELETE FROM sales; END $$",
    "CALL something()",
    "SELECT * FROM sales FOR UPDATE",
    "EXPLAIN ANALYZE DELETE FROM sales",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT readfile('/etc/passwd')",
    "SELECT",
    "",
    "-- nothing",
    "not SQL at all",
    "\0",
    "x" * 100_000,
]


@pytest.mark.parametrize("sql", WRITING)
def test_nothing_but_a_query_is_done(database, sql):
    sentence = fail_to_call("query_database", sql=sql)
    assert sentence.startswith(("The database refused the query: ", "A query may have", "The SQL is not a query."))
    assert call_tool("query_database", sql="SELECT sum(amount) AS s FROM sales") == "s\n7"


def test_the_limit_of_time_cannot_be_lifted_from_within(postgresql_database, one_second):
    sql = "SELECT set_config('statement_timeout', '0', false), pg_sleep(20)"
    assert fail_to_call("query_database", sql=sql) == "The query took longer than 1 seconds."


def test_what_a_function_writes_all_the_same_is_rolled_back(postgresql_database):
    # Before PostgreSQL 16 this is no error in a transaction that only reads.
    with suppress(ToolError):
        call_tool("query_database", sql="SELECT lo_create(0)")
    assert call_tool("query_database", sql="SELECT count(*) AS n FROM pg_largeobject_metadata") == "n\n0"


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
CROSS_JOIN = "WITH d(i) AS (VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(0)) SELECT count(*) FROM " + ", ".join(
    f"d AS d{number}" for number in range(12)
)


@pytest.mark.parametrize("sql", [ENDLESS, CROSS_JOIN])
def test_a_query_that_takes_too_long_is_ended(database, one_second, sql):
    start = time.monotonic()
    assert fail_to_call("query_database", sql=sql) == "The query took longer than 1 seconds."
    assert time.monotonic() - start < 10


def test_at_most_200_rows_are_returned(database):
    sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i FROM n ORDER BY i"
    lines = call_tool("query_database", sql=sql).splitlines()
    assert lines[-2:] == ["200", "(There are more rows.)"]
    assert len(lines) == 202


def test_at_most_50_columns_are_returned(database):
    sql = "SELECT " + ", ".join("1" for _number in range(51))
    assert "50 columns" in fail_to_call("query_database", sql=sql)


def test_long_values_are_cut(sqlite_database):
    assert call_tool("query_database", sql="SELECT hex(zeroblob(100000)) AS v") == f"v\n{'0' * 1_000}…"
    assert fail_to_call("query_database", sql="SELECT hex(zeroblob(500000000))").endswith("string or blob too big")


def test_long_values_are_cut_by_the_server(postgresql_database):
    assert call_tool("query_database", sql="SELECT repeat('0', 100000000) AS v") == f"v\n{'0' * 1_000}…"


def test_bytes_and_broken_text_are_readable(sqlite_database):
    sql = "SELECT x'00ff' AS b, CAST(x'ff41' AS TEXT) AS t"
    assert call_tool("query_database", sql=sql) == "b,t\n00ff,\ufffdA"


def test_without_a_database_the_tools_say_what_is_missing(settings):
    settings.CHAT_TOOL_DATABASE = None
    assert "CHAT_TOOL_DATABASE_URL" in fail_to_call("query_database", sql="SELECT 1")
    assert "CHAT_TOOL_DATABASE_URL" in fail_to_call("describe_database")


@pytest.mark.parametrize("engine", ["sqlite3", "postgresql"])
def test_a_database_that_is_away_is_named_nowhere(settings, caplog, tmp_path, engine):
    settings.CHAT_TOOL_DATABASE = {
        "ENGINE": f"django.db.backends.{engine}",
        "HOST": "127.0.0.1",
        "PORT": 1,
        "USER": "reader",
        "PASSWORD": "hush",
        "NAME": str(tmp_path / "none"),
    }
    assert fail_to_call("query_database", sql="SELECT 1") == "The database is unavailable."
    assert "CHAT_TOOL_DATABASE_URL" in caplog.text
    assert "hush" not in caplog.text
    assert "127.0.0.1" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_role_that_may_do_anything_is_refused(settings, caplog):
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")
    settings.CHAT_TOOL_DATABASE = dict(connection.settings_dict, OPTIONS={})
    assert "a role that only reads" in fail_to_call("query_database", sql="SELECT 1")
    assert "CHAT_TOOL_DATABASE_URL" in caplog.text
