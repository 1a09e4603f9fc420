"""What the engine asks of the host that it runs on: moments on the agenda, and functions to be run."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from pytest_azfunc.durable.actions import CallHttp
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.project import Function

__tracebackhide__ = True


class Run(NamedTuple):
    """A function that is to be run.

    :ivar caused_by: the invocation that has led to it, or None.
    """

    function: Function
    payload: Any
    caused_by: Invocation | None = None


Steps = Generator[Run, Invocation, None]
"""What the engine does when a moment has come: asks for what it yields, is sent what came of it."""


class Job(NamedTuple):
    """Something that is due.

    :ivar function: the function that it is about.
    :ivar reason: why, for people.
    :ivar begin: begins it.
    """

    function: str
    reason: str
    begin: Callable[[], Steps]


class Answer(NamedTuple):
    """What an HTTP server has answered to ``context.call_http(...)``."""

    status: int
    headers: dict[str, str]
    text: str


class Surroundings(Protocol):
    """The host, as the engine sees it."""

    def now(self) -> datetime:
        """The host's time, UTC."""

    def put(self, at: datetime, job: Job) -> Callable[[], None]:
        """Put a job on the agenda; what is returned takes it off again."""

    def find(self, trigger: str, name: str) -> Function | None:
        """The function with a trigger of that type, by its registered name; case is ignored."""

    def names(self, trigger: str) -> list[str]:
        """The registered names of all functions with a trigger of that type."""

    def send(self, request: CallHttp) -> Answer:
        """Send an HTTP request.

        :raises OSError: no answer came.
        """
