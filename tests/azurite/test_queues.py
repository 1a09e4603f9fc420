"""The store of queues beside Azurite's, operation by operation.

Time passes in Azurite by itself, so what waits is not waited for: tests/host/stores/test_queue_model.py does that, on
the host's clock. What the host does with a message is done to Azurite as the host does it, by the SDK.
"""

from __future__ import annotations

from contextlib import nullcontext, suppress
from datetime import datetime, timedelta, timezone
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc import BindingError
from pytest_azfunc.host.stores.queue_store import QueueStore
from pytest_azfunc.host.stores.store import Delivering
from tests.azurite.account import Account, new_name
from tests.azurite.answers import FEW, MISSING, REFUSED, compare, ours, theirs
from tests.azurite.messages_by_hand import ByHand

HIDDEN = timedelta(minutes=10)
MOST_DELIVERIES = 5

WHICH = st.integers(0, 2)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.binary(min_size=1, max_size=3), st.booleans()),
        st.tuples(st.just("peek")),
        st.tuples(st.just("receive")),
        st.tuples(st.just("receive")),  # twice as often as all else
        st.tuples(st.just("complete"), WHICH),
        st.tuples(st.just("fail"), WHICH),
        st.tuples(st.just("fail"), st.just(0)),
        st.tuples(st.just("poison")),
        st.tuples(st.just("clear")),
    ),
    max_size=30,
)


class OurQueue:
    """A queue in memory."""

    def __init__(self, encoding: str = "base64") -> None:
        self.host = ByHand(encoding)
        self.store = QueueStore(self.host)
        self.queue = self.store.queue("orders")
        self.held: list[Delivering] = []

    def put(self, body: Any, is_hidden: bool = False) -> None:
        self.queue.put(body, visible_in=HIDDEN if is_hidden else 0)

    def peek(self) -> list[tuple[bytes, int]]:
        """Those that can be fetched, in the order in which they would be; a test sees the others too."""
        visible = [message for message in self.queue.messages if message.visible_at <= self.host.now()]
        visible.sort(key=lambda message: message.visible_at)
        return [(message.body, message.dequeue_count) for message in visible]

    def seen(self) -> list[bytes]:
        return [message.body for message in self.queue.messages]

    def receive(self) -> Any:
        found = self.host.receive()
        if found is None:
            return None
        self.held.append(found)
        payload, now = self.host.payload, self.host.now()
        assert payload is not None
        assert payload.next_visible_time is not None
        assert payload.expiration_time is not None
        assert payload.insertion_time is not None
        return (
            payload.body,
            payload.dequeue_count,
            minutes(payload.next_visible_time - now),
            payload.expiration_time - payload.insertion_time,
        )

    def complete(self, which: int) -> None:
        if self.held:
            self.host.end(self.held.pop(which % len(self.held)), None)

    def fail(self, which: int) -> None:
        if self.held:
            self.host.end(self.held.pop(which % len(self.held)), ValueError())

    def poison(self) -> list[bytes]:
        return [message.body for message in self.store.queue("orders-poison").messages]

    def clear(self) -> None:
        self.queue.clear()


