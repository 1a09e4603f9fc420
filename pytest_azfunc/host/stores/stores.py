"""The stores of one host. None of them is there before it is used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from pytest_azfunc.errors import AzfuncError, StoreError, listing, shown, suggestion
from pytest_azfunc.host.bindings.binding_type import SINKS
from pytest_azfunc.host.stores.store import Origin, Sent, Site, Store, Wanted
from pytest_azfunc.rpc import InvocationRequest, InvocationResponse, PythonObject, TypedData

if TYPE_CHECKING:
    from pytest_azfunc.host.bound_expressions import ResolvedBinding
    from pytest_azfunc.host.bound_function import BoundFunction
    from pytest_azfunc.project import Binding

__tracebackhide__ = True


_NONE: Mapping[str, Callable[[Site], Store]] = {}

Find = Callable[[str], Store]
"""Finds the store of another service, by its name."""


def _queue(site: Site, find: Find) -> Store:
    from pytest_azfunc.host.stores.queue_store import QueueStore

    return QueueStore(site)


def _blob(site: Site, find: Find) -> Store:
    from pytest_azfunc.host.stores.blob_store import BlobStore

    return BlobStore(site, find)


def _table(site: Site, find: Find) -> Store:
    from pytest_azfunc.host.stores.table_store import TableStore

    return TableStore(site)


def _cosmos(site: Site, find: Find) -> Store:
    from pytest_azfunc.host.stores.cosmos_store import CosmosStore

    return CosmosStore(site)


def _service_bus(site: Site, find: Find) -> Store:
    from pytest_azfunc.host.stores.service_bus_store import ServiceBusStore

    return ServiceBusStore(site)


def _event_hub(site: Site, find: Find) -> Store:
    from pytest_azfunc.host.stores.event_hub_store import EventHubStore

    return EventHubStore(site)


def _kafka(site: Site, find: Find) -> Store:
    from pytest_azfunc.host.stores.kafka_store import KafkaStore

    return KafkaStore(site)


def _event_grid(site: Site, find: Find) -> Store:
    from pytest_azfunc.host.stores.event_grid_store import EventGridStore

    return EventGridStore(site)


def _sql(site: Site, find: Find) -> Store:
    from pytest_azfunc.host.stores.sql_store import SQL, SqlStore

    return SqlStore(site, SQL)


def _mysql(site: Site, find: Find) -> Store:
    from pytest_azfunc.host.stores.sql_store import MYSQL, SqlStore

    return SqlStore(site, MYSQL)


def _sinks(site: Site, find: Find) -> Store:
    from pytest_azfunc.host.stores.sink_store import SinkStore

    return SinkStore(site)


Maker = Callable[[Site, Find], Store]

MAKERS: Mapping[str, Maker] = {
    "queue": _queue,
    "blob": _blob,
    "table": _table,
    "cosmos": _cosmos,
    "service_bus": _service_bus,
    "event_hub": _event_hub,
    "kafka": _kafka,
    "event_grid": _event_grid,
    "sql": _sql,
    "mysql": _mysql,
    SINKS: _sinks,
}
"""What makes a store, by the name that binding types have for it."""


def unknown_store(name: object, contributed: Collection[str]) -> AzfuncError:
    """The error for a store that no hook makes.

    :param contributed: the names of those that one does.
    """
    known = listing("Stores of hooks", contributed)
    near = suggestion(name, contributed) if isinstance(name, str) else ""
    return StoreError("store-unknown", name=shown(name), suggestion=near, known=known)


def _placed(error: AzfuncError, bound: BoundFunction, binding: Binding) -> AzfuncError:
    """What a store has said, with the binding for which it was asked."""
    if error.function is None:
        error.function, error.binding, error.location = bound.function.name, binding.name, binding.location
    return error


class Stores:
    """The stores of one host, by name, each made when it is first used.

    :param site: the host.
    :param contributed: what makes those that the hook ``pytest_azfunc_stores`` adds, by name.
    """

    def __init__(self, site: Site, contributed: Mapping[str, Callable[[Site], Store]] = _NONE) -> None:
        self._site = site
        self._contributed = contributed
        self._made: dict[str, Store] = {}

    def find(self, name: str) -> Store:
        """The store of that name.

        :raises StoreError: nobody makes one.
        """
        found = self._made.get(name)
        if found is None:
            found = self._made[name] = self._make(name)
        return found

    def _make(self, name: str) -> Store:
        if name in self._contributed:
            return self._contributed[name](self._site)
        if name in MAKERS:
            return MAKERS[name](self._site, self.find)
        raise unknown_store(name, self._contributed)

    def take(
        self,
        bound: BoundFunction,
        response: InvocationResponse,
        resolved: Mapping[str, ResolvedBinding],
        origin: Origin,
    ) -> AzfuncError | None:
        """Store what a function has set.

        :param resolved: the bindings whose expressions the call has completed, by name.
        :returns: with what a service refuses it: the host fails the call. What came before it is stored.
        """
        sent = dict(response.outputs)
        if response.return_value is not None and bound.binds_return:
            sent["$return"] = response.return_value
        for name, data in sent.items():
            if data.kind is None or name not in bound.function.outputs:
                continue
            _, binding_type = bound.output_type(name)
            if binding_type.store is None:
                continue
            found = resolved.get(name)
            declared = bound.function.outputs[name].properties
            properties = declared if found is None else found.properties
            address = bound.sent_to(name, found)
            try:
                store = self.find(binding_type.store)
                store.take(Sent(address, properties, data, binding_type, origin, bound.function.name, name))
            except AzfuncError as error:
                if error.rule == "store-name" and ("%" in address or binding_type.address_of(declared) == address):
                    continue  # a declared name that no service has is an affair of the check, not of each call
                return _placed(error, bound, bound.function.outputs[name])
        return None

    def fill(
        self,
        bound: BoundFunction,
        request: InvocationRequest,
        given: Collection[str],
        resolved: Mapping[str, ResolvedBinding],
    ) -> InvocationRequest:
        """The request, with what is stored for those inputs for which nothing was given.

        :raises AzfuncError: only the service could answer, or the binding could not deliver what is stored.
        """
        data: dict[str, TypedData | PythonObject | None] = {}
        for wanting in bound.inputs:
            binding = wanting.binding
            binding_type = bound.options.types.find(binding.kind)
            if binding_type.store in (None, SINKS) or binding.name in given:
                continue
            if binding_type.store not in self._made:
                continue  # nothing was ever stored there
            found = resolved.get(binding.name)
            properties = binding.properties if found is None else found.properties
            address = binding_type.address_of(properties)
            try:
                value = self._made[binding_type.store].read(Wanted(address, properties, binding, binding_type))
            except AzfuncError as error:
                _placed(error, bound, binding)
                raise
            data[binding.name] = wanting.data(value)
        if not data:
            return request
        return InvocationRequest(
            request.function,
            {**request.inputs, **data},
            request.trigger_metadata,
            request.invocation_id,
            request.trace_context,
            request.retry_context,
            request.http_request,
        )

    def look(self) -> None:
        """Put all on the agenda that waits for a function and is not on it."""
        for store in list(self._made.values()):
            store.look()

    def shift(self, by: timedelta) -> None:
        """Move all moments by the same span."""
        for store in self._made.values():
            store.shift(by)

    def contents(self) -> dict[str, Sequence[str]]:
        """All that is there, by place."""
        return {place: items for store in self._made.values() for place, items in store.contents().items()}

    def stop(self) -> None:
        """Deliver nothing more until :meth:`start`."""
        self._site.stop()

    def start(self) -> None:
        """Deliver again."""
        self._site.start()
