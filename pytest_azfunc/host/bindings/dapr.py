"""What a Dapr sidecar delivers: service invocations, messages of a topic, events of an input binding.

Source: the dapr extension's DaprTriggerBindingBase. Each is an HTTP request of the sidecar with JSON in its body. The
function gets the JSON text of it, a JSON string without its quotes, and None for an empty body.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from pytest_azfunc.host.bindings.binding_type import BindingType, by_builder
from pytest_azfunc.host.bindings.builder_arguments import check_required_texts, check_texts, utc
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.given_values import content_of, plain, to_json
from pytest_azfunc.host.bindings.inputs import as_text
from pytest_azfunc.host.bindings.json_body import overlay
from pytest_azfunc.host.bindings.message_content import check_asks_for_text
from pytest_azfunc.host.bindings.net_values import compact, new_guid, utc_text
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True

_TRACE_PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@dataclass(frozen=True)
class DaprInvocationPayload(Payload):
    """A call of another Dapr app; see :func:`dapr_invocation`."""

    builder: ClassVar[str] = "dapr_invocation"
    makes: ClassVar[str] = "a daprServiceInvocationTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("daprserviceinvocationtrigger",))

    body: bytes

    def deliver(self, occasion: Occasion) -> Delivery:
        return _delivery(self.body, occasion, self.builder)


@dataclass(frozen=True)
class DaprBindingPayload(Payload):
    """An event of a Dapr input binding; see :func:`dapr_binding`."""

    builder: ClassVar[str] = "dapr_binding"
    makes: ClassVar[str] = "a daprBindingTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("daprbindingtrigger",))

    body: bytes

    def deliver(self, occasion: Occasion) -> Delivery:
        return _delivery(self.body, occasion, self.builder)


@dataclass(frozen=True)
class DaprTopicPayload(Payload):
    """A message of a Dapr topic; see :func:`dapr_topic`."""

    builder: ClassVar[str] = "dapr_topic"
    makes: ClassVar[str] = "a daprTopicTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("daprtopictrigger",))

    data: Any
    id: str | None
    source: str
    type: str
    topic: str | None = None
    pubsub_name: str | None = None
    datacontenttype: str | None = None
    time: datetime | None = None
    trace_parent: str = _TRACE_PARENT

    def deliver(self, occasion: Occasion) -> Delivery:
        declared = occasion.trigger.properties
        event = {  # names in the order of the alphabet, as the sidecar writes them
            "data": self.data,
            "datacontenttype": self.datacontenttype or _content_type(self.data),
            "id": self.id or new_guid(),
            "pubsubname": self.pubsub_name or declared.get("pubSubName") or "pubsub",
            "source": self.source,
            "specversion": "1.0",
            "time": utc_text((self.time or occasion.at).replace(microsecond=0)),
            "topic": self.topic or declared.get("topic") or occasion.function.name,
            "traceid": self.trace_parent,
            "traceparent": self.trace_parent,
            "tracestate": "",
            "type": self.type,
        }
        return _delivery(compact(event).encode("utf-8"), occasion, self.builder)


def _content_type(data: Any) -> str:
    return "text/plain" if isinstance(data, str) else "application/json"


def _delivery(body: bytes, occasion: Occasion, builder: str) -> Delivery:
    """What the extension makes of the sidecar's request."""
    trigger = occasion.trigger
    if not body:
        return Delivery(TypedData(None, None))
    if trigger.data_type == "binary":
        raw = TypedData("bytes", body)
        return Delivery(raw, {trigger.name: raw})
    check_asks_for_text(occasion, builder)
    try:
        value = json.loads(body.decode("utf-8"))
    except ValueError as error:
        raise occasion.error("payload-json-text", builder=builder, type=trigger.type, reason=str(error)) from None
    text = value if isinstance(value, str) else compact(value)
    content_of(text, builder)
    metadata = {trigger.name: TypedData("string", text)}
    overlay(metadata, text)
    return Delivery(TypedData("string", text), metadata)


