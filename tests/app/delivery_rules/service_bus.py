"""Service Bus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_azfunc import Host
from tests.app.delivery_rules.queues import LOADING, RETRIES
from tests.app.delivery_rules.rule import ALWAYS, F, Rule, Step, advance, drain, fixed, restart, runs, start, stop

LISTENER = (
    "Azure/azure-sdk-for-net@002767d "
    "sdk/servicebus/Microsoft.Azure.WebJobs.Extensions.ServiceBus/src/Listeners/ServiceBusListener.cs"
)
DEAD_LETTERS = "https://learn.microsoft.com/azure/service-bus-messaging/service-bus-dead-letter-queues"
TOPICS = "https://learn.microsoft.com/azure/service-bus-messaging/service-bus-queues-topics-subscriptions"
EXPIRY = "https://learn.microsoft.com/azure/service-bus-messaging/message-expiration"


def queue(name: str = "q", **properties: Any) -> dict[str, Any]:
    return {"type": "serviceBusTrigger", "queueName": name, "connection": "Bus", **properties}


def subscription(name: str) -> dict[str, Any]:
    return {"type": "serviceBusTrigger", "topicName": "t", "subscriptionName": name, "connection": "Bus"}


def send(*bodies: str, to: str = "q", **properties: Any) -> Step:
    def step(host: Host) -> None:
        for body in bodies:
            host.service_bus(to).send(body, **properties)

    return step


MANY = queue(cardinality="many", dataType="string")
LETTERS = queue("q/$DeadLetterQueue")

RULES: Sequence[Rule] = [
    Rule(
        "service bus: a success completes the message",
        {"F": F(queue())},
        [send("a"), drain],
        ["0:00:00 F 1 a"],
        LISTENER,
        {"bus q": [], "dead q": []},
    ),
    Rule(
        "service bus: a failure abandons it: it comes at once, counted",
        {"F": F(queue(), fails=2)},
        [send("a"), drain],
        runs("0:00:00", "F", [1, 2, 3], "a"),
        LISTENER,
        {"bus q": [], "dead q": []},
    ),
    Rule(
        "service bus: after ten deliveries it is a dead letter",
        {"F": F(queue(), fails=ALWAYS)},
        [send("a"), drain],
        runs("0:00:00", "F", range(1, 11), "a"),
        DEAD_LETTERS,
        {"bus q": [], "dead q": ["10 a"]},
    ),
    Rule(
        "service bus: a function may read the dead letters, whose count goes on",
        {"F": F(queue(), fails=ALWAYS), "G": F(LETTERS)},
        [send("a"), drain],
        [*runs("0:00:00", "F", range(1, 11), "a"), "0:00:00 G 11 a"],
        DEAD_LETTERS,
        {"bus q": [], "dead q": []},
    ),
    Rule(
        "service bus: a dead letter is never given up",
        {"F": F(queue(), fails=ALWAYS), "G": F(LETTERS, fails=15)},
        [send("a"), drain],
        [*runs("0:00:00", "F", range(1, 11), "a"), *runs("0:00:00", "G", range(11, 27), "a")],
        DEAD_LETTERS,
        {"dead q": []},
    ),
    Rule(
        "service bus: each subscription of a topic has its copy, its count and its dead letters",
        {"F": F(subscription("one"), fails=ALWAYS), "G": F(subscription("two"), fails=1)},
        [send("a", to="t"), drain],
        ["0:00:00 F 1 a", "0:00:00 G 1 a", "0:00:00 F 2 a", "0:00:00 G 2 a", *runs("0:00:00", "F", range(3, 11), "a")],
        TOPICS,
        {"bus t/one": [], "dead t/one": ["10 a"], "bus t/two": [], "dead t/two": []},
    ),
    Rule(
        "service bus: two functions on one queue compete, in turn",
        {"F": F(queue()), "G": F(queue())},
        [send("a", "b", "c"), drain],
        ["0:00:00 F 1 a", "0:00:00 G 1 b", "0:00:00 F 1 c"],
        LISTENER,
    ),
    Rule(
        "service bus: with cardinality many all that waits comes as one batch",
        {"F": F(MANY)},
        [send("a", "b", "c"), drain],
        ["0:00:00 F 1 a,b,c"],
        LISTENER,
        {"bus q": []},
    ),
    Rule(
        "service bus: a batch has at most maxMessageBatchSize messages",
        {"F": F(MANY)},
        [send("a", "b", "c", "d", "e"), drain],
        ["0:00:00 F 1 a,b", "0:00:00 F 1 c,d", "0:00:00 F 1 e"],
        LISTENER,
        {"bus q": []},
        extensions={"serviceBus": {"maxMessageBatchSize": 2}},
    ),
    Rule(
        "service bus: a failure abandons the whole batch",
        {"F": F(MANY, fails="b")},
        [send("a", "b"), drain],
        runs("0:00:00", "F", range(1, 11), "a,b"),
        LISTENER,
        {"bus q": [], "dead q": ["10 a", "10 b"]},
    ),
    Rule(
        "service bus: an abandoned batch comes before what has waited behind it",
        {"F": F(MANY, fails=1)},
        [send("a", "b", "c"), drain],
        ["0:00:00 F 1 a,b", "0:00:00 F 2 a,b", "0:00:00 F 1 c"],
        LISTENER,
        {"bus q": []},
        extensions={"serviceBus": {"maxMessageBatchSize": 2}},
    ),
    Rule(
        "service bus: two functions that take batches compete as well",
        {"F": F(MANY, fails=ALWAYS), "G": F(MANY)},
        [send("a", "b"), drain],
        ["0:00:00 F 1 a", "0:00:00 G 1 b", "0:00:00 F 2 a", "0:00:00 G 3 a"],
        LISTENER,
        {"bus q": [], "dead q": []},
    ),
    Rule(
        "service bus: one batch after the other; what comes meanwhile waits",
        {"F": F(MANY, fails=1, retry=fixed(1))},
        [send("a"), drain, send("b", "c"), drain, advance(minutes=1)],
        ["0:00:00 F 1 a", "0:00:10 F 1 a retry 1", "0:00:10 F 1 b,c"],
        LISTENER,
        {"bus q": []},
    ),
    Rule(
        "service bus: a retry policy is carried out within one delivery",
        {"F": F(queue(), fails=3, retry=fixed(1))},
        [send("a"), drain, advance(minutes=1)],
        ["0:00:00 F 1 a", "0:00:10 F 1 a retry 1", "0:00:10 F 2 a", "0:00:20 F 2 a retry 1"],
        RETRIES,
        {"bus q": []},
    ),
    Rule(
        "service bus: a host that stops ends the wait for a retry, and abandons the message",
        {"F": F(queue(), fails=1, retry=fixed(5))},
        [send("a"), drain, stop, start, drain],
        ["0:00:00 F 1 a", "0:00:00 F 2 a"],
        LISTENER,
        {"bus q": [], "due": []},
    ),
    Rule(
        "service bus: messages and batches outlast a restart of the host",
        {"F": F(MANY, fails="bad", retry=fixed(1))},
        [send("bad"), drain, send("a"), restart, advance(minutes=2)],
        ["0:00:00 F 1 bad"]
        + [
            text
            for number in range(2, 11)
            for text in (
                f"0:{(number - 2) * 10 // 60:02}:{(number - 2) * 10 % 60:02} F {number} bad,a",
                f"0:{(number - 1) * 10 // 60:02}:{(number - 1) * 10 % 60:02} F {number} bad,a retry 1",
            )
        ]
        + ["0:01:30 F 10 a"],
        LISTENER,
        {"bus q": [], "dead q": ["10 bad"]},
    ),
    Rule(
        "service bus: a message whose time is over is not delivered",
        {"F": F(queue())},
        [stop, send("a", expires_at="2026-03-01T12:30:00Z"), advance(hours=1), start, drain],
        [],
        EXPIRY,
        {"bus q": [], "dead q": []},
    ),
    Rule(
        "service bus: a function that would not load fails each delivery",
        {"F": F(queue(), script="import nowhere_to_be_found")},
        [send("a"), drain],
        ["0:00:00 F (ModuleNotFoundError)"] * 10,
        LOADING,
        {"bus q": [], "dead q": ["10 a"]},
    ),
]
