"""Statements of the ORM whose SQL is made once, for the few that every question and every reply runs.

Django makes the SQL of a query anew each time it is run, and that costs several times what running it costs. Here a
statement is written as always, with a `Parameter` where a value of the call goes, and is compiled when it is first run.
Only what has the same SQL whatever the values are can be prepared: no list, and no None to compare with.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import AutoField, Expression, Model, QuerySet
from django.db.models.constants import OnConflict
from django.db.models.sql import DeleteQuery, InsertQuery, Query, UpdateQuery


class Parameter(Expression):
    """Where a value goes; it is written for the database as this field of the model is.

    `name`: what the value is called where the statement is run, unless as the field.
    """

    def __init__(self, model: type[Model], field: str, name: str = "") -> None:
        kind: Any = model._meta.get_field(field)
        super().__init__(output_field=kind)
        self.name = name or field

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def written(self, given: dict[str, Any], connection: Any) -> Any:
        return self.output_field.get_db_prep_save(given[self.name], connection)


def parameters(model: type[Model], *fields: str) -> dict[str, Parameter]:
    """One for each of these fields."""
    return {field: Parameter(model, field) for field in fields}


class Compiled(NamedTuple):
    """The SQL, and what goes into it: parameters, and values that never differ."""

    compiler: Any
    sql: str
    values: Iterable[Any]


class Statement:
    """What the kinds below share. `make` is called when the statement is first run: models may be loaded later."""

    def __init__(self, make: Callable[[], Query]) -> None:
        self._make = make

    @cached_property
    def compiled(self) -> Compiled:
        # Two threads may come here at once; each makes one of its own.
        compiler = self._make().get_compiler(DEFAULT_DB_ALIAS)
        return Compiled(compiler, *compiler.as_sql())

    @contextmanager
    def executed(self, given: dict[str, Any]) -> Iterator[Any]:
        """A cursor with what came of it."""
        _compiler, sql, values = self.compiled
        # Not `django.db.connection`, which looks up this thread's connection at each use.
        connection = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() as cursor:
            written = [each.written(given, connection) if isinstance(each, Parameter) else each for each in values]
            cursor.execute(sql, written)
            yield cursor


class Select(Statement):
    """The rows of a queryset."""

    def __init__(self, make: Callable[[], QuerySet[Any, Any]]) -> None:
        super().__init__(lambda: make().query)

    def rows(self, **given: Any) -> list[Any]:
        """What its columns hold, as Python has it."""
        with self.executed(given) as cursor:
            rows = cursor.fetchall()
        compiler = self.compiled.compiler
        return list(compiler.apply_converters(rows, self._converters)) if self._converters else rows

    def instances(self, **given: Any) -> list[Any]:
        """The same as instances of the model, for a queryset that asks for these."""
        model = self.compiled.compiler.query.model
        return [model.from_db(DEFAULT_DB_ALIAS, self._names, row) for row in self.rows(**given)]

    @cached_property
    def _converters(self) -> Any:
        compiler = self.compiled.compiler
        return compiler.get_converters([column for column, *_ in compiler.select])

    @cached_property
    def _names(self) -> list[str]:
        return [column.target.attname for column, *_ in self.compiled.compiler.select]


class Change(Statement):
    """What an UPDATE and a DELETE share."""

    def run(self, **given: Any) -> int:
        """Returns the number of rows that were changed."""
        with self.executed(given) as cursor:
            number: int = cursor.rowcount
        return number


class Update(Change):
    """An UPDATE of a queryset, with the changes that `QuerySet.update` takes."""

    def __init__(self, make: Callable[[], tuple[QuerySet[Any, Any], dict[str, Any]]]) -> None:
        super().__init__(lambda: self._update(*make()))

    @staticmethod
    def _update(rows: QuerySet[Any, Any], changes: dict[str, Any]) -> UpdateQuery:
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values(changes)
        return query  # type: ignore[no-any-return]


class Delete(Change):
    """A DELETE of rows to which nothing refers: no cascade, no signal."""

    def __init__(self, make: Callable[[], QuerySet[Any, Any]]) -> None:
        super().__init__(lambda: make().query.chain(DeleteQuery))


class Insert(Statement):
    """An INSERT of one instance.

    `replacing`: columns that are written anew where a row of this id is there already. `fixed`: columns that
    always get this expression.
    """

    def __init__(self, model: Callable[[], type[Model]], *, replacing: Iterable[str] = (), **fixed: Expression) -> None:
        super().__init__(lambda: self._insert(model(), list(replacing), fixed))

    @staticmethod
    def _insert(model: type[Model], replacing: list[str], fixed: dict[str, Expression]) -> InsertQuery:
        meta: Any = model._meta
        fields = [field for field in meta.concrete_fields if not isinstance(field, AutoField)]
        row: Any = _Row({field.attname: fixed.get(field.name) or Parameter(model, field.attname) for field in fields})
        conflict = OnConflict.UPDATE if replacing else None
        replaced = [meta.get_field(name) for name in replacing]
        query = InsertQuery(model, on_conflict=conflict, update_fields=replaced, unique_fields=[meta.pk])
        query.insert_values(fields, [row], raw=True)
        return query

    @cached_property
    def compiled(self) -> Compiled:
        compiler = self._make().get_compiler(DEFAULT_DB_ALIAS)
        pk = compiler.query.get_meta().pk
        compiler.returning_fields = [pk] if isinstance(pk, AutoField) else None
        [(sql, values)] = compiler.as_sql()
        return Compiled(compiler, sql, values)

    def run(self, instance: Model) -> None:
        """Store an instance as `bulk_create` would: its fields are made ready, no signal is sent."""
        compiler = self.compiled.compiler
        given = {field.attname: field.pre_save(instance, add=True) for field in compiler.query.fields}
        with self.executed(given) as cursor:
            if compiler.returning_fields:
                [instance.pk] = cursor.fetchone()
        instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS


class _Row:
    """Stands for an instance where an INSERT is compiled."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__ = values
