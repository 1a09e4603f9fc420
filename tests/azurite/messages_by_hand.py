"""A host in which the test itself is the function that takes messages, one at a time, and says how that has ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any, cast

from pytest_azfunc.errors import AzfuncError
from pytest_azfunc.host.agenda import Entry
from pytest_azfunc.host.bindings.queue import QueuePayload
from pytest_azfunc.host.bound_function import BoundFunction
from pytest_azfunc.host.stores.store import OF_TEST, Delivering, Outcome

LISTENER = cast(BoundFunction, SimpleNamespace(resolved=lambda name: "orders"))


class ByHand:
    """What :class:`~pytest_azfunc.host.stores.store.Site` is; its one function listens to the queue ``orders``.

    :param encoding: the ``messageEncoding`` of host.json.
    """

    def __init__(self, encoding: str = "base64") -> None:
        self._time = datetime(2026, 3, 1, tzinfo=timezone.utc)
        self._encoding = encoding
        self._waiting: list[Entry] = []
        self._held: Delivering | None = None
        self.payload: QueuePayload | None = None

    def now(self) -> datetime:
        """The time, which goes on: as in a service, no two things happen at once."""
        self._time += timedelta(milliseconds=1)
        return self._time

    def receive(self) -> Delivering | None:
        """Take the first message that is visible: what its delivery is ended with."""
        now = self.now()
        due = [entry for entry in self._waiting if entry.at <= now and not entry.is_cancelled]
        if not due:
            return None
        first = min(due, key=lambda entry: entry.at)
        self._waiting.remove(first)
        first.is_cancelled = True  # which says that it is no longer waiting
        self._held = None
        first.work()
        return self._held

    @staticmethod
    def end(held: Delivering, error: BaseException | None) -> None:
        """The function is done with the message, or has failed."""
        held.ended(Outcome(error, OF_TEST))

    # --- what the store asks for

    def address(self, name: str, what: str = "") -> str:
        return name

    def option(self, *names: str) -> Any:
        return {"messageEncoding": self._encoding}.get(names[-1])

    def wrong_option(self, names: Sequence[str], found: object, expected: str) -> AzfuncError:
        raise AssertionError(names)

    def listeners(self, trigger: str, hears: Callable[[BoundFunction], bool] | None = None) -> Sequence[BoundFunction]:
        return [LISTENER] if hears is None or hears(LISTENER) else []

    def running(self) -> None:
        return None

    def put(self, at: datetime, function: BoundFunction, reason: str, work: Any, cause: object = None) -> Entry:
        entry = Entry(at, "", reason, work, None)
        self._waiting.append(entry)
        return entry

    def cancel(self, entry: Entry) -> None:
        entry.is_cancelled = True

    def deliver(self, function: BoundFunction, delivering: Delivering) -> None:
        self._held = delivering
        self.payload = delivering.take()

    def stop(self) -> None:
        raise NotImplementedError

    def start(self) -> None:
        raise NotImplementedError
