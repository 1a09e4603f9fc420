"""Event Hubs, Kafka, and the change feed of Cosmos DB: what is read in its order, and stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_azfunc import Host
from tests.app.delivery_rules.queues import LOADING, RETRIES
from tests.app.delivery_rules.rule import ALWAYS, F, Rule, Step, advance, drain, fixed, restart, start, stop

PROCESSOR = (
    "Azure/azure-sdk-for-net@07b5f75 "
    "sdk/eventhub/Microsoft.Azure.WebJobs.Extensions.EventHubs/src/Listeners/EventHubListener.PartitionProcessor.cs"
)
_KAFKA = "src/Microsoft.Azure.WebJobs.Extensions.Kafka"
KAFKA_ONE = f"Azure/azure-functions-kafka-extension@0021f34 {_KAFKA}/Trigger/SingleItemFunctionExecutor.cs"
KAFKA_MANY = f"Azure/azure-functions-kafka-extension@0021f34 {_KAFKA}/Trigger/MultipleItemFunctionExecutor.cs"
KAFKA_BATCHES = f"Azure/azure-functions-kafka-extension@00a922d {_KAFKA}/Listeners/KafkaListener.cs"
KAFKA_PASSES_OVER = f"Azure/azure-functions-kafka-extension@ed2ce3b {_KAFKA}/Trigger/SingleItemFunctionExecutor.cs"
KAFKA_IN_PLACE = "https://github.com/Azure/azure-functions-kafka-extension/pull/615"
FEED = "Azure/azure-webjobs-sdk-extensions@12c2d5c src/WebJobs.Extensions.CosmosDB/Trigger/CosmosDBTriggerListener.cs"
LATEST = "https://learn.microsoft.com/azure/cosmos-db/nosql/change-feed-modes"


def hub(cardinality: str = "one") -> dict[str, Any]:
    return {
        "type": "eventHubTrigger",
        "eventHubName": "h",
        "connection": "Hub",
        "cardinality": cardinality,
        "dataType": "binary",
    }


def topic(cardinality: str = "one") -> dict[str, Any]:
    return {
        "type": "kafkaTrigger",
        "topic": "t",
        "brokerList": "Broker",
        "cardinality": cardinality,
        "dataType": "binary",
    }


def container(**properties: Any) -> dict[str, Any]:
    return {
        "type": "cosmosDBTrigger",
        "databaseName": "db",
        "containerName": "c",
        "connection": "Cosmos",
        **properties,
    }


def send(*bodies: str, partition: str = "0") -> Step:
    return lambda host: host.event_hub("h").send(list(bodies), partition_id=partition)


def produce(*values: str, partition: int = 0) -> Step:
    return lambda host: host.kafka("t").send(list(values), partition=partition)


def upsert(*ids: str) -> Step:
    def step(host: Host) -> None:
        for id in ids:
            host.cosmos("db/c").upsert({"id": id})

    return step


EVENT_HUBS: Sequence[Rule] = [
    Rule(
        "event hubs: one event after the other; a failure is passed over",
        {"F": F(hub(), fails="a")},
        [send("a", "b", "c"), drain, drain],
        ["0:00:00 F - a", "0:00:00 F - b", "0:00:00 F - c"],
        PROCESSOR,
    ),
    Rule(
        "event hubs: with a retry policy those behind it wait",
        {"F": F(hub(), fails=2, retry=fixed(3))},
        [send("a", "b"), drain, advance(minutes=1)],
        ["0:00:00 F - a", "0:00:10 F - a retry 1", "0:00:20 F - a retry 2", "0:00:20 F - b"],
        RETRIES,
    ),
    Rule(
        "event hubs: once the policy is exhausted it is passed over",
        {"F": F(hub(), fails="a", retry=fixed(1))},
        [send("a", "b"), drain, advance(minutes=1)],
        ["0:00:00 F - a", "0:00:10 F - a retry 1", "0:00:10 F - b"],
        PROCESSOR,
    ),
    Rule(
        "event hubs: a batch has at most maxEventBatchSize events",
        {"F": F(hub("many"))},
        [send("a", "b", "c"), drain],
        ["0:00:00 F - a,b", "0:00:00 F - c"],
        PROCESSOR,
        extensions={"eventHubs": {"maxEventBatchSize": 2}},
    ),
    Rule(
        "event hubs: a batch that fails is passed over as a whole",
        {"F": F(hub("many"), fails="b")},
        [send("a", "b"), drain, send("c"), drain],
        ["0:00:00 F - a,b", "0:00:00 F - c"],
        PROCESSOR,
    ),
    Rule(
        "event hubs: a batch is tried again as a whole by a retry policy",
        {"F": F(hub("many"), fails=1, retry=fixed(1))},
        [send("a", "b"), drain, advance(minutes=1)],
        ["0:00:00 F - a,b", "0:00:10 F - a,b retry 1"],
        RETRIES,
    ),
    Rule(
        "event hubs: a batch is of one partition",
        {"F": F(hub("many"))},
        [send("a"), send("x", partition="1"), send("b"), drain],
        ["0:00:00 F - a,b", "0:00:00 F - x"],
        PROCESSOR,
    ),
    Rule(
        "event hubs: partitions do not wait for each other",
        {"F": F(hub(), fails="a", retry=fixed(1))},
        [send("a", "b"), send("x", "y", partition="1"), drain, advance(minutes=1)],
        ["0:00:00 F - x", "0:00:00 F - y", "0:00:00 F - a", "0:00:10 F - a retry 1", "0:00:10 F - b"],
        PROCESSOR,
    ),
    Rule(
        "event hubs: each function reads all of it",
        {"F": F(hub(), fails="a"), "G": F(hub("many"))},
        [send("a", "b"), drain],
        ["0:00:00 F - a", "0:00:00 G - a,b", "0:00:00 F - b"],
        PROCESSOR,
    ),
    Rule(
        "event hubs: a host that stops sets no checkpoint, and the event comes again",
        {"F": F(hub(), fails=ALWAYS, retry=fixed(1))},
        [send("a", "b"), drain, stop, start, drain, stop, start, drain, advance(minutes=1)],
        [
            "0:00:00 F - a",
            "0:00:00 F - a",
            "0:00:00 F - a",
            "0:00:10 F - a retry 1",
            "0:00:10 F - b",
            "0:00:20 F - b retry 1",
        ],
        PROCESSOR,
    ),
    Rule(
        "event hubs: after a restart it reads on from the checkpoint",
        {"F": F(hub())},
        [send("a"), drain, send("b"), restart, drain],
        ["0:00:00 F - a", "0:00:00 F - b"],
        PROCESSOR,
    ),
    Rule(
        "event hubs: a function that would not load fails with each event, and goes on",
        {"F": F(hub(), script="import nowhere_to_be_found")},
        [send("a", "b"), drain, drain],
        ["0:00:00 F (ModuleNotFoundError)"] * 2,
        LOADING,
    ),
]

KAFKA: Sequence[Rule] = [
    Rule(
        "kafka: one event after the other; a failure is passed over",
        {"F": F(topic(), fails="a")},
        [produce("a", "b"), drain, drain],
        ["0:00:00 F - a", "0:00:00 F - b"],
        KAFKA_PASSES_OVER,
    ),
    Rule(
        "kafka: with a retry policy those of its partition wait, others do not",
        {"F": F(topic(), fails="a", retry=fixed(1))},
        [produce("a", "b"), produce("x", partition=1), drain, advance(minutes=1)],
        ["0:00:00 F - x", "0:00:00 F - a", "0:00:10 F - a retry 1", "0:00:10 F - b"],
        KAFKA_ONE,
    ),
    Rule(
        "kafka: a batch has at most maxBatchSize events, of any partition",
        {"F": F(topic("many"))},
        [produce("a"), produce("x", partition=1), produce("b"), drain],
        ["0:00:00 F - a,x", "0:00:00 F - b"],
        KAFKA_BATCHES,
        extensions={"kafka": {"maxBatchSize": 2}},
    ),
    Rule(
        "kafka: a batch that fails is passed over as a whole",
        {"F": F(topic("many"), fails="b")},
        [produce("a", "b"), drain, produce("c"), drain],
        ["0:00:00 F - a,b", "0:00:00 F - c"],
        KAFKA_IN_PLACE,
    ),
    Rule(
        "kafka: without commitOnFailure it is tried again in its place, up to maxRetries times",
        {"F": F(topic(), fails="a")},
        [produce("a", "b"), drain],
        ["0:00:00 F - a", "0:00:00 F - a", "0:00:00 F - a", "0:00:00 F - b"],
        KAFKA_IN_PLACE,
        extensions={"kafka": {"commitOnFailure": False, "maxRetries": 2}},
    ),
    Rule(
        "kafka: these are five, where host.json does not say",
        {"F": F(topic("many"), fails="a")},
        [produce("a", "b"), drain],
        ["0:00:00 F - a,b"] * 6,
        KAFKA_IN_PLACE,
        extensions={"kafka": {"commitOnFailure": False}},
    ),
    Rule(
        "kafka: a host that stops commits nothing, and the event comes again",
        {"F": F(topic(), fails=1, retry=fixed(1))},
        [produce("a"), drain, stop, start, drain],
        ["0:00:00 F - a", "0:00:00 F - a"],
        KAFKA_MANY,
    ),
]

COSMOS: Sequence[Rule] = [
    Rule(
        "cosmos db: changes that came together are one batch; a failure is passed over",
        {"F": F(container(), fails="a")},
        [upsert("a", "b"), drain, upsert("c"), drain],
        ["0:00:00 F - a,b", "0:00:00 F - c"],
        FEED,
    ),
    Rule(
        "cosmos db: a batch has at most maxItemsPerInvocation documents",
        {"F": F(container(maxItemsPerInvocation=2))},
        [upsert("a", "b", "c"), drain],
        ["0:00:00 F - a,b", "0:00:00 F - c"],
        FEED,
    ),
    Rule(
        "cosmos db: with a retry policy the lease stays where it is, and later changes wait",
        {"F": F(container(), fails=1, retry=fixed(2))},
        [upsert("a"), drain, upsert("b"), drain, advance(minutes=1)],
        ["0:00:00 F - a", "0:00:10 F - a retry 1", "0:00:10 F - b"],
        RETRIES,
    ),
    Rule(
        "cosmos db: once the policy is exhausted the lease moves on",
        {"F": F(container(), fails="a", retry=fixed(1))},
        [upsert("a"), drain, upsert("b"), advance(minutes=1)],
        ["0:00:00 F - a", "0:00:10 F - a retry 1", "0:00:10 F - b"],
        FEED,
    ),
    Rule(
        "cosmos db: a document that changed twice is told once, where it changed last",
        {"F": F(container())},
        [upsert("a", "b", "a"), drain],
        ["0:00:00 F - b,a"],
        LATEST,
    ),
    Rule(
        "cosmos db: each function has its own lease",
        {"F": F(container(), fails="a", retry=fixed(1)), "G": F(container())},
        [upsert("a"), drain, upsert("b"), drain, advance(minutes=1)],
        ["0:00:00 G - a", "0:00:00 G - b", "0:00:00 F - a", "0:00:10 F - a retry 1", "0:00:10 F - b"],
        FEED,
    ),
    Rule(
        "cosmos db: a host that stops leaves the lease, and the changes come again, with later ones",
        {"F": F(container(), fails=1, retry=fixed(5))},
        [upsert("a"), drain, upsert("b"), stop, start, drain],
        ["0:00:00 F - a", "0:00:00 F - a,b"],
        FEED,
        {"due": []},
    ),
]

RULES: Sequence[Rule] = [*EVENT_HUBS, *KAFKA, *COSMOS]
