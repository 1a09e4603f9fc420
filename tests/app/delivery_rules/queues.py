"""Storage queues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_azfunc import Host
from pytest_azfunc import queue as message
from tests.app.delivery_rules.rule import (
    ALWAYS,
    F,
    Rule,
    Step,
    advance,
    drain,
    fixed,
    restart,
    runs,
    start,
    stop,
)

_QUEUES = (
    "Azure/azure-sdk-for-net@041cac9 sdk/storage/Microsoft.Azure.WebJobs.Extensions.Storage.Common/src/Shared/Queues"
)
PROCESSOR = f"{_QUEUES}/QueueProcessor.cs"
LISTENER = f"{_QUEUES}/QueueListener.cs".replace("041cac9", "22354f3")
FACTORY = (
    "Azure/azure-sdk-for-net@f8d31c8 "
    "sdk/storage/Microsoft.Azure.WebJobs.Extensions.Storage.Queues/src/Listeners/QueueListenerFactory.cs"
)
RETRIES = "Azure/azure-webjobs-sdk@919d2d6 src/Microsoft.Azure.WebJobs.Host/Executors/FunctionExecutorExtensions.cs"
LOADING = "Azure/azure-functions-host@d91dfe1 src/WebJobs.Script.Grpc/Channel/GrpcWorkerChannel.cs"
HOST_POLICY = "Azure/azure-functions-host@89dc438 src/WebJobs.Script/Host/ScriptHost.cs"
OWN_POLICY = "Azure/azure-webjobs-sdk@f79ea0b src/Microsoft.Azure.WebJobs.Host/TypeUtility.cs"
EXPRESSIONS = "Azure/azure-webjobs-sdk@f79ea0b src/Microsoft.Azure.WebJobs.Host/Bindings/Path/BindingTemplate.cs"
DISABLING = "https://learn.microsoft.com/azure/azure-functions/disable-function"
EXPIRY = "https://learn.microsoft.com/rest/api/storageservices/put-message"

LONG = "q" * 60


def trigger(queue: str = "orders") -> dict[str, Any]:
    return {"type": "queueTrigger", "queueName": queue, "connection": "Storage"}


def put(*bodies: Any, queue: str = "orders") -> Step:
    def step(host: Host) -> None:
        for body in bodies:
            host.queue(queue).put(body)

    return step


def disabled(value: str) -> Step:
    return lambda host: host.settings.update({"AzureWebJobs.F.Disabled": value})


RULES: Sequence[Rule] = [
    Rule(
        "queue: a message whose function succeeds is deleted",
        {"F": F(trigger())},
        [put("a"), drain],
        ["0:00:00 F 1 a"],
        PROCESSOR,
        {"queue orders": [], "queue orders-poison": []},
    ),
    Rule(
        "queue: after a failure it is visible at once, and counted",
        {"F": F(trigger(), fails=2)},
        [put("a"), drain],
        runs("0:00:00", "F", [1, 2, 3], "a"),
        PROCESSOR,
        {"queue orders": []},
    ),
    Rule(
        "queue: after five failures a copy goes to the poison queue",
        {"F": F(trigger(), fails=ALWAYS)},
        [put("a"), drain],
        runs("0:00:00", "F", [1, 2, 3, 4, 5], "a"),
        PROCESSOR,
        {"queue orders": [], "queue orders-poison": ["0 a"]},
    ),
    Rule(
        "queue: a poison message is a new one, whose deliveries are counted anew",
        {"F": F(trigger(), fails=ALWAYS), "G": F(trigger("orders-poison"))},
        [put("a"), drain],
        [*runs("0:00:00", "F", [1, 2, 3, 4, 5], "a"), "0:00:00 G 1 a"],
        PROCESSOR,
        {"queue orders-poison": []},
    ),
    Rule(
        "queue: maxDequeueCount is the number of deliveries",
        {"F": F(trigger(), fails=ALWAYS)},
        [put("a"), drain],
        ["0:00:00 F 1 a"],
        PROCESSOR,
        {"queue orders": [], "queue orders-poison": ["0 a"]},
        extensions={"queues": {"maxDequeueCount": 1}},
    ),
    Rule(
        "queue: one that was fetched too often goes to the poison queue without a run",
        {"F": F(trigger())},
        [put(message("a", dequeue_count=6)), drain],
        [],
        PROCESSOR,
        {"queue orders": [], "queue orders-poison": ["0 a"]},
    ),
    Rule(
        "queue: the last delivery that is allowed is made",
        {"F": F(trigger())},
        [put(message("a", dequeue_count=5)), drain],
        ["0:00:00 F 5 a"],
        PROCESSOR,
        {"queue orders": [], "queue orders-poison": []},
    ),
    Rule(
        "queue: visibilityTimeout is the wait after a failure",
        {"F": F(trigger(), fails=2)},
        [put("a"), drain, advance(minutes=5)],
        ["0:00:00 F 1 a", "0:00:30 F 2 a", "0:01:00 F 3 a"],
        PROCESSOR,
        {"queue orders": []},
        extensions={"queues": {"visibilityTimeout": "00:00:30"}},
    ),
    Rule(
        "queue: until it is visible again others are delivered",
        {"F": F(trigger(), fails=1)},
        [put("a", "b"), drain],
        ["0:00:00 F 1 a", "0:00:00 F 1 b"],
        PROCESSOR,
        {"queue orders": ["1 a"], "due": ["0:00:30 F"]},
        extensions={"queues": {"visibilityTimeout": "00:00:30"}},
    ),
    Rule(
        "queue: without a poison queue, as its name ends in -poison, it stays invisible for ten minutes",
        {"F": F(trigger("orders-poison"), fails=ALWAYS)},
        [put("a", queue="orders-poison"), drain, advance(hours=3)],
        [f"{at} F {number} a" for number, at in enumerate(["0:00:00", "0:10:00", "0:20:00", "0:30:00", "0:40:00"], 1)],
        PROCESSOR,
        {"queue orders-poison": ["6 a"], "due": []},
        extensions={"queues": {"visibilityTimeout": "00:00:30"}},
    ),
    Rule(
        "queue: likewise where the name of a poison queue would be too long",
        {"F": F(trigger(LONG), fails=1)},
        [put("a", queue=LONG), drain, advance(hours=1)],
        ["0:00:00 F 1 a", "0:10:00 F 2 a"],
        FACTORY,
        {f"queue {LONG}": []},
    ),
    Rule(
        "queue: without base64 a message is the same to its function, and on the poison queue",
        {"F": F(trigger(), fails=ALWAYS)},
        [put("é"), drain],
        runs("0:00:00", "F", [1, 2, 3, 4, 5], "é"),
        PROCESSOR,
        {"queue orders-poison": ["0 é"]},
        extensions={"queues": {"messageEncoding": "none"}},
    ),
    Rule(
        "queue: each message of a batch is delivered, and fails, by itself",
        {"F": F(trigger(), fails="b")},
        [put("a", "b", "c"), drain],
        ["0:00:00 F 1 a", "0:00:00 F 1 b", "0:00:00 F 1 c", *runs("0:00:00", "F", [2, 3, 4, 5], "b")],
        LISTENER,
        {"queue orders": [], "queue orders-poison": ["0 b"]},
        extensions={"queues": {"batchSize": 3}},
    ),
    Rule(
        "queue: two functions on one queue compete, in turn",
        {"F": F(trigger()), "G": F(trigger())},
        [put("a", "b", "c"), drain],
        ["0:00:00 F 1 a", "0:00:00 G 1 b", "0:00:00 F 1 c"],
        LISTENER,
        {"queue orders": []},
    ),
    Rule(
        "queue: what one of them fails with may come to the other",
        {"F": F(trigger(), fails=ALWAYS), "G": F(trigger())},
        [put("a"), drain],
        ["0:00:00 F 1 a", "0:00:00 G 2 a"],
        LISTENER,
        {"queue orders": [], "queue orders-poison": []},
    ),
    Rule(
        "queue: a retry policy is carried out within one delivery",
        {"F": F(trigger(), fails=2, retry=fixed(2))},
        [put("a"), drain, advance(minutes=1)],
        ["0:00:00 F 1 a", "0:00:10 F 1 a retry 1", "0:00:20 F 1 a retry 2"],
        RETRIES,
        {"queue orders": []},
    ),
    Rule(
        "queue: a policy that is exhausted is one failed delivery",
        {"F": F(trigger(), fails=ALWAYS, retry=fixed(1))},
        [put("a"), drain, advance(minutes=1)],
        ["0:00:00 F 1 a", "0:00:10 F 1 a retry 1", "0:00:10 F 2 a", "0:00:20 F 2 a retry 1"],
        RETRIES,
        {"queue orders": [], "queue orders-poison": ["0 a"]},
        extensions={"queues": {"maxDequeueCount": 2}},
    ),
    Rule(
        "queue: the policy of host.json is that of all functions without their own",
        {"F": F(trigger(), fails=1)},
        [put("a"), drain, advance(minutes=1)],
        ["0:00:00 F 1 a", "0:00:05 F 1 a retry 1"],
        HOST_POLICY,
        {"queue orders": []},
        host_retry=fixed(1, "00:00:05"),
    ),
    Rule(
        "queue: a policy of its own takes the place of that of host.json",
        {"F": F(trigger(), fails=1, retry=fixed(0))},
        [put("a"), drain],
        ["0:00:00 F 1 a", "0:00:00 F 2 a"],
        OWN_POLICY,
        {"queue orders": []},
        host_retry=fixed(3),
    ),
    Rule(
        "queue: while a message waits for a retry others are delivered",
        {"F": F(trigger(), fails=1, retry=fixed(1))},
        [put("a", "b"), drain, advance(minutes=1)],
        ["0:00:00 F 1 b", "0:00:00 F 1 a", "0:00:10 F 1 a retry 1"],
        LISTENER,
        {"queue orders": []},
    ),
    Rule(
        "queue: a host that stops ends the wait, the failure stands, and the message comes back",
        {"F": F(trigger(), fails=1, retry=fixed(5))},
        [put("a"), drain, stop, advance(minutes=1), start, drain],
        ["0:00:00 F 1 a", "0:01:00 F 2 a"],
        RETRIES,
        {"queue orders": [], "due": []},
    ),
    Rule(
        "queue: the last delivery ends on the poison queue also when the host stops",
        {"F": F(trigger(), fails=ALWAYS, retry=fixed(5))},
        [put("a"), drain, stop],
        ["0:00:00 F 1 a"],
        LISTENER,
        {"queue orders": [], "queue orders-poison": ["0 a"], "due": []},
        extensions={"queues": {"maxDequeueCount": 1}},
    ),
    Rule(
        "queue: messages outlast a restart of the host",
        {"F": F(trigger(), fails="bad", retry=fixed(5))},
        [put("bad"), drain, put("a"), restart, drain, restart],
        ["0:00:00 F 1 bad", "0:00:00 F 1 a", "0:00:00 F 2 bad"],
        LISTENER,
        {"queue orders": [], "queue orders-poison": ["0 bad"], "due": []},
        extensions={"queues": {"maxDequeueCount": 2}},
    ),
    Rule(
        "queue: a message whose time is over is gone, wherever its deliveries stand",
        {"F": F(trigger(), fails=ALWAYS)},
        [put(message("a", expiration_time="2026-03-01T13:00:00Z")), drain, advance(hours=3)],
        ["0:00:00 F 1 a", "0:25:00 F 2 a", "0:50:00 F 3 a"],
        EXPIRY,
        {"queue orders": [], "queue orders-poison": [], "due": []},
        extensions={"queues": {"visibilityTimeout": "00:25:00"}},
    ),
    Rule(
        "queue: it is over after seven days where nobody has said",
        {"F": F(trigger(), fails=ALWAYS)},
        [put("a"), drain, advance(days=20)],
        ["0:00:00 F 1 a", "3 days, 0:00:00 F 2 a", "6 days, 0:00:00 F 3 a"],
        EXPIRY,
        {"queue orders": [], "queue orders-poison": []},
        extensions={"queues": {"visibilityTimeout": "3.00:00:00"}},
    ),
    Rule(
        "queue: an expression that cannot be evaluated is a failure like any other",
        {
            "F": F(
                trigger(),
                script="def main(msg, found): pass",
                also=[{"type": "blob", "direction": "in", "name": "found", "path": "inbox/{missing}"}],
            )
        },
        [put("a"), drain],
        ["0:00:00 F (BindingError)"] * 5,
        EXPRESSIONS,
        {"queue orders": [], "queue orders-poison": ["0 a"]},
    ),
    Rule(
        "queue: a function that would not load fails each delivery",
        {"F": F(trigger(), script="import nowhere_to_be_found")},
        [put("a"), drain],
        ["0:00:00 F (ModuleNotFoundError)"] * 5,
        LOADING,
        {"queue orders": [], "queue orders-poison": ["0 a"]},
    ),
    Rule(
        "queue: likewise one whose parameters are not those of its bindings, its retry policy included",
        {"F": F(trigger(), script="def main(other): pass", retry=fixed(1))},
        [put("a"), drain, advance(minutes=1)],
        ["0:00:00 F (FunctionLoadError)", "0:00:10 F (FunctionLoadError)"],
        LOADING,
        {"queue orders-poison": ["0 a"]},
        extensions={"queues": {"maxDequeueCount": 1}},
    ),
    Rule(
        "queue: nothing is delivered to a function that is disabled",
        {"F": F(trigger())},
        [disabled("1"), put("a"), drain, advance(days=1), disabled("0"), drain],
        ["1 day, 0:00:00 F 1 a"],
        DISABLING,
        {"queue orders": []},
    ),
    Rule(
        "queue: an output that its service refuses fails the delivery",
        {
            "F": F(
                trigger(),
                script="def main(msg, out): out.set('x' * 100_000)",
                also=[
                    {"type": "queue", "direction": "out", "name": "out", "queueName": "large", "connection": "Storage"}
                ],
            )
        },
        [put("a"), drain],
        ["0:00:00 F (StoreError)"] * 5,
        "https://learn.microsoft.com/azure/storage/queues/scalability-targets",
        {"queue large": [], "queue orders-poison": ["0 a"]},
    ),
]
