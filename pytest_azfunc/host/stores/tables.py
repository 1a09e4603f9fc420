"""The entities of Table storage, by partition and row key.

Sources: the Table service's REST reference (Understanding the Table Service Data Model: names, types, sizes);
azure-sdk-for-net, Extensions.Tables, TableEntityWriter.cs (what an output does) and TablesExtensionConfigProvider.cs
(what an input reads).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pytest_azfunc.errors import StoreError, kind_of, shown
from pytest_azfunc.host.bindings.builder_arguments import check_required_texts, is_utf8
from pytest_azfunc.host.stores.store import bad_name, told
from pytest_azfunc.host.stores.table_filter import FilterError, parse_filter

__tracebackhide__ = True

Entity = dict[str, Any]
Key = tuple[str, str]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{2,62}")
_BAD_KEY = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")
_PROPERTY = re.compile(r"[^\W\d]\w*")
_LONGEST_KEY = 1024
_LONGEST_PROPERTY = 64 * 1024
_LONGEST_ENTITY = 1024 * 1024
_MOST_PROPERTIES = 252  # beside the three of the service
_MOST_OF_BATCH = 100
_INT64 = 2**63
_FIRST_YEAR = 1601
_OF_SERVICE = ("odata.etag", "Timestamp")


def _check_name(name: str, given: str) -> None:
    if _NAME.fullmatch(name) is None or name.lower() == "tables":
        raise bad_name("table", given, "it has 3 to 63 letters and digits, and begins with a letter", name)


class Tables:
    """All tables of a host. Their names are compared without case; a table is made by its first entity.

    :param now: the host's time, in UTC.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._tables: dict[str, dict[Key, _Row]] = {}
        self._writes = 0

    @property
    def names(self) -> list[str]:
        """The names of the tables that are there, in lower case."""
        return sorted(self._tables)

    def find(self, table: str, partition_key: str, row_key: str) -> Entity | None:
        """An entity, or None where there is none; without what the service itself puts in."""
        row = self._rows(table).get((partition_key, row_key))
        return None if row is None else dict(row.entity)

    def etag(self, table: str, partition_key: str, row_key: str) -> str | None:
        """The etag of an entity, or None where there is none."""
        row = self._rows(table).get((partition_key, row_key))
        return None if row is None else row.etag

    def entities(self, table: str) -> list[Entity]:
        """All entities of a table, in the service's order: by partition and row key."""
        rows = self._rows(table)
        return [dict(rows[key].entity) for key in sorted(rows, key=_order)]

    def query(self, table: str, text: str, take: int = 0) -> list[Entity]:
        """The entities that match a filter.

        :param text: in OData; empty for all.
        :param take: how many at most; 0 for all.
        :raises StoreError: a filter that the service refuses.
        """
        try:
            matches = parse_filter(text)
        except FilterError as error:
            raise StoreError("store-filter", text=text, reason=str(error)) from None
        rows = self._rows(table)
        found = []
        for key in sorted(rows, key=_order):
            if matches({**rows[key].entity, "Timestamp": rows[key].timestamp}):
                found.append(dict(rows[key].entity))
                if len(found) == take:
                    break
        return found

    def upsert(self, table: str, entity: Mapping[str, Any]) -> None:
        """Put an entity into a table, in the place of one with these keys.

        :raises StoreError: no table can hold it.
        """
        checked = checked_entity(entity, f"table({table!r}).upsert")
        self._set(table, checked)

    def delete(self, table: str, partition_key: str, row_key: str) -> bool:
        """Delete an entity; returns whether it was there."""
        return self._rows(table).pop((partition_key, row_key), None) is not None

    def write(self, table: str, entities: Iterable[Mapping[str, Any]]) -> None:
        """Write as the extension does: batches of one partition, each of them wholly or not at all.

        One without an ETag is inserted; ``"*"`` replaces what is there; any other must still be the one that is there.

        :raises StoreError: it is there already, or has changed, or no table can hold it.
        """
        batches: dict[str, dict[str, Mapping[str, Any]]] = {}
        for entity in entities:
            tag = next((value for name, value in entity.items() if name.lower() == "etag"), None)
            tagless = {name: value for name, value in entity.items() if name.lower() != "etag"}
            checked = {**checked_entity(tagless, f"table {table!r}"), "": tag}
            partition, row = checked["PartitionKey"], checked["RowKey"]
            batch = batches.setdefault(partition, {})
            if row in batch:
                self._submit(table, batch)
                batch = batches[partition] = {}
            batch[row] = checked
            if len(batch) >= _MOST_OF_BATCH:
                self._submit(table, batches.pop(partition))
        for batch in batches.values():
            self._submit(table, batch)

    def _submit(self, table: str, batch: Mapping[str, Mapping[str, Any]]) -> None:
        rows = self._rows(table)
        for entity in batch.values():
            key, tag = (entity["PartitionKey"], entity["RowKey"]), entity[""]
            what = f"the entity {key!r} in the table {table!r}"
            there = rows.get(key)
            if tag in (None, ""):
                if there is not None:
                    raise StoreError("store-exists", what=what)
            elif tag != "*":
                if there is None:
                    raise _missing(table, key)
                if there.etag != tag:
                    change = f"its etag is {shown(there.etag)}, no longer {shown(tag)}"
                    raise StoreError("store-changed", what=what, change=change)
        for entity in batch.values():
            self._set(table, {name: value for name, value in entity.items() if name})

    def _set(self, table: str, entity: Entity) -> None:
        self._writes += 1
        at = self._now()
        rows = self._tables.setdefault(table.lower(), {})
        rows[entity["PartitionKey"], entity["RowKey"]] = _Row(entity, at, _etag(at, self._writes))

    def _rows(self, table: str) -> dict[Key, _Row]:
        self._now()
        return self._tables.get(table.lower(), {})


