"""What an orchestrator asks for, apart from how the library writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

__tracebackhide__ = True


class EntityId(NamedTuple):
    """Which entity.

    :ivar name: in lower case, as the durable extension keeps it.
    """

    name: str
    key: str

    def __str__(self) -> str:
        return f"@{self.name}@{self.key}"


class Retrying(NamedTuple):
    """How often a call is made, and how long the orchestration waits in between.

    :ivar interval: milliseconds; the Python library knows no back-off.
    """

    interval: int
    attempts: int


@dataclass(frozen=True)
class CallActivity:
    """``context.call_activity(...)``; with *retrying*, ``call_activity_with_retry(...)``.

    :ivar input: JSON text, or None.
    """

    name: str
    input: str | None
    retrying: Retrying | None = None


@dataclass(frozen=True)
class CallSubOrchestrator:
    """``context.call_sub_orchestrator(...)``, likewise."""

    name: str
    input: str | None
    instance_id: str | None = None
    version: str | None = None
    retrying: Retrying | None = None


@dataclass(frozen=True)
class CreateTimer:
    """``context.create_timer(...)``, or a hop of a long one."""

    fire_at: datetime
    is_cancelled: bool = False


@dataclass(frozen=True)
class WaitForEvent:
    """``context.wait_for_external_event(...)``."""

    name: str


@dataclass(frozen=True)
class CallEntity:
    """``context.call_entity(...)``."""

    entity: EntityId
    operation: str
    input: str | None


@dataclass(frozen=True)
class SignalEntity:
    """``context.signal_entity(...)``."""

    entity: EntityId
    operation: str
    input: str | None


@dataclass(frozen=True)
class CallHttp:
    """``context.call_http(...)``."""

    method: str
    uri: str
    content: str | None
    headers: Mapping[str, str]
    token_source: Any = None


@dataclass(frozen=True)
class ContinueAsNew:
    """``context.continue_as_new(...)``."""

    input: str | None


Action = (
    CallActivity
    | CallSubOrchestrator
    | CreateTimer
    | WaitForEvent
    | CallEntity
    | SignalEntity
    | CallHttp
    | ContinueAsNew
)


@dataclass(frozen=True)
class Decision:
    """What an orchestrator has answered to an episode.

    :ivar actions: all that it has asked for since its execution began, in order.
    :ivar is_done: whether it has returned.
    :ivar output: what it has returned, as JSON can say it.
    :ivar error: what it has raised, as the library tells it; None where it has raised nothing.
    :ivar custom_status: the latest status that the library has sent; None for none.
    :ivar exception: the exception itself, for a test to see.
    """

    actions: tuple[Action, ...] = ()
    is_done: bool = False
    output: Any = None
    error: str | None = None
    custom_status: Any = None
    exception: BaseException | None = None


def describe(action: Action) -> str:
    """An action in the words of the library, for people."""
    if isinstance(action, CallActivity):
        return f"call_activity({action.name!r})"
    if isinstance(action, CallSubOrchestrator):
        return f"call_sub_orchestrator({action.name!r})"
    if isinstance(action, CreateTimer):
        return f"create_timer({action.fire_at.isoformat()})"
    if isinstance(action, WaitForEvent):
        return f"wait_for_external_event({action.name!r})"
    if isinstance(action, CallEntity):
        return f"call_entity({str(action.entity)!r}, {action.operation!r})"
    if isinstance(action, SignalEntity):
        return f"signal_entity({str(action.entity)!r}, {action.operation!r})"
    if isinstance(action, CallHttp):
        return f"call_http({action.method!r}, {action.uri!r})"
    return "continue_as_new(...)"
