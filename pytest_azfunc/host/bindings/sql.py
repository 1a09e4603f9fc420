"""Rows of Azure SQL and of Azure Database for MySQL: those that changed, and those that a function reads.

Sources: the sql extension's SqlTriggerValueProvider and SqlChange, the mysql extension's MySqlChange: text with a
JSON array of ``{"Operation": number, "Item": row}``, and no metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pytest_azfunc.host.bindings.binding_type import BindingType, by_builder
from pytest_azfunc.host.bindings.builder_arguments import wrong_value
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.by_hand import as_it_is
from pytest_azfunc.host.bindings.given_values import records
from pytest_azfunc.host.bindings.inputs import Input
from pytest_azfunc.host.bindings.message_content import text_delivery
from pytest_azfunc.host.bindings.net_values import compact
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True

_SQL_OPERATIONS: Mapping[str, int] = {"insert": 0, "update": 1, "delete": 2}
_MYSQL_OPERATIONS: Mapping[str, int] = {"update": 0}


@dataclass(frozen=True)
class SqlPayload(Payload):
    """Changed rows of a SQL table; see :func:`sql`."""

    builder: ClassVar[str] = "sql"
    makes: ClassVar[str] = "a sqlTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("sqltrigger",))

    changes: tuple[Mapping[str, Any], ...]

    def deliver(self, occasion: Occasion) -> Delivery:
        return text_delivery(compact(list(self.changes)), occasion, self.builder)


@dataclass(frozen=True)
class MySqlPayload(SqlPayload):
    """Changed rows of a MySQL table; see :func:`mysql`."""

    builder: ClassVar[str] = "mysql"
    makes: ClassVar[str] = "a mysqlTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("mysqltrigger",))


@payload_builder
def sql(changes: Any = None, *, operation: str | int = "insert") -> SqlPayload:
    """Changed rows, for a function with a ``sqlTrigger``.

    :param changes: the rows: a list, or one that stands for a list of one. Each is either the row itself (a dict,
        a dataclass, a pydantic model, a ``func.SqlRow``), or says what happened to it:
        ``{"Operation": "delete", "Item": {"Id": 7}}``. One empty row when None.
    :param operation: what happened to the rows that don't say it: ``"insert"``, ``"update"``, ``"delete"``, or
        Azure's numbers 0, 1, 2.
    :raises BindingError: something that is no row, or an unknown operation.

    Of a deleted row only the primary key is left. The function gets the JSON text, a ``str``: the SDK has no
    converter for this trigger.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-azure-sql-trigger)
    """
    return SqlPayload(_changes(changes, "sql", _SQL_OPERATIONS, operation))


@payload_builder
def mysql(changes: Any = None) -> MySqlPayload:
    """Changed rows, for a function with a ``mysqlTrigger``.

    :param changes: the rows, as for :func:`sql`. MySQL's trigger knows the operation ``"update"`` (0) only, for
        inserts too, and doesn't see deletions.
    :raises BindingError: something that is no row, or another operation.

    The function gets a ``MySqlRowList`` whose rows are ``{"Operation", "Item"}``: ``rows[0]["Item"]["Id"]``.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-azure-mysql-trigger)
    """
    return MySqlPayload(_changes(changes, "mysql", _MYSQL_OPERATIONS, 0))


def _changes(
    changes: Any, builder: str, operations: Mapping[str, int], default: str | int
) -> tuple[dict[str, Any], ...]:
    number = _operation(default, "operation", builder, operations)
    found = []
    for row in records({} if changes is None else changes, builder, "changes", "a row (a dict)"):
        if row.keys() != {"Operation", "Item"}:
            found.append({"Operation": number, "Item": row})
            continue
        if not isinstance(row["Item"], dict):
            raise wrong_value(builder, '"Item"', row["Item"], "a row (a dict)")
        happened = _operation(row["Operation"], '"Operation"', builder, operations)
        found.append({"Operation": happened, "Item": row["Item"]})
    return tuple(found)


def _operation(value: object, name: str, builder: str, operations: Mapping[str, int]) -> int:
    number = operations.get(value.lower()) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int) or number not in operations.values():
        known = ", ".join(f'"{text}" ({code})' for text, code in operations.items())
        raise wrong_value(builder, name, value, f"one of {known}" if len(operations) > 1 else known)
    return number


def _rows(given: Input, value: Any) -> TypedData:
    return TypedData("string", compact(given.records(value, "a list of rows (dicts, or the JSON text of all)")))


_TABLE = ("tableName", "commandText")

TYPES = (
    BindingType("sqlTrigger", builder="sql", payload=by_builder(sql), address=_TABLE, by_hand=as_it_is, store="sql"),
    BindingType("sql", input=_rows, address=_TABLE, expressions=("parameters",), store="sql"),
    BindingType(
        "mysqlTrigger", builder="mysql", payload=by_builder(mysql), address=_TABLE, by_hand=as_it_is, store="mysql"
    ),
    BindingType("mysql", input=_rows, address=_TABLE, expressions=("parameters",), store="mysql"),
)
