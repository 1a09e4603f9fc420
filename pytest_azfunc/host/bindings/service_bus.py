"""Messages of a Service Bus queue or topic subscription.

Source: azure-sdk-for-net, ServiceBusTriggerBindingStrategy.cs (metadata).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pytest_azfunc.host.bindings.binding_type import BindingType, by_builder
from pytest_azfunc.host.bindings.builder_arguments import INT32, check_numbers, check_texts, utc
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.given_values import content_of, properties_of
from pytest_azfunc.host.bindings.json_body import overlay
from pytest_azfunc.host.bindings.message_content import numbered, string_or_bytes, typed_many
from pytest_azfunc.host.bindings.net_values import (
    as_json,
    longs,
    milliseconds,
    naive_time,
    net_time,
    new_guid,
    strings,
    texts,
)
from pytest_azfunc.host.bindings.output_bodies import array_items
from pytest_azfunc.host.bindings.payload import Delivery, Many, Occasion, Payload
from pytest_azfunc.rpc import TypedData

# What a queue or subscription gives a message to live, unless it says otherwise.
_TIME_TO_LIVE = timedelta(days=14)
_NEVER = "9999-12-31T23:59:59.9999999+00:00"


@dataclass(frozen=True)
class ServiceBusPayload(Payload):
    """One message of Service Bus; see :func:`service_bus`."""

    builder: ClassVar[str] = "service_bus"
    makes: ClassVar[str] = "a serviceBusTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("servicebustrigger",))

    body: str | bytes
    message_id: str | None = None
    content_type: str | None = None
    correlation_id: str | None = None
    session_id: str | None = None
    subject: str | None = None
    reply_to: str | None = None
    reply_to_session_id: str | None = None
    to: str | None = None
    partition_key: str | None = None
    transaction_partition_key: str | None = None
    delivery_count: int = 1
    sequence_number: int | None = None
    enqueued_time: datetime | None = None
    expires_at: datetime | None = None
    application_properties: Mapping[str, Any] = field(default_factory=dict)
    lock_token: str | None = None
    dead_letter_source: str | None = None

    def deliver(self, occasion: Occasion) -> Delivery:
        if occasion.trigger.cardinality == "many":
            return self.deliver_many((self,), occasion)
        value = string_or_bytes(self.body, occasion.trigger, self.builder)
        enqueued = self.enqueued_time or milliseconds(occasion.at)
        expires = self._expires(enqueued)
        properties = as_json(self.application_properties)
        metadata = {
            **_ACTIONS,
            "DeliveryCount": TypedData("json", str(self.delivery_count)),
            **texts({"DeadLetterSource": self.dead_letter_source, "LockToken": self.lock_token or new_guid()}),
            "ExpiresAtUtc": as_json(expires[:-6]),
            "ExpiresAt": as_json(expires),
            "EnqueuedTimeUtc": as_json(naive_time(enqueued)),
            "EnqueuedTime": as_json(net_time(enqueued)),
            **texts({"MessageId": self._message_id(), "ContentType": self.content_type, "ReplyTo": self.reply_to}),
            "SequenceNumber": TypedData("json", str(1 if self.sequence_number is None else self.sequence_number)),
            **texts(
                {
                    "To": self.to,
                    "Subject": self.subject,
                    "Label": self.subject,
                    "CorrelationId": self.correlation_id,
                }
            ),
            "ApplicationProperties": properties,
            "UserProperties": properties,
            **texts(
                {
                    "SessionId": self.session_id,
                    "ReplyToSessionId": self.reply_to_session_id,
                    "PartitionKey": self.partition_key,
                    "TransactionPartitionKey": self.transaction_partition_key,
                }
            ),
        }
        if value.kind == "string":
            overlay(metadata, value.value)
        return Delivery(value, metadata)

    @classmethod
    def deliver_many(cls, payloads: Sequence[ServiceBusPayload], occasion: Occasion) -> Delivery:
        """One batch of messages, as a trigger with cardinality many gets them."""
        value = typed_many([payload.body for payload in payloads], occasion, cls.builder)
        now = milliseconds(occasion.at)
        enqueued = [payload.enqueued_time or now for payload in payloads]
        expires = [payload._expires(moment) for payload, moment in zip(payloads, enqueued, strict=True)]
        subjects = strings(payload.subject for payload in payloads)
        partition_keys = strings(payload.partition_key for payload in payloads)
        properties = as_json([payload.application_properties for payload in payloads])
        metadata = {
            **_ACTIONS,
            "DeliveryCountArray": as_json([payload.delivery_count for payload in payloads]),
            "DeadLetterSourceArray": strings(payload.dead_letter_source for payload in payloads),
            "LockTokenArray": strings(payload.lock_token or new_guid() for payload in payloads),
            "ExpiresAtUtcArray": as_json([moment[:-6] for moment in expires]),
            "ExpiresAtArray": as_json(expires),
            "EnqueuedTimeUtcArray": as_json([naive_time(moment) for moment in enqueued]),
            "EnqueuedTimeArray": as_json([net_time(moment) for moment in enqueued]),
            "MessageIdArray": strings(payload._message_id() for payload in payloads),
            "ContentTypeArray": strings(payload.content_type for payload in payloads),
            "ReplyToArray": strings(payload.reply_to for payload in payloads),
            "SequenceNumberArray": longs(numbered((payload.sequence_number for payload in payloads), first=1)),
            "ToArray": strings(payload.to for payload in payloads),
            "SubjectArray": subjects,
            "LabelArray": subjects,
            "CorrelationIdArray": strings(payload.correlation_id for payload in payloads),
            "ApplicationPropertiesArray": properties,
            "UserPropertiesArray": properties,
            "SessionIdArray": strings(payload.session_id for payload in payloads),
            "ReplyToSessionIdArray": strings(payload.reply_to_session_id for payload in payloads),
            "PartitionKeyArray": partition_keys,
            "TransactionPartitionKeyArray": partition_keys,  # the extension fills in the wrong ones
        }
        return Delivery(value, metadata)

    def _message_id(self) -> str:
        return new_guid() if self.message_id is None else self.message_id

    def _expires(self, enqueued: datetime) -> str:
        if self.expires_at is not None:
            return net_time(self.expires_at)
        try:
            return net_time(enqueued + _TIME_TO_LIVE)
        except OverflowError:
            return _NEVER


# What a .NET function could settle the message with; to any other language these objects mean nothing.
_ACTIONS = {
    **dict.fromkeys(
        ("MessageReceiver", "MessageSession", "MessageActions", "SessionActions", "ReceiveActions"), as_json({})
    ),
    "Client": as_json(
        {
            "FullyQualifiedNamespace": "azfunc.servicebus.windows.net",
            "IsClosed": False,
            "TransportType": 0,
            "Identifier": "azfunc.servicebus.windows.net-b3a0f6c2-5d1e-4f7a-9c48-2e6d10b7a935",
        }
    ),
}


@payload_builder
def service_bus(
    body: Any = "",
    *,
    message_id: str | None = None,
    content_type: str | None = None,
    correlation_id: str | None = None,
    session_id: str | None = None,
    subject: str | None = None,
    reply_to: str | None = None,
    reply_to_session_id: str | None = None,
    to: str | None = None,
    partition_key: str | None = None,
    transaction_partition_key: str | None = None,
    delivery_count: int = 1,
    sequence_number: int | None = None,
    enqueued_time: datetime | str | None = None,
    expires_at: datetime | str | None = None,
    application_properties: Mapping[str, Any] | None = None,
    lock_token: str | None = None,
    dead_letter_source: str | None = None,
) -> ServiceBusPayload:
    """A message of a Service Bus queue or topic subscription, for a function with a ``serviceBusTrigger``.

    :param body: ``str`` is the text of the message, ``bytes`` its raw content; everything else is sent as JSON.
    :param message_id: the sender's id of the message; a new GUID when None.
    :param content_type: the sender's word on the body, such as ``"application/json"``.
    :param correlation_id: the sender's id to match it with others.
    :param session_id: the session it belongs to.
    :param subject: what it is about; the function finds it as ``msg.subject`` and ``msg.label``.
    :param reply_to: where an answer is to be sent.
    :param reply_to_session_id: the session of the answer.
    :param to: the address it was sent to.
    :param partition_key: the key of its partition.
    :param transaction_partition_key: the key of its transfer partition. With cardinality many the extension sends
        the partition keys in its place.
    :param delivery_count: how often it was delivered, this time included; from 1.
    :param sequence_number: its number in the queue; 1 when None, in a batch the one after the message before.
    :param enqueued_time: when it reached the queue (with a time zone; or ISO text); the host's time when None. The
        function sees a datetime *without* a time zone, in UTC; likewise the next one.
    :param expires_at: when it expires; two weeks after it reached the queue when None.
    :param application_properties: the sender's own properties; the function finds them as
        ``msg.application_properties`` and ``msg.user_properties``. Those of a message from a dead-letter queue hold
        ``DeadLetterReason`` and ``DeadLetterErrorDescription``.
    :param lock_token: the token of its lock; a new GUID when None.
    :param dead_letter_source: the queue it was dead-lettered from.
    :raises BindingError: an argument that no message can have.

    There is no argument for what the host never sends, and what is therefore always None in a function:
    ``time_to_live``, ``locked_until``, ``state``, ``scheduled_enqueue_time_utc``, ``enqueued_sequence_number``,
    ``dead_letter_reason``, ``dead_letter_error_description``.

    As in Azure, with cardinality one the properties of a JSON object in *body* are laid over the metadata: with
    ``{"subject": 7}`` the function sees ``msg.subject == "7"``. With cardinality many, texts that are None or empty
    get lost, so that those of later messages move to earlier ones.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-trigger)
    """
    check_texts(
        "service_bus",
        message_id=message_id,
        content_type=content_type,
        correlation_id=correlation_id,
        session_id=session_id,
        subject=subject,
        reply_to=reply_to,
        reply_to_session_id=reply_to_session_id,
        to=to,
        partition_key=partition_key,
        transaction_partition_key=transaction_partition_key,
        lock_token=lock_token,
        dead_letter_source=dead_letter_source,
    )
    check_numbers("service_bus", INT32, delivery_count=delivery_count)
    check_numbers("service_bus", sequence_number=1 if sequence_number is None else sequence_number)
    return ServiceBusPayload(
        content_of(body, "service_bus"),
        message_id,
        content_type,
        correlation_id,
        session_id,
        subject,
        reply_to,
        reply_to_session_id,
        to,
        partition_key,
        transaction_partition_key,
        delivery_count,
        sequence_number,
        utc("service_bus", "enqueued_time", enqueued_time),
        utc("service_bus", "expires_at", expires_at),
        properties_of("service_bus", "application_properties", application_properties),
        lock_token,
        dead_letter_source,
    )


_ENTITY = ("queueName", "topicName/subscriptionName")

TYPES = (
    BindingType(
        "serviceBusTrigger",
        builder="service_bus",
        payload=by_builder(service_bus),
        many=Many(service_bus, ServiceBusPayload),
        address=_ENTITY,
        dictionaries={"applicationproperties": False, "userproperties": False},
        store="service_bus",
    ),
    BindingType("serviceBus", fan_out=array_items, address=_ENTITY, store="service_bus"),
)
