"""Event Grid events, in Event Grid's own schema and as CloudEvents.

Source: azure-sdk-for-net, EventGridTriggerAttributeBindingProvider. The host sends one event at a time as a JSON
object whatever ``dataType`` says, so nothing of it is laid over the metadata but ``data``.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from pytest_azfunc.host.bindings.binding_type import BindingType, by_builder
from pytest_azfunc.host.bindings.builder_arguments import (
    INT32,
    check_filled_texts,
    check_required_texts,
    check_texts,
    utc,
    wrong_value,
)
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.by_hand import json_value, unfit
from pytest_azfunc.host.bindings.given_values import plain
from pytest_azfunc.host.bindings.net_values import as_json, json_or_string, new_guid, utc_text
from pytest_azfunc.host.bindings.output_bodies import array_items
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload

__tracebackhide__ = True

_EVENT_TYPE = "Example.Event"
_ATTRIBUTE_NAME = re.compile(r"[a-z0-9]+")
_BUILT_IN = frozenset(("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"))


@dataclass(frozen=True)
class EventGridPayload(Payload):
    """One event in Event Grid's schema; see :func:`event_grid`."""

    builder: ClassVar[str] = "event_grid"
    makes: ClassVar[str] = "an eventGridTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("eventgridtrigger",))

    data: Any = None
    id: str | None = None
    subject: str = ""
    event_type: str = _EVENT_TYPE
    event_time: datetime | None = None
    topic: str = ""
    data_version: str = "1.0"

    def deliver(self, occasion: Occasion) -> Delivery:
        return _delivery(
            {
                "id": self.id or new_guid(),
                "topic": self.topic,
                "subject": self.subject,
                "data": self.data,
                "eventType": self.event_type,
                "eventTime": utc_text(self.event_time or occasion.at),
                "dataVersion": self.data_version,
                "metadataVersion": "1",
            }
        )


@dataclass(frozen=True)
class CloudEventPayload(Payload):
    """One CloudEvent; see :func:`cloud_event`."""

    builder: ClassVar[str] = "cloud_event"
    makes: ClassVar[str] = "an eventGridTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("eventgridtrigger",))

    data: Any
    id: str | None
    source: str
    type: str
    subject: str | None = None
    time: datetime | None = None
    datacontenttype: str | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)

    def deliver(self, occasion: Occasion) -> Delivery:
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": self.id or new_guid(),
            "source": self.source,
            "type": self.type,
            "time": utc_text(self.time or occasion.at),
        }
        if self.subject is not None:
            event["subject"] = self.subject
        if self.datacontenttype is not None:
            event["datacontenttype"] = self.datacontenttype
        if isinstance(self.data, bytes):
            event["data_base64"] = base64.b64encode(self.data).decode("ascii")
        elif self.data is not None:
            event["data"] = self.data
        return _delivery({**event, **self.extensions})


@dataclass(frozen=True)
class WholeEvent(Payload):
    """An event as somebody has written it, in either schema."""

    builder: ClassVar[str] = "event_grid"
    makes: ClassVar[str] = "an eventGridTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("eventgridtrigger",))

    event: Mapping[str, Any]

    def deliver(self, occasion: Occasion) -> Delivery:
        return _delivery(self.event)


def _by_hand(text: str | None, occasion: Occasion) -> Payload:
    """The text is the event, which nobody looks into before the function gets it."""
    expected = "an event, as a JSON object"
    event = json_value(text, occasion, expected)
    if not isinstance(event, dict):
        raise unfit(text, occasion, expected)
    return WholeEvent(event)


def _delivery(event: Mapping[str, Any]) -> Delivery:
    data = json_or_string(event.get("data"))
    return Delivery(as_json(event), {} if data is None else {"data": data})