class _Row:
    __slots__ = ("entity", "etag", "timestamp")

    def __init__(self, entity: Entity, timestamp: datetime, etag: str) -> None:
        self.entity = entity
        self.timestamp = timestamp
        self.etag = etag


def _etag(at: datetime, number: int) -> str:
    text = f"{at:%Y-%m-%dT%H:%M:%S}.{number:07}Z"  # no two are alike, though time may stand still
    return f"W/\"datetime'{text.replace(':', '%3A')}'\""


def _order(key: Key) -> tuple[bytes, bytes]:
    return key[0].encode("utf-16-be", "surrogatepass"), key[1].encode("utf-16-be", "surrogatepass")


class Table:
    """One table.

    :param tables: all of them.
    :param name: its name.
    :param given: how a test has written it, where app settings were put in.
    :raises StoreError: no table can have the name.
    """

    def __init__(self, tables: Tables, name: str, given: str | None = None) -> None:
        self._tables = tables
        self._name = name
        _check_name(name, given or name)

    def upsert(self, entity: Mapping[str, Any]) -> None:
        """Put an entity in, in the place of one with these keys.

        :param entity: a dict with ``PartitionKey`` and ``RowKey``, both text.
        :raises StoreError: no table can hold it.
        """
        self._tables.upsert(self._name, entity)

    def get(self, partition_key: str, row_key: str) -> Entity | None:
        """A copy of an entity, or None where there is none.

        :raises BindingError: a key that is no text.
        """
        _check_texts("table.get", partition_key, row_key)
        return self._tables.find(self._name, partition_key, row_key)

    def delete(self, partition_key: str, row_key: str) -> None:
        """Delete an entity.

        :raises BindingError: a key that is no text.
        :raises StoreError: it is not there.
        """
        _check_texts("table.delete", partition_key, row_key)
        if not self._tables.delete(self._name, partition_key, row_key):
            raise _missing(self._name, (partition_key, row_key))

    @property
    def entities(self) -> list[Entity]:
        """Copies of all entities, by partition and row key."""
        return self._tables.entities(self._name)

    def __repr__(self) -> str:
        return told(f"table {self._name}", lambda: f"{len(self.entities)} entities")


