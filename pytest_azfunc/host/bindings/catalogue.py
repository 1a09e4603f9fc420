"""Finds the record of a binding type. The module of a service is imported when an app has a binding of it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pytest_azfunc.host.bindings.binding_type import BindingType
from pytest_azfunc.host.bindings.plain_types import plain_type
from pytest_azfunc.project.binding_types import SERVICES


class Catalogue:
    """The binding types of a host.

    :param contributed: what the hook ``pytest_azfunc_binding_types`` adds: records, which win over those of the same
        name here, or bare names.
    :param stores: what the hook ``pytest_azfunc_stores`` adds: of each store, by name, what makes it for a host.
    :ivar stores: the same.
    """

    def __init__(
        self, contributed: Iterable[BindingType | str] = (), stores: Mapping[str, Callable[[Any], Any]] | None = None
    ) -> None:
        self.stores = dict(stores or {})
        records = (plain_type(item) if isinstance(item, str) else item for item in contributed)
        self._contributed = {record.kind: record for record in records}
        self._found = dict(self._contributed)

    @property
    def contributed(self) -> dict[str, str]:
        """Names of the types that the hook adds: in lower case -> as they are spelled."""
        return {kind: record.name for kind, record in self._contributed.items()}

    def find(self, kind: str) -> BindingType:
        """The record of a type.

        :param kind: its name in lower case; a type that nobody knows has the record of a bare name.
        """
        found = self._found.get(kind)
        if found is None:
            service = SERVICES.get(kind)
            if service is None:
                found = self._found[kind] = plain_type(kind)
            else:
                self._learn(service)
                found = self._found[kind]
        return found

    def _learn(self, service: str) -> None:
        records: tuple[BindingType, ...] = importlib.import_module(f"{__package__}.{service}").TYPES
        for record in records:
            self._found.setdefault(record.kind, record)


BUILT_IN = Catalogue()
"""The types that the host knows by itself."""
