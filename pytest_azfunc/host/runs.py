"""The invocations that one call of ``drain()`` or ``advance()`` returns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pytest_azfunc.errors import BindingError, shown
from pytest_azfunc.host.invocation import Invocation

__tracebackhide__ = True

MOST_WHOLE_RUNS = 10_000
"""Of more runs than these only the latest are kept whole: a hundred thousand messages must not fill the memory."""

_LET_GO = frozenset(("request", "response", "resolved", "caused_by", "_view"))


class Runs(list[Invocation]):
    """Invocations in the order in which they ran. Of those before the latest 10,000 only the outline is kept."""

    __slots__ = ()

    def append(self, invocation: Invocation) -> None:
        """Add the latest."""
        super().append(invocation)
        before = len(self) - 1 - MOST_WHOLE_RUNS
        if before >= 0:
            self[before] = OutlinedInvocation(self[before])


class OutlinedInvocation(Invocation):
    """What is left of an invocation of which the payload, the outputs and the logs were let go."""

    __slots__ = ("_duration", "_exception", "_function", "_started_at")

    _duration: float
    _exception: BaseException | None
    _function: str
    _started_at: datetime

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __init__(self, whole: Invocation) -> None:
        set_once = object.__setattr__  # as of any frozen dataclass
        set_once(self, "_function", whole.function)
        set_once(self, "_started_at", whole.started_at)
        set_once(self, "_duration", whole.duration)
        set_once(self, "_exception", whole.exception)

    @property
    def function(self) -> str:
        """The function's name."""
        return self._function

    @property
    def started_at(self) -> datetime:
        """When it began, by the host's clock, in UTC."""
        return self._started_at

    @property
    def duration(self) -> float:
        """Seconds from request to response."""
        return self._duration

    @property
    def exception(self) -> BaseException | None:
        """What the function raised, or None."""
        return self._exception

    def __getattr__(self, name: str) -> Any:
        if name in _LET_GO:
            raise BindingError("invocation-let-go", function=self._function, limit=f"{MOST_WHOLE_RUNS:,}")
        raise AttributeError(name)

    def __repr__(self) -> str:
        ended = "ok" if self.ok else shown(self.exception)
        return f"<Invocation {self.function}: {ended}, payload, outputs and logs let go>"