def _missing(table: str, key: Key) -> StoreError:
    what = f"entity in the table {table!r} with the keys"
    return StoreError("not-stored", what=what, name=shown(key), look=".entities")


def _check_texts(call: str, partition_key: object, row_key: object) -> None:
    check_required_texts(call, partition_key=partition_key, row_key=row_key)


def checked_entity(entity: Mapping[str, Any], call: str) -> Entity:
    """A copy of an entity as a table holds it: keys in their spelling, and no property that is null.

    :raises StoreError: no table can hold it.
    """
    if not isinstance(entity, Mapping):
        raise StoreError("store-value", call=call, reason=f"{kind_of(entity)} is no entity (a dict)")
    kept = {}
    for name, value in entity.items():
        if not isinstance(name, str):
            raise StoreError("store-value", call=call, reason=f"{shown(name)} is no name of a property")
        if name in _OF_SERVICE or value is None:
            continue  # the service has its own, and keeps no nulls
        if _PROPERTY.fullmatch(name) is None or len(name) > 255:
            raise StoreError("store-value", call=call, reason=f"{name!r} is no name of a property")
        kept[name] = _checked_value(name, value, call)
    for key in ("PartitionKey", "RowKey"):
        _check_key(key, kept.get(key), call)
    if len(kept) - 2 > _MOST_PROPERTIES:
        raise StoreError("store-value", call=call, reason=f"an entity has at most {_MOST_PROPERTIES} properties")
    size = sum(2 * len(name) + _size(value) for name, value in kept.items())
    if size > _LONGEST_ENTITY:
        raise _too_large(f"an entity of {call}", size, _LONGEST_ENTITY)
    return kept


def _check_key(name: str, value: object, call: str) -> None:
    if not isinstance(value, str):
        found = "is missing" if value is None else f"is {kind_of(value)}, but must be text"
        raise StoreError("store-value", call=call, reason=f"its {name} {found}")
    if _BAD_KEY.search(value):
        reason = f"its {name} {value!r} has a character that no key has: / \\ # ? or a control character"
        raise StoreError("store-value", call=call, reason=reason)
    if _size(value) > _LONGEST_KEY:
        raise _too_large(f"the {name} of {call}", _size(value), _LONGEST_KEY)


def _checked_value(name: str, value: Any, call: str) -> Any:
    if isinstance(value, (bool, float, UUID)):
        return value
    if isinstance(value, int) and not -_INT64 <= value < _INT64:
        raise StoreError("store-value", call=call, reason=f"its {name!r} is a number of more than 64 bits")
    if isinstance(value, datetime) and value.utcoffset() is None:
        raise StoreError("store-value", call=call, reason=f"its {name!r} is a moment without a time zone")
    if isinstance(value, datetime) and value.year < _FIRST_YEAR:
        raise StoreError("store-value", call=call, reason=f"its {name!r} is a moment before {_FIRST_YEAR}")
    if isinstance(value, bytearray):
        value = bytes(value)
    if not isinstance(value, (str, int, bytes, datetime)):
        raise StoreError("store-value", call=call, reason=f"its {name!r} is {kind_of(value)}, which no table holds")
    if isinstance(value, str) and not is_utf8(value):
        raise StoreError("store-value", call=call, reason=f"its {name!r} is text that UTF-8 cannot carry")
    if isinstance(value, (str, bytes)) and _size(value) > _LONGEST_PROPERTY:
        raise _too_large(f"{name!r} of {call}", _size(value), _LONGEST_PROPERTY)
    return value


def _size(value: object) -> int:
    """How many bytes the service counts: text as UTF-16."""
    if isinstance(value, str):
        return len(value.encode("utf-16-le"))
    return len(value) if isinstance(value, bytes) else 8


def _too_large(what: str, size: int, limit: int) -> StoreError:
    return StoreError("store-too-large", what=what, size=size, limit=limit, service="Table storage")
