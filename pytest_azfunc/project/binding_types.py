"""The names of the binding types that the host's extensions register, service by service.

The host refuses a type that no extension registers. These are the built-in ones and those of the extension bundle
and of Microsoft's own extension packages; the hook ``pytest_azfunc_binding_types`` adds more. What the host knows of
each is in the module of ``host.bindings`` that has the service's name.
"""

from __future__ import annotations

from typing import Final

_NAMES: Final = {
    "http": "httpTrigger http",
    "timer": "timerTrigger",
    "warmup": "warmupTrigger manualTrigger",
    "queue": "queueTrigger queue",
    "blob": "blobTrigger blob",
    "table": "table",
    "event_grid": "eventGridTrigger eventGrid",
    "event_hub": "eventHubTrigger eventHub",
    "service_bus": "serviceBusTrigger serviceBus",
    "cosmos_db": "cosmosDBTrigger cosmosDB",
    "kafka": "kafkaTrigger kafka",
    "sql": "sqlTrigger sql mysqlTrigger mysql",
    "signalr": "signalRTrigger signalR signalRConnectionInfo signalRNegotiation signalREndpoints",
    "durable": "orchestrationTrigger activityTrigger entityTrigger durableClient orchestrationClient",
    "dapr": """
        daprServiceInvocationTrigger daprBindingTrigger daprTopicTrigger
        daprState daprSecret daprInvoke daprPublish daprBinding
    """,
    "openai": """
        assistantSkillTrigger textCompletion assistantCreate assistantQuery assistantPost
        embeddings embeddingsStore semanticSearch
    """,
    "mcp": "mcpToolTrigger mcpResourceTrigger mcpPromptTrigger",
    "connector": "connectorTrigger",
    "plain_types": """
        rabbitMQTrigger rabbitMQ kusto redisPubSubTrigger redisListTrigger redisStreamTrigger redis
        webPubSubTrigger webPubSub webPubSubConnection webPubSubContext sendGrid twilioSms
    """,
}

KNOWN: Final[dict[str, str]] = {name.lower(): name for names in _NAMES.values() for name in names.split()}
"""The types: in lower case -> as they are usually spelled."""

OUTPUT_ONLY: Final = frozenset(
    (
        "queue",
        "eventgrid",
        "eventhub",
        "servicebus",
        "kafka",
        "rabbitmq",
        "signalr",
        "webpubsub",
        "sendgrid",
        "twiliosms",
    )
)
"""Types, in lower case, whose extension binds an output and nothing else (``IAsyncCollector``)."""

SERVICES: Final[dict[str, str]] = {name.lower(): service for service, names in _NAMES.items() for name in names.split()}
"""The types: in lower case -> the service that they belong to."""