@payload_builder
def event_grid(
    data: Any = None,
    *,
    id: str | None = None,
    subject: str = "",
    event_type: str = _EVENT_TYPE,
    event_time: datetime | str | None = None,
    topic: str = "",
    data_version: str = "1.0",
) -> EventGridPayload:
    """An event in Event Grid's schema, for a function with an ``eventGridTrigger``.

    :param data: the event's data, anything that JSON can say: ``event.get_json()`` gives it back.
    :param id: the event's id; a new GUID when None.
    :param subject: what the event is about, such as ``"/blobServices/default/containers/in/blobs/a.txt"``.
    :param event_type: kind of event, such as ``"Microsoft.Storage.BlobCreated"``.
    :param event_time: when it happened (with a time zone; or ISO text); the host's time when None.
    :param topic: the resource that it comes from.
    :param data_version: version of the data's schema, which the publisher chooses.
    :raises BindingError: an argument that no event can have.

    The function gets an ``EventGridEvent`` even where it is annotated ``CloudEvent``: the event decides.
    (https://learn.microsoft.com/azure/event-grid/event-schema)
    """
    check_required_texts("event_grid", subject=subject, event_type=event_type, topic=topic, data_version=data_version)
    check_texts("event_grid", id=id)
    moment = utc("event_grid", "event_time", event_time)
    return EventGridPayload(plain(data, "event_grid"), id, subject, event_type, moment, topic, data_version)


@payload_builder
def cloud_event(
    data: Any = None,
    *,
    id: str | None = None,
    source: str = "/azfunc/tests",
    type: str = _EVENT_TYPE,
    subject: str | None = None,
    time: datetime | str | None = None,
    datacontenttype: str | None = None,
    **extensions: Any,
) -> CloudEventPayload:
    """An event in the CloudEvents 1.0 schema, for a function with an ``eventGridTrigger``.

    :param data: the event's data, anything that JSON can say. ``bytes`` travel as ``data_base64``, which the SDK
        doesn't know: ``event.get_json()`` is None then, and the text is among the extension attributes.
    :param id: the event's id; a new GUID when None.
    :param source: where it comes from, a URI.
    :param type: kind of event, such as ``"com.example.order.placed"``.
    :param subject: what it is about, within the source.
    :param time: when it happened (with a time zone; or ISO text); the host's time when None.
    :param datacontenttype: media type of the data; ``application/json`` when None and there are data.
    :param extensions: extension attributes, such as ``traceparent="..."``; also ``dataschema``.
    :raises BindingError: an argument that no CloudEvent can have.

    An extension attribute that is called ``self`` makes the SDK fail with a ``TypeError``, as in Azure.
    (https://learn.microsoft.com/azure/event-grid/cloud-event-schema)
    """
    check_filled_texts("cloud_event", source=source, type=type)
    check_texts("cloud_event", id=id, subject=subject, datacontenttype=datacontenttype)
    for label, value in extensions.items():
        if not _ATTRIBUTE_NAME.fullmatch(label) or label in _BUILT_IN:
            raise wrong_value("cloud_event", "an attribute name", label, "lower-case letters and digits")
        if not isinstance(value, (str, bool, int)):
            raise wrong_value("cloud_event", label, value, "a string, a whole number or a bool")
        if isinstance(value, str):
            check_texts("cloud_event", **{label: value})
        elif not -INT32 <= value < INT32:
            raise wrong_value("cloud_event", label, value, "a whole number of 32 bits")
    moment = utc("cloud_event", "time", time)
    raw = isinstance(data, (bytes, bytearray, memoryview))
    content: Any = bytes(data) if raw else plain(data, "cloud_event")
    if datacontenttype is None and content is not None:
        datacontenttype = "application/octet-stream" if raw else "application/json"
    return CloudEventPayload(content, id, source, type, subject, moment, datacontenttype, extensions)


TYPES = (
    BindingType(
        "eventGridTrigger",
        builder="event_grid",
        payload=by_builder(event_grid),
        by_hand=_by_hand,
        store="event_grid",
    ),
    BindingType("eventGrid", fan_out=array_items, store="event_grid"),
)
