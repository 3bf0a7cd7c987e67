"""The index of words on PostgreSQL: a column of words with a GIN index, and the triggers that fill it.

Without an extension: scripts without spaces are indexed in pairs of characters (conversations/models/words.py).
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func

from conversations.models.words import MARKS, MAX_CHARACTERS, MAX_WORD_LENGTH, MAX_WORDS, SEPARATORS, UNSPACED
from conversations.search.entries import TEXT, TRIGGERS

#: As `index_document` in Python. `%(collation)s`: how letters outside of ASCII are lowered.
WORDS_FUNCTION = rf"""
CREATE FUNCTION index_document(owner bigint, content text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
WITH folded AS (
    SELECT replace(replace(lower(normalize(regexp_replace(normalize(left(content, {MAX_CHARACTERS}), NFKD),
        '[{MARKS}]+', '', 'g'), NFKC) %(collation)s), 'ß', 'ss'), 'ς', 'σ') AS text
), spaced AS (
    SELECT left(word, {MAX_WORD_LENGTH}) AS term
    FROM folded, string_to_table(regexp_replace(text, '[{SEPARATORS}{UNSPACED}]+', ' ', 'g'), ' ') AS word
), characters AS (
    SELECT character, lead(character, 1, ' ') OVER (ORDER BY place) AS next
    FROM folded, string_to_table(regexp_replace(text, '[^{UNSPACED}]+', ' ', 'g'), NULL)
        WITH ORDINALITY AS split(character, place)
    WHERE text ~ '[{UNSPACED}]'
), terms AS (
    SELECT term COLLATE "C" AS term FROM spaced WHERE term <> ''
    UNION
    SELECT rtrim(character || next) COLLATE "C" FROM characters WHERE character <> ' '
    LIMIT {MAX_WORDS}
)
SELECT coalesce(array_to_tsvector(array_agg(owner || '/' || term)), '') FROM terms
$$;
"""  # noqa: S608 (constants)
ICU_COLLATION = 'COLLATE "und-x-icu"'

# The words are stored apart from the other columns, which are read for every text that is found.
ADD_WORDS = """
ALTER TABLE conversations_searchentry ADD COLUMN words tsvector;
ALTER TABLE conversations_searchentry ALTER COLUMN words SET STORAGE EXTERNAL;
ALTER TABLE conversations_searchentry SET (toast_tuple_target = 128);
"""
# After the old texts: building the index at once takes a tenth of the time. Every search reads the words that wait for
# their place in the index, so there are few.
CREATE_INDEX = """
CREATE INDEX IF NOT EXISTS search_words ON conversations_searchentry USING gin (words)
WITH (gin_pending_list_limit = 256)
"""


def _create_trigger(name: str, table: str, moment: str, event: str, condition: str, statements: list[str]) -> str:
    body = "; ".join(statements)
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NEW; END $$;
CREATE TRIGGER {name} {moment} {event} ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}();
"""


CREATE_TRIGGERS = _create_trigger(
    "search_entry_inserted",
    "conversations_searchentry",
    "BEFORE",
    "INSERT",
    "TRUE",
    [
        f"NEW.words := (SELECT index_document(owner_id, {TEXT}) FROM conversations_conversation AS conversation"  # noqa: S608 (constants)
        " WHERE conversation.id = NEW.conversation_id)"
    ],
) + "".join(
    _create_trigger(name, table, "AFTER", event, condition, statements)
    for name, table, event, condition, statements in TRIGGERS
)
DROP = "DROP FUNCTION search_entry_inserted() CASCADE; DROP FUNCTION index_document(bigint, text);" + "".join(
    f"DROP FUNCTION {name}() CASCADE;" for name, *_rest in TRIGGERS
)


class Matches(Func):
    """Whether the entry with a key is found by a query. The models do not know the column of words."""

    output_field = BooleanField()

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        key, query = self.get_source_expressions()
        column, _parameters = compiler.compile(key)
        value, parameters = compiler.compile(query)
        return f"{column.rpartition('.')[0]}.words @@ {value}::tsquery", list(parameters)


def write_query(terms_of_owners: list[list[str]]) -> str:
    """A query for the texts that have one of each list of terms; those that end in `*` are the beginnings of words."""
    return " & ".join(
        "(" + " | ".join(f"'{term[:-1]}':*" if term.endswith("*") else f"'{term}'" for term in terms) + ")"
        for terms in terms_of_owners
    )
