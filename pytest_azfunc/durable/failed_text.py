"""Status and output of an orchestration that has failed: text that knows why."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_azfunc.durable.orchestration import DurableFailure
    from pytest_azfunc.host.invocation import Invocation


class FailedText(str):
    """Such a text. A failed ``assert`` with it tells of the failure.

    :ivar failure: why the orchestration has failed.
    :ivar invocation: that of the function which has raised it, or None.
    """

    failure: DurableFailure
    invocation: Invocation | None

    @classmethod
    def of(cls, text: str, failure: DurableFailure, invocation: Invocation | None) -> FailedText:
        """The text *text*."""
        found = cls(text)
        found.failure, found.invocation = failure, invocation
        return found
