"""Any trigger: typed data and metadata given by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pytest_azfunc.host.bindings.builder_arguments import check_required_texts, check_texts, wrong_value
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.given_values import content_of, to_json
from pytest_azfunc.host.bindings.message_content import string_or_bytes
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload
from pytest_azfunc.rpc import TypedData


@dataclass(frozen=True)
class GenericPayload(Payload):
    """A value for any trigger; see :func:`generic`."""

    builder: ClassVar[str] = "generic"
    makes: ClassVar[str] = "any trigger"
    trigger_types: ClassVar[frozenset[str] | None] = None

    value: TypedData | str | bytes
    metadata: Mapping[str, TypedData] = field(default_factory=dict)

    def deliver(self, occasion: Occasion) -> Delivery:
        if isinstance(self.value, TypedData):
            return Delivery(self.value, self.metadata)
        return Delivery(string_or_bytes(self.value, occasion.trigger, self.builder), self.metadata)


@payload_builder
def generic(value: Any = "", *, metadata: Mapping[str, Any] | None = None) -> GenericPayload:
    """A value for any trigger, for which there is no builder of its own.

    :param value: ``str`` and ``bytes`` go as they are, everything else as JSON text; a
        ``pytest_azfunc.rpc.TypedData`` goes exactly as given, whatever the binding says.
    :param metadata: trigger metadata by name: ``str`` goes as text, everything else as JSON, typed data as given.
    :raises BindingError: a value without a JSON form.
    """
    if metadata is not None and not isinstance(metadata, Mapping):
        raise wrong_value("generic", "metadata", metadata, "a mapping")
    typed = {}
    for name, item in (metadata or {}).items():
        check_required_texts("generic", **{"a name in metadata": name})
        if isinstance(item, str):
            check_texts("generic", **{f"metadata[{name!r}]": item})
            item = TypedData("string", item)
        typed[name] = item if isinstance(item, TypedData) else TypedData("json", to_json(item, "generic"))
    return GenericPayload(value if isinstance(value, TypedData) else content_of(value, "generic"), typed)
