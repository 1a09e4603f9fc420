"""Outputs of binding types that have no store of their own, such as mails: kept for a test to look at.

Nobody reads or delivers them: what their services make of them is not in the app.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pytest_azfunc.errors import StoreError, shown, suggestion
from pytest_azfunc.host.bindings.binding_type import SINKS
from pytest_azfunc.host.bindings.catalogue import Catalogue
from pytest_azfunc.host.stores.content import shown_body
from pytest_azfunc.host.stores.store import Sent, Site, Stored, Wanted, told
from pytest_azfunc.project.binding_types import KNOWN

__tracebackhide__ = True


@dataclass(frozen=True, repr=False)
class SinkMessage(Stored):
    """One output.

    :ivar function: the function that set it.
    :ivar name: the name of its binding, or ``$return``.
    :ivar properties: what the binding says, such as ``to`` or ``hubName``, with its expressions evaluated; names ignore
        case.
    """

    function: str
    name: str
    properties: Mapping[str, Any] = field(compare=False)

    def __repr__(self) -> str:
        return f"<output {self.name} of {self.function}: {shown_body(self.body)}>"


class SinkStore:
    """The outputs of all such types, by type."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._messages: dict[str, list[SinkMessage]] = {}
        self._names: dict[str, str] = {}

    def sink(self, name: str, types: Catalogue) -> Sink:
        """The outputs of a type, by the name that a test gives it.

        :param types: those of the host.
        :raises StoreError: no output has such a type, or it has a store of its own.
        """
        self._site.now()
        return Sink(self, checked_type(name, types))

    def messages(self, kind: str) -> list[SinkMessage]:
        """The outputs of a type, oldest first."""
        self._site.now()
        return list(self._messages.get(kind, ()))

    def clear(self, kind: str) -> None:
        """Forget them."""
        self._site.now()
        self._messages.pop(kind, None)

    # --- what the host asks for

    def take(self, sent: Sent) -> None:
        """Keep an output."""
        binding_type = sent.binding_type
        self._names[binding_type.kind] = binding_type.name
        kept = self._messages.setdefault(binding_type.kind, [])
        kept += [SinkMessage(body, sent.function, sent.name, sent.properties) for body in sent.bodies]

    def read(self, wanted: Wanted) -> Any:
        """No input reads them."""
        return None

    def look(self) -> None:
        """They wait for nobody."""

    def shift(self, by: timedelta) -> None:
        """They have no moments."""

    def contents(self) -> Mapping[str, Sequence[str]]:
        """The outputs of each type."""
        return {
            f"sink {self._names[kind]}": [shown_body(message.body) for message in kept]
            for kind, kept in self._messages.items()
        }


def checked_type(name: str, types: Catalogue) -> str:
    """The type in lower case.

    :raises StoreError: no output has such a type, or it has a store of its own.
    """
    named: Mapping[str, str] = {**KNOWN, **types.contributed}
    kind = name.lower() if isinstance(name, str) else ""
    if kind not in named or kind.endswith("trigger"):
        raise StoreError("sink-unknown", name=shown(name), suggestion=suggestion(kind, _sinks(named, types)))
    store = types.find(kind).store
    if store is None:
        raise StoreError("sink-elsewhere", name=named[kind], where="the response: result.http")
    if store != SINKS:
        where = f"azfunc_host.store({store!r})" if store in types.stores else f"azfunc_host.{store}(...)"
        raise StoreError("sink-elsewhere", name=named[kind], where=where)
    return kind


def _sinks(named: Mapping[str, str], types: Catalogue) -> Iterable[str]:
    return [name for kind, name in named.items() if not kind.endswith("trigger") and types.find(kind).store == SINKS]


class Sink:
    """The outputs of one binding type, from ``azfunc_host.sink("sendGrid")``."""

    def __init__(self, store: SinkStore, kind: str) -> None:
        self._store = store
        self._kind = kind

    @property
    def messages(self) -> Sequence[SinkMessage]:
        """All that was set, oldest first."""
        return self._store.messages(self._kind)

    def clear(self) -> None:
        """Forget what was set so far."""
        self._store.clear(self._kind)

    def __len__(self) -> int:
        return len(self.messages)

    def __repr__(self) -> str:
        return told(f"Sink {self._kind}", lambda: f"{len(self.messages)} outputs")