def _body(data: Any, builder: str) -> bytes:
    if data is None:
        return b""
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    if isinstance(data, str):
        content_of(data, builder)  # UTF-8 must be able to carry it
    return to_json(data, builder).encode("utf-8")


@payload_builder
def dapr_invocation(data: Any = None) -> DaprInvocationPayload:
    """A call by another Dapr app, for a function with a ``daprServiceInvocationTrigger``.

    :param data: what the caller sends, as JSON: ``str`` is a JSON string and arrives as it is, everything else as
        JSON text. ``bytes`` are the request's raw body, which must be JSON unless ``dataType`` is ``binary``. With
        None the body is empty, and the function gets None.
    :raises BindingError: a value without a JSON form.

    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-dapr-trigger-svc-invoke)
    """
    return DaprInvocationPayload(_body(data, "dapr_invocation"))


@payload_builder
def dapr_binding(data: Any = None) -> DaprBindingPayload:
    """An event of a Dapr input binding, for a function with a ``daprBindingTrigger``.

    :param data: what the binding read, as for :func:`dapr_invocation`.
    :raises BindingError: a value without a JSON form.

    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-dapr-trigger)
    """
    return DaprBindingPayload(_body(data, "dapr_binding"))


@payload_builder
def dapr_topic(
    data: Any = None,
    *,
    id: str | None = None,
    source: str = "publisher",
    type: str = "com.dapr.event.sent",
    topic: str | None = None,
    pubsub_name: str | None = None,
    datacontenttype: str | None = None,
    time: datetime | str | None = None,
    trace_parent: str = _TRACE_PARENT,
) -> DaprTopicPayload:
    """A message of a Dapr topic, for a function with a ``daprTopicTrigger``.

    :param data: the message, anything that JSON can say. It arrives as ``data`` of a CloudEvent.
    :param id: the event's id; a new GUID when None.
    :param source: Dapr's id of the app that published it.
    :param type: kind of event.
    :param topic: the topic; the trigger's when None.
    :param pubsub_name: the pub/sub component; the trigger's ``pubSubName`` when None.
    :param datacontenttype: media type of the data; ``text/plain`` for a ``str``, else ``application/json``.
    :param time: when it was published (with a time zone; or ISO text); the host's time when None. Whole seconds.
    :param trace_parent: W3C trace context of the publisher.
    :raises BindingError: an argument that no message can have.

    The function gets the CloudEvent's JSON text, not its data.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-dapr-trigger-topic)
    """
    check_required_texts("dapr_topic", source=source, type=type, trace_parent=trace_parent)
    check_texts("dapr_topic", id=id, topic=topic, pubsub_name=pubsub_name, datacontenttype=datacontenttype)
    moment = utc("dapr_topic", "time", time)
    content = plain(data, "dapr_topic")
    return DaprTopicPayload(content, id, source, type, topic, pubsub_name, datacontenttype, moment, trace_parent)


TYPES = (
    BindingType(
        "daprServiceInvocationTrigger", builder="dapr_invocation", payload=by_builder(dapr_invocation), returns=True
    ),
    BindingType("daprBindingTrigger", builder="dapr_binding", payload=by_builder(dapr_binding), returns=True),
    BindingType(
        "daprTopicTrigger", builder="dapr_topic", payload=by_builder(dapr_topic), address=("topic",), returns=True
    ),
    BindingType("daprState", input=as_text, expressions=("stateStore", "key")),
    BindingType("daprSecret", input=as_text, expressions=("secretStoreName", "key", "metadata")),
    BindingType("daprInvoke", expressions=("appId", "methodName", "httpVerb")),
    BindingType("daprPublish", address=("topic",), expressions=("pubSubName",)),
    BindingType("daprBinding", expressions=("bindingName", "operation")),
)
