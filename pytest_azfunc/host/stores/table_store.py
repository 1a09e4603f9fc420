"""Tables as bindings use them: what an input reads, and what an output writes.

Source: azure-sdk-for-net, Extensions.Tables, TablesExtensionConfigProvider.cs (the row key does not narrow the query,
and the partition stands before the filter without parentheses).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from pytest_azfunc.errors import StoreError, kind_of, shown
from pytest_azfunc.host.bindings.json_body import scalar_text
from pytest_azfunc.host.bindings.net_values import net_time
from pytest_azfunc.host.stores.store import Sent, Site, Wanted
from pytest_azfunc.host.stores.tables import Table, Tables
from pytest_azfunc.project.lenient_json import JsonError, loads

__tracebackhide__ = True


class TableStore:
    """The tables of a storage account. No function waits for them."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._tables = Tables(site.now)

    def table(self, name: str) -> Table:
        """A table, by the name that a test gives it.

        :raises StoreError: none can have it.
        """
        return Table(self._tables, self._site.address(name, "table"), name)

    def take(self, sent: Sent) -> None:
        """Write the entities of an output, whose keys the binding may say.

        :raises StoreError: one that is there already, or that no table holds.
        """
        if not sent.address:
            return
        keys = {key: sent.properties[key] for key in ("PartitionKey", "RowKey") if sent.properties.get(key) is not None}
        self._tables.write(sent.address, [_with_keys(entity, keys) for body in sent.bodies for entity in _sent(body)])

    def read(self, wanted: Wanted) -> Any:
        """The entities that match the partition and the filter of a binding, as JSON can say them."""
        properties = wanted.properties
        text = str(properties.get("filter") or "")
        partition = properties.get("partitionKey")
        if partition:
            quoted = str(partition).replace("'", "''")
            text = f"PartitionKey eq '{quoted}' and {text}" if text else f"PartitionKey eq '{quoted}'"
        take = properties.get("take")
        found = self._tables.query(wanted.address, text, take if isinstance(take, int) and take > 0 else 0)
        return [{name: _as_json(value) for name, value in entity.items()} for entity in found]

    def look(self) -> None:
        """No function waits for an entity."""

    def shift(self, by: timedelta) -> None:
        """What was written keeps its time stamps, which no test sees."""

    def contents(self) -> Mapping[str, Sequence[str]]:
        """The entities of each table."""
        return {f"table {name}": [shown(each) for each in self._tables.entities(name)] for name in self._tables.names}


def _sent(body: bytes) -> list[dict[str, Any]]:
    try:
        found = loads(body.decode("utf-8"))
    except (JsonError, UnicodeDecodeError):
        raise StoreError("store-value", call="the output", reason="it is no JSON") from None
    entities: list[Any] = found if isinstance(found, list) else [found]
    for entity in entities:
        if not isinstance(entity, dict):
            raise StoreError("store-value", call="the output", reason=f"{kind_of(entity)} is no entity (a JSON object)")
    return entities


def _with_keys(entity: Mapping[str, Any], keys: Mapping[str, Any]) -> dict[str, Any]:
    """The entity with its keys in the service's spelling, and those of the binding where it has none."""
    spelled = {"partitionkey": "PartitionKey", "rowkey": "RowKey"}
    found = {spelled.get(name.lower(), name): value for name, value in entity.items()}
    found.update({key: value for key, value in keys.items() if found.get(key) is None})
    return {name: _key_text(value) if name in spelled.values() else value for name, value in found.items()}


def _key_text(value: Any) -> Any:
    """A number that is a key, as the extension writes it."""
    return scalar_text(value) if isinstance(value, (bool, int, float)) else value


def _as_json(value: Any) -> Any:
    """A value of an entity as the function gets it."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return net_time(value.astimezone(timezone.utc))
    return str(value) if isinstance(value, UUID) else value
