"""The binding types that the host's extensions register, in lower case.

The host refuses a type that no extension registers. These are the built-in ones and those of the extension bundle
and of Microsoft's own extension packages; the hook ``pytest_azfunc_binding_types`` adds more.
"""

from __future__ import annotations

from typing import Final

_NAMES = """
    httpTrigger http timerTrigger warmupTrigger manualTrigger
    queueTrigger queue blobTrigger blob table
    eventGridTrigger eventGrid eventHubTrigger eventHub serviceBusTrigger serviceBus
    cosmosDBTrigger cosmosDB kafkaTrigger kafka rabbitMQTrigger rabbitMQ
    sqlTrigger sql mysqlTrigger mysql kusto
    redisPubSubTrigger redisListTrigger redisStreamTrigger redis
    signalRTrigger signalR signalRConnectionInfo signalRNegotiation signalREndpoints
    webPubSubTrigger webPubSub webPubSubConnection webPubSubContext
    sendGrid twilioSms
    orchestrationTrigger activityTrigger entityTrigger durableClient orchestrationClient
    daprServiceInvocationTrigger daprBindingTrigger daprTopicTrigger
    daprState daprSecret daprInvoke daprPublish daprBinding
    assistantSkillTrigger textCompletion assistantCreate assistantQuery assistantPost
    embeddings embeddingsStore semanticSearch
    mcpToolTrigger mcpResourceTrigger mcpPromptTrigger connectorTrigger
"""

KNOWN: Final[dict[str, str]] = {name.lower(): name for name in _NAMES.split()}