class TheirQueue:
    """A queue in Azurite, and its poison queue."""

    def __init__(self, account: Account, encoding: str = "base64", is_made: bool = True) -> None:
        module, name = import_module("azure.storage.queue"), new_name("q")
        policies = {
            "message_encode_policy": module.BinaryBase64EncodePolicy(),
            "message_decode_policy": module.BinaryBase64DecodePolicy(),
        }
        policies = policies if encoding == "base64" else {}
        self.queue = account.queues.get_queue_client(name, **policies)
        if is_made:
            self.queue.create_queue()
        self._poison = account.queues.get_queue_client(f"{name}-poison", **policies)
        self.held: list[Any] = []

    def put(self, body: Any, is_hidden: bool = False) -> None:
        self.queue.send_message(body, visibility_timeout=int(HIDDEN.total_seconds()) if is_hidden else None)

    def peek(self) -> list[tuple[bytes, int]]:
        return [(message.content, message.dequeue_count) for message in self.queue.peek_messages(32)]

    def seen(self) -> list[bytes]:
        return [body for body, _ in self.peek()]

    def receive(self) -> Any:
        found = self.queue.receive_message(visibility_timeout=int(HIDDEN.total_seconds()))
        if found is None:
            return None
        self.held.append(found)
        now = datetime.now(timezone.utc)
        return (
            found.content,
            found.dequeue_count,
            minutes(found.next_visible_on - now),
            found.expires_on - found.inserted_on,
        )

    def complete(self, which: int) -> None:
        if self.held:
            found = self.held.pop(which % len(self.held))
            with suppress(self._gone):  # which the host takes
                self.queue.delete_message(found)

    def fail(self, which: int) -> None:
        if not self.held:
            return
        found = self.held.pop(which % len(self.held))
        if found.dequeue_count >= MOST_DELIVERIES:
            with suppress(self._there):
                self._poison.create_queue()
            with suppress(self._gone):
                self.queue.delete_message(found)
                self._poison.send_message(found.content)
        else:
            with suppress(self._gone):
                self.queue.update_message(found, visibility_timeout=0)

    def poison(self) -> list[bytes]:
        with suppress(self._gone):
            return [message.content for message in self._poison.peek_messages(32)]
        return []

    def clear(self) -> None:
        self.queue.clear_messages()

    _gone = property(lambda self: import_module("azure.core.exceptions").ResourceNotFoundError)
    _there = property(lambda self: import_module("azure.core.exceptions").ResourceExistsError)


def minutes(span: timedelta) -> int:
    return round(span / timedelta(minutes=1))


@FEW
@given(STEPS)
def test_queues_answer_as_azurite_does(account: Account, steps: list[Any]) -> None:
    compare(OurQueue(), TheirQueue(account), steps)


def test_a_message_is_delivered_five_times(account: Account) -> None:
    deliveries = [step for _ in range(MOST_DELIVERIES) for step in (("receive",), ("fail", 0), ("peek",), ("poison",))]
    compare(OurQueue(), TheirQueue(account), [("put", b"x"), *deliveries, ("receive",)])


@FEW
@given(st.text("aä€😀<&> \"'{}", min_size=1, max_size=5))
def test_text_without_base64_arrives(account: Account, text: str) -> None:
    mine, other = OurQueue("none"), TheirQueue(account, "none")
    mine.put(text)
    other.put(text)
    body, *_ = other.receive()
    assert mine.receive()[0] == body.encode("utf-8")


@pytest.mark.parametrize("encoding", ["base64", "none"])
@pytest.mark.parametrize("size", [49_151, 49_152, 49_153, 65_535, 65_536, 65_537])
def test_as_large_as_azurite_takes_it(account: Account, encoding: str, size: int) -> None:
    mine, other = OurQueue(encoding), TheirQueue(account, encoding)
    body = "x" * size
    answer = ours(lambda: mine.put(body))
    assert answer == theirs(lambda: other.put(body.encode() if encoding == "base64" else body))
    assert (answer == REFUSED) is (size > (49_152 if encoding == "base64" else 65_536))


@pytest.mark.parametrize("seconds", [-1, 0, 1, 7 * 86_400, 7 * 86_400 + 1])
def test_as_long_hidden_as_azurite_takes_it(account: Account, seconds: int) -> None:
    mine, other = OurQueue(), TheirQueue(account)
    is_taken = 0 <= seconds <= 7 * 86_400
    assert (theirs(lambda: other.queue.send_message(b"x", visibility_timeout=seconds)) != REFUSED) is is_taken
    with nullcontext() if is_taken else pytest.raises(BindingError, match="visible_in"):
        mine.queue.put(b"x", visible_in=seconds)
    assert len(mine.queue) == is_taken


@FEW
@given(st.text(st.sampled_from("abcA-_. 1"), min_size=1, max_size=6))
def test_queues_have_names_as_azurite_has_them(account: Account, name: str) -> None:
    def create() -> None:
        client = account.queues.get_queue_client(name.lower())  # as the host asks for it
        client.create_queue()
        client.delete_queue()

    assert (ours(lambda: OurQueue().store.queue(name)) == REFUSED) == (theirs(create) == REFUSED)


def test_what_is_not_there(account: Account) -> None:
    missing = account.queues.get_queue_client(new_name("q"))
    assert {theirs(missing.peek_messages), theirs(missing.clear_messages)} == {MISSING}
