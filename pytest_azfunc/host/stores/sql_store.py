"""The tables of Azure SQL and of MySQL in memory: rows by their keys, and the tracking of changes.

Sources: azure-functions-sql-extension, SqlAsyncCollector.cs (an output merges rows by the primary key: columns that it
does not name stay); azure-functions-mysql-extension, MySqlTableChangeMonitor.cs, where all changes are updates, and
deletions are not seen; Database Identifiers (SQL Server) and Identifier Length Limits (MySQL).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_azfunc.errors import StoreError, UnsupportedFeature, listing, shown
from pytest_azfunc.host.bindings.builder_arguments import wrong_value
from pytest_azfunc.host.bindings.given_values import plain
from pytest_azfunc.host.bindings.sql import MySqlPayload, SqlPayload
from pytest_azfunc.host.stores.change_tracking import ChangeTracking, TableReading, Told
from pytest_azfunc.host.stores.content import record_of
from pytest_azfunc.host.stores.options import count
from pytest_azfunc.host.stores.store import OF_TEST, Origin, Sent, Site, Wanted, bad_name, told
from pytest_azfunc.project.lenient_json import JsonError, loads

if TYPE_CHECKING:
    from pytest_azfunc.host.bound_function import BoundFunction

__tracebackhide__ = True

Row = dict[str, Any]

_BATCH = 100
_ID = ("id",)
_ALL = re.compile(r"\s*select\s+\*\s+from\s+(?P<table>[^\s;()]+)\s*;?\s*", re.IGNORECASE)
_QUOTES = re.compile(r'[\[\]"`]')


class Dialect(NamedTuple):
    """What the two services have of their own.

    :ivar name: of the service, in errors.
    :ivar trigger: its trigger, in lower case.
    :ivar call: what a test calls.
    :ivar longest: how many characters a name has at most.
    :ivar schema: of a table that names none.
    :ivar option: where host.json says how many changes a batch has.
    """

    name: str
    call: str
    trigger: str
    longest: int
    schema: str
    option: str


SQL = Dialect("Azure SQL", "sql", "sqltrigger", 128, "dbo.", "Sql")
MYSQL = Dialect("MySQL", "mysql", "mysqltrigger", 64, "", "MySql")


class _Table:
    __slots__ = ("changes", "count", "key", "rows")

    def __init__(self, site: Site) -> None:
        self.key: tuple[str, ...] | None = None  # nobody has said
        self.count = 0
        self.rows: dict[tuple[Any, ...], Row] = {}
        self.changes = ChangeTracking(site)


class SqlStore:
    """The tables of a host; names of tables and columns are compared without case.

    :param dialect: which service it is.
    """

    def __init__(self, site: Site, dialect: Dialect = SQL) -> None:
        self._site = site
        self._dialect = dialect
        self._tables: dict[str, _Table] = {}

    def table(self, name: str, key: str | Sequence[str] | None = None) -> SqlTable:
        """A table, by the name that a test gives it.

        :param key: the column of its primary key, or several.
        :raises BindingError: a key that is none.
        :raises StoreError: no table can have the name, or this one has rows by another key.
        """
        found = self._named(self._site.address(name, "table"), name)
        if key is not None:
            self._set_key(found, (key,) if isinstance(key, str) else key)
        return SqlTable(self, found)

    def _named(self, name: str, given: str | None = None) -> str:
        plain_name = _QUOTES.sub("", name).strip().lower()
        longest = self._dialect.longest
        if any(not 0 < len(part) <= longest for part in plain_name.split(".")):
            rule = f"it is 'schema.table', or 'table', each of up to {longest} characters"
            raise bad_name("table", given or name, rule, name)
        return plain_name if "." in plain_name else f"{self._dialect.schema}{plain_name}"

    def _set_key(self, name: str, given: Any) -> None:
        key = tuple(given) if isinstance(given, (tuple, list)) else ()
        if not key or not all(isinstance(column, str) and column for column in key):
            raise wrong_value(self._dialect.call, "key", given, "the name of a column, or a list of them")
        table = self._made(name)
        if table.rows and _lower(table.key or _ID) != _lower(key):
            reason = f"its rows are there by {', '.join(table.key or _ID)}"
            raise StoreError("store-value", call=f"the key of {name}", reason=reason)
        table.key = key

    def _made(self, name: str) -> _Table:
        found = self._tables.get(name)
        if found is None:
            found = self._tables[name] = _Table(self._site)
        return found

    # --- what the host asks for

    def take(self, sent: Sent) -> None:
        """Merge the rows of an output into its table.

        :raises StoreError: one that no table takes.
        """
        if not sent.address:
            return
        name = self._named(sent.address)
        for body in sent.bodies:
            for row in _rows(body):
                self.upsert(name, row, sent.origin)

    def read(self, wanted: Wanted) -> Any:
        """All rows of a table.

        :raises UnsupportedFeature: every query but the one for all rows.
        """
        text = str(wanted.properties.get("commandText") or "")
        asked = _ALL.fullmatch(text)
        if asked is None or str(wanted.properties.get("commandType") or "text").lower() not in ("text", "1"):
            raise UnsupportedFeature(
                "unsupported",
                feature=f"the commandText of the input {wanted.binding.name!r}",
                azure=f"{self._dialect.name} runs it.",
                remedy=f"give its rows to invoke: {wanted.binding.name}=[...].",
            )
        return self.rows(self._named(str(asked.group("table"))))

    def look(self) -> None:
        """Have the changes delivered for which nobody listened before."""
        for name in self._tables:
            self._wake(name)

    def shift(self, by: timedelta) -> None:
        """Move all moments by the same span."""
        for table in self._tables.values():
            table.changes.shift(by)

    def contents(self) -> Mapping[str, Sequence[str]]:
        """The rows of each table."""
        return {
            f"{self._dialect.name} {name}": [shown(row) for row in table.rows.values()]
            for name, table in self._tables.items()
        }

    # --- rows

    def upsert(self, name: str, row: Any, origin: Origin = OF_TEST) -> None:
        """Insert a row, or change the columns that it names in the row with its key.

        :raises StoreError: it is none, or has no key.
        """
        self._site.now()
        call = f"{self._dialect.call}({name!r}).upsert"
        given = record_of(row, call, "row")
        table = self._made(name)
        table.count += 1
        key = _key(given, table.key, table.count, call)
        before = table.rows.get(key)
        spelled: dict[str, str] = {} if before is None else {column.lower(): column for column in before}
        changed = dict(before or {})
        for column, value in given.items():
            changed[spelled.get(column.lower(), column)] = value
        table.rows[key] = changed
        table.changes.note(key, changed, origin, is_new=before is None)
        self._wake(name)

    def delete(self, name: str, key: Any) -> None:
        """Delete the row with that key.

        :raises StoreError: it is not there.
        """
        self._site.now()
        found = key if isinstance(key, tuple) else (key,)
        if not all(isinstance(value, (str, int, float)) for value in found):
            expected = "a text or a number; a tuple of them where the primary key has several columns"
            raise wrong_value(f"{self._dialect.call}.delete", "key", key, expected)
        table = self._tables.get(name)
        if table is None or table.rows.pop(found, None) is None:
            raise StoreError("not-stored", what=f"row in {name} with the key", name=shown(key), look=".rows")
        only_key = dict(zip(table.key or _ID, found, strict=True))
        if self._dialect is SQL:
            table.changes.note(found, only_key, OF_TEST, is_deleted=True)
            self._wake(name)

    def rows(self, name: str) -> list[Row]:
        """Copies of all rows, in the order in which they came."""
        self._site.now()
        table = self._tables.get(name)
        return [] if table is None else [plain(row, self._dialect.call) for row in table.rows.values()]

    def _wake(self, name: str) -> None:
        for bound in self._site.listeners(self._dialect.trigger):
            listened = bound.resolved("tableName")
            if listened and self._named(listened) == name:
                self._tables[name].changes.wake(self._reading(name, bound))

    def _reading(self, name: str, bound: BoundFunction) -> TableReading:
        size = count(self._site, self._dialect.option, "maxBatchSize", default=_BATCH)
        return TableReading(bound, size, self._payload, f"change of {name}")

    def _payload(self, told: Sequence[Told]) -> SqlPayload | MySqlPayload:
        if self._dialect is SQL:
            return SqlPayload(tuple({"Operation": operation, "Item": dict(row)} for operation, row in told))
        return MySqlPayload(tuple({"Operation": 0, "Item": dict(row)} for _, row in told))


def _lower(names: Sequence[str]) -> list[str]:
    return [name.lower() for name in names]


def _rows(body: bytes) -> Sequence[Any]:
    try:
        found = loads(body.decode("utf-8"))
    except (JsonError, UnicodeDecodeError):
        raise StoreError("store-value", call="the output", reason="it is no JSON") from None
    return found if isinstance(found, list) else [found]


def _key(row: Row, said: Sequence[str] | None, number: int, call: str) -> tuple[Any, ...]:
    """The primary key of a row. Where nobody has said which columns it has, a row without an id has one of its own."""
    values = {column.lower(): value for column, value in row.items()}
    columns = _ID if said is None else said
    if said is None and values.get("id") is None:
        return None, number
    missing = [column for column in columns if values.get(column.lower()) is None]
    if missing:
        known = listing("It has", row)
        reason = f"it has no {' and no '.join(missing)}, its primary key. {known}"
        raise StoreError("store-value", call=call, reason=reason.rstrip("."))
    found = tuple(values[column.lower()] for column in columns)
    if any(isinstance(value, (dict, list)) for value in found):
        raise StoreError("store-value", call=call, reason="its primary key is no text and no number")
    return found


class SqlTable:
    """A table of the test, from ``azfunc_host.sql("dbo.Orders", key="OrderId")`` or ``azfunc_host.mysql(...)``."""

    def __init__(self, store: SqlStore, name: str) -> None:
        self._store = store
        self.name = name

    def upsert(self, row: Mapping[str, Any]) -> None:
        """Insert a row, or change what it names in the row with its key; ``drain()`` delivers the change.

        :param row: a dict, a dataclass or a pydantic model.
        :raises StoreError: it is no row, or has no key.
        """
        self._store.upsert(self.name, row)

    def delete(self, key: Any) -> None:
        """Delete a row.

        :param key: the value of its primary key; a tuple where that has several columns.
        :raises BindingError: a key that is none.
        :raises StoreError: it is not there.
        """
        self._store.delete(self.name, key)

    @property
    def rows(self) -> list[Row]:
        """Copies of all rows, in the order in which they came."""
        return self._store.rows(self.name)

    def __repr__(self) -> str:
        return told(f"SqlTable {self.name}", lambda: f"{len(self.rows)} rows")
