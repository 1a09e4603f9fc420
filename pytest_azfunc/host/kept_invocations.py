"""The invocations that a host remembers."""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING

from pytest_azfunc.host.invocation import Invocation

if TYPE_CHECKING:
    from pytest_azfunc.host.log_capture import LogCapture

# A host that runs for hours must not grow: of more invocations than these, only the latest are kept.
KEPT_INVOCATIONS = 100


class KeptInvocations:
    """The latest invocations of a host.

    :ivar latest: oldest first.
    """

    def __init__(self) -> None:
        self.latest: deque[Invocation] = deque(maxlen=KEPT_INVOCATIONS)

    def add(self, invocation: Invocation) -> None:
        """Remember an invocation."""
        self.latest.append(invocation)

    def keep_more(self) -> None:
        """Keep a hundred times as many from now on: one message may start hundreds of functions."""
        if self.latest.maxlen == KEPT_INVOCATIONS:
            self.latest = deque(self.latest, maxlen=KEPT_INVOCATIONS * 100)

    def keep_all(self) -> None:
        """Forget none from now on."""
        self.latest = deque(self.latest)

    @property
    def logs(self) -> LogCapture:
        """What they have logged; it follows those to come."""
        from pytest_azfunc.host.log_capture import LogCapture, RecordsOfMany

        records = RecordsOfMany(lambda: (invocation.logs for invocation in self.latest))
        return LogCapture(records, self._reaches_console)

    def _reaches_console(self, record: logging.LogRecord) -> bool:
        return any(
            record in invocation.logs.records and invocation.logs.reaches_console(record) for invocation in self.latest
        )
