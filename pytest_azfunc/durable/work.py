"""What the engine asks of the host that it runs on: moments on the agenda, and functions to be run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from pytest_azfunc.durable.actions import CallHttp
from pytest_azfunc.durable.orchestration import Orchestration
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.project import Function

__tracebackhide__ = True

Work = Callable[[], "Invocation | None"]
"""What is done when a moment has come; it returns the invocation, if it was one."""


class Answer(NamedTuple):
    """What an HTTP server has answered to ``context.call_http(...)``."""

    status: int
    headers: dict[str, str]
    text: str


class Surroundings(Protocol):
    """The host, as the engine sees it."""

    def now(self) -> datetime:
        """The host's time, UTC."""

    def ready(self, function: str, reason: str, work: Work) -> None:
        """Have something done at the present moment, after what is due already.

        :param function: name of the function that it is about.
        :param reason: why, in a word or two.
        """

    def later(self, at: datetime, function: str, reason: str, work: Work) -> Callable[[], None]:
        """Have something done at a later moment; what is returned takes it off the agenda again."""

    def run(self, function: Function, payload: Any, caused_by: Invocation | None) -> Invocation:
        """Run a function and wait for it; its exception is a field of the result."""

    def find(self, trigger: str, name: str) -> Function | None:
        """The function with a trigger of that type, by its registered name; case is ignored."""

    def names(self, trigger: str) -> list[str]:
        """The registered names of all functions with a trigger of that type."""

    def check(self, found: Orchestration, text: str) -> Exception | None:
        """What is not deterministic in an orchestration that has ended, if anything.

        :param text: the context of its last episode.
        """

    def send(self, request: CallHttp) -> Answer:
        """Send an HTTP request.

        :raises OSError: no answer came.
        """
