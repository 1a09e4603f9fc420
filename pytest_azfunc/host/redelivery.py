"""The same trigger value once more, as a service that promises delivery at least once may give it to a function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload
from pytest_azfunc.rpc import InvocationRequest, TypedData

_COUNTS = ("DequeueCount", "DeliveryCount")


@dataclass(frozen=True)
class Again(Payload):
    """What a function was given, once more: its delivery is counted up where the service counts."""

    builder: ClassVar[str] = "redeliver"
    makes: ClassVar[str] = "any trigger"
    trigger_types: ClassVar[frozenset[str] | None] = None

    request: InvocationRequest

    def deliver(self, occasion: Occasion) -> Delivery:
        """Typed data and metadata, as they were."""
        request = self.request
        metadata = dict(request.trigger_metadata)
        for name in _COUNTS:
            data = metadata.get(name)
            if isinstance(data, TypedData) and data.kind == "json" and str(data.value).isdecimal():
                metadata[name] = TypedData("json", str(int(data.value) + 1))
        return Delivery(request.inputs[occasion.trigger.name], metadata, request.http_request)
