"""Blobs."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_azfunc import Host
from tests.app.delivery_rules.queues import EXPRESSIONS, LOADING, RETRIES
from tests.app.delivery_rules.rule import ALWAYS, F, Rule, Step, advance, drain, fixed, restart, start, stop

_BLOBS = "sdk/storage/Microsoft.Azure.WebJobs.Extensions.Storage.Blobs/src"
RECEIPTS = f"Azure/azure-sdk-for-net@0d94308 {_BLOBS}/Listeners/BlobTriggerExecutor.cs"
EXECUTOR = f"Azure/azure-sdk-for-net@1445255 {_BLOBS}/Listeners/BlobQueueTriggerExecutor.cs"
SHARED_QUEUE = f"Azure/azure-sdk-for-net@3c704e2 {_BLOBS}/Listeners/SharedBlobQueueListenerFactory.cs"
MESSAGE = f"Azure/azure-sdk-for-net@342aee3 {_BLOBS}/Listeners/BlobTriggerMessage.cs"
OPTIONS = f"Azure/azure-sdk-for-net@3a5fc13 {_BLOBS}/Config/BlobsOptions.cs"

TRIGGER = {"type": "blobTrigger", "path": "inbox/{name}", "connection": "Storage"}


def write(content: str, path: str = "inbox/a.txt") -> Step:
    return lambda host: host.blob(path).write(content)


def delete(host: Host) -> None:
    host.blob("inbox/a.txt").delete()


RULES: Sequence[Rule] = [
    Rule(
        "blob: a version runs once",
        {"F": F(TRIGGER)},
        [write("x"), drain, drain, restart, drain],
        ["0:00:00 F - x"],
        RECEIPTS,
        {"poison-blobs": []},
    ),
    Rule(
        "blob: one that is overwritten runs again, also with the same content",
        {"F": F(TRIGGER)},
        [write("x"), drain, write("x"), drain, write("y"), drain],
        ["0:00:00 F - x", "0:00:00 F - x", "0:00:00 F - y"],
        RECEIPTS,
    ),
    Rule(
        "blob: only what is there when the function begins is delivered",
        {"F": F(TRIGGER)},
        [write("x"), write("y"), drain],
        ["0:00:00 F - y"],
        EXECUTOR,
    ),
    Rule(
        "blob: one that is gone starts nothing",
        {"F": F(TRIGGER)},
        [write("x"), delete, drain],
        [],
        EXECUTOR,
    ),
    Rule(
        "blob: five tries, then a message on webjobs-blobtrigger-poison",
        {"F": F(TRIGGER, fails=ALWAYS)},
        [write("x"), drain, drain],
        ["0:00:00 F - x"] * 5,
        MESSAGE,
        {"poison-blobs": ["Host.Functions.F inbox/a.txt"]},
    ),
    Rule(
        "blob: as many tries as it takes, up to five",
        {"F": F(TRIGGER, fails=2)},
        [write("x"), drain],
        ["0:00:00 F - x"] * 3,
        SHARED_QUEUE,
        {"poison-blobs": []},
    ),
    Rule(
        "blob: poisonBlobThreshold is the number of tries",
        {"F": F(TRIGGER, fails=ALWAYS)},
        [write("x"), drain],
        ["0:00:00 F - x"] * 2,
        OPTIONS,
        {"poison-blobs": ["Host.Functions.F inbox/a.txt"]},
        extensions={"blobs": {"poisonBlobThreshold": 2}},
    ),
    Rule(
        "blob: what host.json says of queues is nothing to it",
        {"F": F(TRIGGER, fails=ALWAYS)},
        [write("x"), drain],
        ["0:00:00 F - x"] * 5,
        SHARED_QUEUE,
        extensions={"queues": {"maxDequeueCount": 1, "visibilityTimeout": "01:00:00"}},
    ),
    Rule(
        "blob: the next version is tried after one that was given up",
        {"F": F(TRIGGER, fails=5)},
        [write("x"), drain, write("y"), drain],
        [*["0:00:00 F - x"] * 5, "0:00:00 F - y"],
        RECEIPTS,
        {"poison-blobs": ["Host.Functions.F inbox/a.txt"]},
    ),
    Rule(
        "blob: a version that was replaced is tried no more, and the new one has all its tries",
        {"F": F(TRIGGER, fails=ALWAYS, retry=fixed(1))},
        [write("x"), drain, write("y"), advance(minutes=1)],
        ["0:00:00 F - x", "0:00:10 F - x retry 1"]
        + [
            text
            for at in range(10, 60, 10)
            for text in (f"0:00:{at} F - y", f"0:{(at + 10) // 60:02}:{(at + 10) % 60:02} F - y retry 1")
        ],
        EXECUTOR,
        {"poison-blobs": ["Host.Functions.F inbox/a.txt"]},
    ),
    Rule(
        "blob: one that is deleted between two tries is tried no more",
        {"F": F(TRIGGER, fails=ALWAYS, retry=fixed(1))},
        [write("x"), drain, delete, advance(minutes=1)],
        ["0:00:00 F - x", "0:00:10 F - x retry 1"],
        EXECUTOR,
        {"poison-blobs": []},
    ),
    Rule(
        "blob: each function that its path matches gets it, and fails by itself",
        {
            "F": F(TRIGGER, fails=ALWAYS),
            "G": F({**TRIGGER, "path": "inbox"}),
            "H": F({**TRIGGER, "path": "inbox/{n}.json"}),
        },
        [write("x"), drain],
        ["0:00:00 F - x", "0:00:00 G - x", *["0:00:00 F - x"] * 4],
        RECEIPTS,
        {"poison-blobs": ["Host.Functions.F inbox/a.txt"]},
    ),
    Rule(
        "blob: a retry policy is carried out within one try",
        {"F": F(TRIGGER, fails=2, retry=fixed(2))},
        [write("x"), drain, advance(minutes=1)],
        ["0:00:00 F - x", "0:00:10 F - x retry 1", "0:00:20 F - x retry 2"],
        RETRIES,
    ),
    Rule(
        "blob: a host that stops ends the wait for a retry, and that was a try",
        {"F": F(TRIGGER, fails=ALWAYS, retry=fixed(1))},
        [write("x"), drain, stop, start, drain, stop],
        ["0:00:00 F - x", "0:00:00 F - x"],
        RETRIES,
        {"poison-blobs": ["Host.Functions.F inbox/a.txt"], "due": []},
        extensions={"blobs": {"poisonBlobThreshold": 2}},
    ),
    Rule(
        "blob: a function that would not load fails each try",
        {"F": F(TRIGGER, script="import nowhere_to_be_found")},
        [write("x"), drain],
        ["0:00:00 F (ModuleNotFoundError)"] * 5,
        LOADING,
        {"poison-blobs": ["Host.Functions.F inbox/a.txt"]},
    ),
    Rule(
        "blob: an expression that cannot be evaluated is a failure like any other",
        {
            "F": F(
                TRIGGER,
                script="def main(msg, found): pass",
                also=[{"type": "blob", "direction": "in", "name": "found", "path": "other/{missing}"}],
            )
        },
        [write("x"), drain],
        ["0:00:00 F (BindingError)"] * 5,
        EXPRESSIONS,
        {"poison-blobs": ["Host.Functions.F inbox/a.txt"]},
    ),
]
