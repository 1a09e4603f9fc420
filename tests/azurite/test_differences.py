"""Where the stores in memory answer otherwise than Azurite does: each by name, and docs/stores.md has the same names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.azurite.account import Account
from tests.azurite.answers import CHANGED, MISSING, REFUSED, ours, theirs
from tests.azurite.test_blobs import SNAPSHOT, OurBlobs, TheirBlobs
from tests.azurite.test_queues import OurQueue, TheirQueue
from tests.azurite.test_tables import OurTable, TheirTable

DOCUMENTED = Path(__file__).parents[2].joinpath("docs/stores.md").read_text(encoding="utf-8")
ENTITY = {"PartitionKey": "p", "RowKey": "r"}
FIVE = {**ENTITY, "n": 5}

PLACES: dict[str, tuple[Callable[[], Any], Callable[[Account], Any]]] = {
    "queue": (OurQueue, TheirQueue),
    "queue without base64": (lambda: OurQueue("none"), lambda account: TheirQueue(account, "none")),
    "no queue": (OurQueue, lambda account: TheirQueue(account, is_made=False)),
    "container": (OurBlobs, TheirBlobs),
    "no container": (OurBlobs, lambda account: TheirBlobs(account, is_made=False)),
    "table": (OurTable, TheirTable),
    "no table": (OurTable, lambda account: TheirTable(account, is_made=False)),
}


class Difference(NamedTuple):
    """One difference.

    :ivar name: what it is called in the documentation.
    :ivar place: where the steps are done.
    :ivar steps: the name of a method, and its arguments; the last has the answer.
    :ivar ours: what the memory answers.
    :ivar theirs: what Azurite answers.
    """

    name: str
    place: str
    steps: list[tuple[Any, ...]]
    ours: Any
    theirs: Any


DIFFERENCES = [
    Difference("Looking at what is not there", "no queue", [("peek",)], [], MISSING),
    Difference("Looking at what is not there", "no container", [("names",)], [], MISSING),
    Difference("Looking at what is not there", "no table", [("entities",)], [], MISSING),
    Difference("Writing to what is not there", "no queue", [("put", b"x")], None, MISSING),
    Difference("Writing to what is not there", "no container", [("write", "a", b"", {})], None, MISSING),
    Difference("Writing to what is not there", "no table", [("upsert", ENTITY)], None, MISSING),
    Difference("Hidden messages", "queue", [("put", b"a", True), ("put", b"b"), ("seen",)], [b"a", b"b"], [b"b"]),
    Difference("Control characters without base64", "queue without base64", [("put", "a\x01b"), ("receive",)], REFUSED, "status 500"),
    Difference('The etag "*"', "container", [("write_where", "a", b"", "*")], CHANGED, None),
    Difference("Metadata that is not ASCII", "container", [("write", "a", b"", {"kind": "ä"})], REFUSED, None),
    Difference("More than 8 KB of metadata", "container", [("write", "a", b"", {"kind": "x" * 8192})], REFUSED, None),
    Difference("Names of blobs", "container", [("make", "a/")], REFUSED, None),
    Difference("Names of blobs", "container", [("make", "a\\b")], REFUSED, None),
    Difference("Names of blobs", "container", [("make", "x" * 1025)], REFUSED, None),
    Difference("Snapshots", "container", [("make", "a"), ("snapshot", "a")], REFUSED, SNAPSHOT),
    Difference("Names of properties", "table", [("upsert", {**ENTITY, "a-b": 1})], REFUSED, None),
    Difference("Names of properties", "table", [("upsert", {**ENTITY, "x" * 256: 1})], REFUSED, None),
    Difference("More than 252 properties", "table", [("upsert", {**ENTITY, **{f"p{n}": 1 for n in range(253)}})], REFUSED, None),
    Difference("More than 1 MB", "table", [("upsert", {**ENTITY, **{f"p{n}": "x" * 32_000 for n in range(17)}})], REFUSED, None),
    Difference("A slash in a key", "table", [("upsert", {**ENTITY, "RowKey": "a/b"})], REFUSED, "status 500"),
    Difference("Whole numbers of 64 bits", "table", [("upsert", {**ENTITY, "n": 2**40})], None, REFUSED),
    Difference("Moments without a time zone", "table", [("upsert", {**ENTITY, "at": datetime(2026, 3, 1)})], REFUSED, None),
    Difference("Moments before 1601", "table", [("upsert", {**ENTITY, "at": datetime(1600, 1, 1, tzinfo=timezone.utc)})], REFUSED, None),
    Difference("Deleting what is not there", "table", [("delete_what_is_there", "p", "r")], MISSING, None),
    Difference("Text without its end in a filter", "table", [("query", "a eq 'x")], REFUSED, []),
    Difference("Values of different types in a filter", "table", [("upsert", FIVE), ("query", "n gt '1'")], [], [FIVE]),
]  # fmt: skip


def last_answer(ask: Callable[[Callable[[], Any]], Any], place: Any, steps: list[tuple[Any, ...]]) -> Any:
    answers = [ask(lambda: getattr(place, name)(*arguments)) for name, *arguments in steps]  # noqa: B023 - called at once
    return next((answer for answer in answers if isinstance(answer, str)), answers[-1])


@pytest.mark.parametrize("difference", DIFFERENCES, ids=[f"{found.name} ({found.place})" for found in DIFFERENCES])
def test_what_differs(account: Account, difference: Difference) -> None:
    mine, other = PLACES[difference.place]
    assert last_answer(ours, mine(), difference.steps) == difference.ours
    assert last_answer(theirs, other(account), difference.steps) == difference.theirs


def test_they_are_documented() -> None:
    table = DOCUMENTED.partition("## Held against Azurite")[2].partition("\n## ")[0]
    named = {line.split(" | ")[0].removeprefix("| ") for line in table.splitlines() if line.startswith("| ")}
    assert named - {"What"} == {difference.name for difference in DIFFERENCES}


def test_a_receipt_is_good_for_one_delivery(account: Account) -> None:
    """Of receipts the memory knows nothing: only the host takes messages from it."""
    queue = TheirQueue(account)
    queue.put(b"x")
    queue.receive()
    first = queue.held[0]
    queue.queue.update_message(first, visibility_timeout=0)
    assert theirs(lambda: queue.queue.delete_message(first)) == REFUSED
