"""Events of an event hub.

Source: azure-sdk-for-net, EventHubTriggerBindingStrategy.cs (metadata) and TriggerPartitionContext.cs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from pytest_azfunc.host.bindings.binding_type import BindingType, by_builder
from pytest_azfunc.host.bindings.builder_arguments import check_numbers, check_texts, utc, wrong_value
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.given_values import content_of, properties_of
from pytest_azfunc.host.bindings.json_body import overlay
from pytest_azfunc.host.bindings.message_content import numbered, string_or_bytes, typed_many
from pytest_azfunc.host.bindings.net_values import as_json, longs, milliseconds, naive_time, net_time, strings, texts
from pytest_azfunc.host.bindings.output_bodies import array_items
from pytest_azfunc.host.bindings.payload import Delivery, Many, Occasion, Payload
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True

# What .NET reads as a number of 64 bits.
_INT64 = 2**63
_LONG = re.compile(r"\s*[+-]?[0-9]{1,19}\s*")


@dataclass(frozen=True)
class EventHubPayload(Payload):
    """One event of an event hub; see :func:`event_hub`."""

    builder: ClassVar[str] = "event_hub"
    makes: ClassVar[str] = "an eventHubTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("eventhubtrigger",))

    body: str | bytes
    partition_key: str | None = None
    offset: str | None = None
    sequence_number: int | None = None
    enqueued_time: datetime | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    system_properties: Mapping[str, Any] = field(default_factory=dict)
    partition_id: str = "0"

    def deliver(self, occasion: Occasion) -> Delivery:
        if occasion.trigger.cardinality == "many":
            return self.deliver_many((self,), occasion)
        value = string_or_bytes(self.body, occasion.trigger, self.builder)
        number = self.sequence_number or 0
        offset = self._offset(number)
        enqueued = self.enqueued_time or milliseconds(occasion.at)
        metadata = _partition_context(self.partition_id, occasion)
        metadata.update(
            texts({"PartitionKey": self.partition_key, "Offset": str(_long(offset)), "OffsetString": offset}),
            SequenceNumber=TypedData("json", str(number)),
            EnqueuedTimeUtc=as_json(naive_time(enqueued)),
            Properties=as_json(self.properties),
            SystemProperties=as_json(self._system_properties(number, offset, enqueued)),
        )
        if value.kind == "string":
            overlay(metadata, value.value)
        return Delivery(value, metadata)

    @classmethod
    def deliver_many(cls, payloads: Sequence[EventHubPayload], occasion: Occasion) -> Delivery:
        """One batch of events, as a trigger with cardinality many gets them.

        :raises BindingError: the events do not all come from one partition, as those of a batch do.
        """
        _check_partition(payloads, occasion)
        value = typed_many([payload.body for payload in payloads], occasion, cls.builder)
        numbers = numbered(payload.sequence_number for payload in payloads)
        offsets = [payload._offset(number) for payload, number in zip(payloads, numbers, strict=True)]
        now = milliseconds(occasion.at)
        times = [payload.enqueued_time or now for payload in payloads]
        rows = zip(payloads, numbers, offsets, times, strict=True)
        system = [payload._system_properties(number, offset, moment) for payload, number, offset, moment in rows]
        metadata = _partition_context(payloads[0].partition_id if payloads else "0", occasion)
        metadata.update(
            PartitionKeyArray=strings(payload.partition_key for payload in payloads),
            OffsetArray=strings(str(_long(offset)) for offset in offsets),
            OffsetStringArray=strings(offsets),
            SequenceNumberArray=longs(numbers),
            EnqueuedTimeUtcArray=as_json([naive_time(moment) for moment in times]),
            PropertiesArray=as_json([payload.properties for payload in payloads]),
            SystemPropertiesArray=as_json(system),
        )
        return Delivery(value, metadata)

    def _offset(self, number: int) -> str:
        return str(number) if self.offset is None else self.offset

    def _system_properties(self, number: int, offset: str, enqueued: datetime) -> dict[str, Any]:
        """The annotations of the event, and what the host puts beside them."""
        key = {} if self.partition_key is None else {"x-opt-partition-key": self.partition_key}
        return {
            "x-opt-sequence-number-epoch": -1,
            "x-opt-sequence-number": number,
            "x-opt-offset": offset,
            "x-opt-enqueued-time": net_time(enqueued),
            **key,
            **self.system_properties,
            "SequenceNumber": number,
            "Offset": _long(offset),
            "OffsetString": offset,
            "PartitionKey": self.partition_key,
            "EnqueuedTimeUtc": naive_time(enqueued),
        }


def _long(offset: str) -> int:
    """The offset as a number; -1 for one that is none, such as those of a geo-replicated namespace."""
    number = int(offset) if _LONG.fullmatch(offset) else -1
    return number if -_INT64 <= number < _INT64 else -1


def _partition_context(partition_id: str, occasion: Occasion) -> dict[str, TypedData]:
    context = as_json(
        {
            "IsCheckpointingAfterInvocation": True,
            "FullyQualifiedNamespace": "azfunc.servicebus.windows.net",
            "EventHubName": occasion.target.text("eventHubName", "events"),
            "ConsumerGroup": occasion.target.text("consumerGroup", "$Default"),
            "PartitionId": partition_id,
        }
    )
    return {"TriggerPartitionContext": context, "PartitionContext": context}


def _check_partition(payloads: Sequence[EventHubPayload], occasion: Occasion) -> None:
    partitions = sorted({payload.partition_id for payload in payloads})
    if len(partitions) > 1:
        raise occasion.error("payload-batch-partition", found=", ".join(partitions))


@payload_builder
def event_hub(
    body: Any = "",
    *,
    partition_key: str | None = None,
    offset: str | int | None = None,
    sequence_number: int | None = None,
    enqueued_time: datetime | str | None = None,
    properties: Mapping[str, Any] | None = None,
    system_properties: Mapping[str, Any] | None = None,
    iothub_metadata: Mapping[str, Any] | None = None,
    partition_id: str = "0",
) -> EventHubPayload:
    """An event of an event hub or IoT hub, for a function with an ``eventHubTrigger``.

    :param body: ``str`` is the text of the event, ``bytes`` its raw content; everything else is sent as JSON.
    :param partition_key: the key that the sender chose the partition by.
    :param offset: where the event stands in its partition; like the sequence number when None. The function sees a
        ``str`` with cardinality one and an ``int`` with many.
    :param sequence_number: its number within the partition; 0 when None, in a batch the one after the event before.
    :param enqueued_time: when it reached the event hub (with a time zone; or ISO text); the host's time when None. The
        function sees a datetime *without* a time zone, in UTC.
    :param properties: the sender's own properties.
    :param system_properties: annotations such as ``{"iothub-connection-device-id": "d1"}``, over realistic ones.
    :param iothub_metadata: the same for an IoT hub, without the prefix ``iothub-``: ``{"connection-device-id": "d1"}``.
    :param partition_id: the partition it is read from.
    :raises BindingError: an argument that no event can have.

    As in Azure, with cardinality one the properties of a JSON object in *body* are laid over the metadata: with
    ``{"offset": 7}`` the function sees ``event.offset == "7"``.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-event-hubs-trigger)
    """
    if isinstance(offset, int):
        if isinstance(offset, bool) or not -_INT64 <= offset < _INT64:
            raise wrong_value("event_hub", "offset", offset, "a text that is not empty, or an int of 64 bits")
        offset = str(offset)
    check_texts("event_hub", partition_key=partition_key, offset=offset, partition_id=partition_id)
    if offset == "":
        raise wrong_value("event_hub", "offset", offset, "a text that is not empty, or an int")
    if not partition_id:
        raise wrong_value("event_hub", "partition_id", partition_id, "a text that is not empty")
    check_numbers("event_hub", sequence_number=0 if sequence_number is None else sequence_number)
    iothub = properties_of("event_hub", "iothub_metadata", iothub_metadata)
    return EventHubPayload(
        content_of(body, "event_hub"),
        partition_key,
        offset,
        sequence_number,
        utc("event_hub", "enqueued_time", enqueued_time),
        properties_of("event_hub", "properties", properties),
        {
            **{f"iothub-{name}": value for name, value in iothub.items()},
            **properties_of("event_hub", "system_properties", system_properties),
        },
        partition_id,
    )


TYPES = (
    BindingType(
        "eventHubTrigger",
        builder="event_hub",
        payload=by_builder(event_hub),
        many=Many(event_hub, EventHubPayload),
        address=("eventHubName",),
        expressions=("consumerGroup",),
        dictionaries={"properties": False, "systemproperties": False, "partitioncontext": True},
        store="event_hub",
    ),
    BindingType("eventHub", fan_out=array_items, address=("eventHubName",), store="event_hub"),
)
