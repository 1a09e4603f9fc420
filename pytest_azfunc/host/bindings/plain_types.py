"""Binding types with no more to know than where they read and write: payloads for them are built with ``generic``."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pytest_azfunc.host.bindings.binding_type import BindingType

# Which properties are an address with the extensions that we know; the first that is there counts.
ANY_ADDRESS: Final = (
    "queueName",
    "topicName/subscriptionName",
    "path",
    "eventHubName",
    "topic",
    "tableName",
    "containerName",
    "collectionName",
    "commandText",
    "hubName",
    "entityName",
    "activity",
)


def plain_type(name: str) -> BindingType:
    """A type of which only the name is known, such as one that the hook ``pytest_azfunc_binding_types`` names.

    Its extension may take what a function returns.
    """
    return BindingType(name, returns=True, address=ANY_ADDRESS)


_RABBIT_MQ = BindingType("rabbitMQ", address=("queueName",))

TYPES = (
    _RABBIT_MQ,
    replace(_RABBIT_MQ, name="rabbitMQTrigger"),
    BindingType("kusto", address=("tableName",), expressions=("database", "kqlCommand", "kqlParameters")),
    BindingType("redisPubSubTrigger", expressions=("channel",)),
    BindingType("redisListTrigger", expressions=("key",)),
    BindingType("redisStreamTrigger", expressions=("key",)),
    BindingType("redis", expressions=("command",)),
    BindingType("webPubSubTrigger", expressions=("hub",), returns=True),
    BindingType("webPubSub", expressions=("hub",)),
    BindingType("webPubSubConnection", expressions=("hub", "userId")),
    BindingType("webPubSubContext"),
    BindingType("sendGrid", expressions=("to", "from", "subject", "text")),
    BindingType("twilioSms", expressions=("to", "from", "body")),
)
