"""A function and its bindings as the host knows them, whatever declares them: function.json or decorators."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from pytest_azfunc.errors import Location
from pytest_azfunc.project.json_file import JsonFile
from pytest_azfunc.project.names import NameMapping
from pytest_azfunc.project.script_file import primary_script

if TYPE_CHECKING:
    from pytest_azfunc.project.function_schedule import FunctionSchedule

Direction = Literal["in", "out", "inout"]


class Source(Protocol):
    """Where a function is declared: a file, and on demand the place of something in it."""

    @property
    def path(self) -> str:
        """The file."""

    def location(self, *keys: str | int) -> Location:
        """The place of what function.json has at *keys*, such as ``("bindings", 0)``, or of what is around it."""


@dataclass(frozen=True)
class Binding:
    """One entry of ``"bindings"`` in function.json, or what a decorator adds.

    :ivar name: the parameter it is bound to, or ``$return``.
    :ivar type: as written, such as ``"queueTrigger"``. The host compares types without case, the worker with it.
    :ivar direction: ``"in"``, ``"out"`` or ``"inout"``; a missing one is ``"in"``.
    :ivar data_type: ``"undefined"``, ``"string"``, ``"binary"``, ``"stream"``, or None where it is not given.
    :ivar cardinality: ``"one"``, ``"many"``, or None where it is not given.
    :ivar properties: everything that is declared of the binding; names are compared without case.
    """

    name: str
    type: str
    direction: Direction
    data_type: str | None = None
    cardinality: str | None = None
    properties: Mapping[str, Any] = field(default_factory=NameMapping, repr=False)
    source: Source | None = field(default=None, repr=False, compare=False)
    index: int = field(default=0, repr=False, compare=False)

    @cached_property
    def kind(self) -> str:
        """The type as the host compares it: in lower case, such as ``"queuetrigger"``."""
        return self.type.lower()

    @property
    def is_trigger(self) -> bool:
        """Whether this is the binding that starts the function."""
        return self.direction != "out" and self.kind.endswith("trigger")

    @property
    def location(self) -> Location | None:
        """Where the binding stands in its file."""
        return self.source.location("bindings", self.index) if self.source else None


class RetryPolicy(NamedTuple):
    """What the host does after a failure; intervals are time spans."""

    strategy: Literal["fixedDelay", "exponentialBackoff"]
    max_retry_count: int
    delay_interval: timedelta | None = None
    minimum_interval: timedelta | None = None
    maximum_interval: timedelta | None = None


@dataclass(frozen=True)
class Function:
    """A function of the app, as function.json or its decorators declare it.

    :ivar name: the folder's name, or that of the decorated function.
    :ivar folder: the folder, as a string; see :attr:`directory`.
    :ivar script_file_setting: ``scriptFile`` as written, or None.
    :ivar entry_point: ``entryPoint``, ``"main"`` by default; of a decorated function its name in Python.
    :ivar retry: the function's own retry policy, or None.
    :ivar user_function: the function that was decorated; None in the function.json model.
    :ivar http_type: ``"asgi"`` or ``"wsgi"`` for a function that hands requests on to such an app, else ``"function"``.
    :ivar streams_http: whether it is an HTTP function of an app with HTTP streaming: the worker's own web server gets
        the request, and answers it.
    """

    name: str
    folder: str
    declared: tuple[Mapping[str, Any], ...] = field(repr=False)
    script_file_setting: str | None = None
    entry_point: str = "main"
    retry: RetryPolicy | None = None
    config: Mapping[str, Any] = field(default_factory=dict, repr=False)
    user_function: Callable[..., Any] | None = field(default=None, repr=False)
    http_type: str = "function"
    streams_http: bool = False
    declared_in: Source | None = field(default=None, repr=False, compare=False)

    @property
    def directory(self) -> Path:
        """The function's folder; of a decorated function the one of the file that defines it."""
        return Path(self.folder)

    @property
    def source(self) -> Source:
        """The file that declares the function."""
        return self.declared_in or JsonFile(os.path.join(self.folder, "function.json"))

    @property
    def location(self) -> Location:
        """Where the function is declared, as a place to name in a message: function.json, or the first decorator."""
        return Location(self.source.path) if self.declared_in is None else self.declared_in.location()

    @cached_property
    def bindings(self) -> NameMapping[Binding]:
        """The bindings by name, in the file's order; names are looked up without case."""
        # Made when first asked for: to discover a thousand functions nobody needs four thousand objects.
        return NameMapping((str(raw["name"]), self._binding(index, raw)) for index, raw in enumerate(self.declared))

    def _binding(self, index: int, raw: Mapping[str, Any]) -> Binding:
        return Binding(
            name=raw["name"],
            type=raw["type"],
            direction=raw["direction"],
            data_type=raw.get("datatype"),
            cardinality=raw.get("cardinality"),
            properties=NameMapping(raw.items()),
            source=self.source,
            index=index,
        )

    @cached_property
    def has_expressions(self) -> bool:
        """Whether anything that is declared of its bindings may name an app setting or have a binding expression."""
        texts = (text for raw in self.declared for text in raw.values() if isinstance(text, str))
        return any("%" in text or "{" in text or "}" in text for text in texts)

    @cached_property
    def trigger(self) -> Binding:
        """The binding that starts the function."""
        return next(binding for binding in self.bindings.values() if binding.is_trigger)

    @property
    def schedule(self) -> FunctionSchedule | None:
        """When a timer function is due; None for any other function."""
        if self.trigger.kind != "timertrigger":
            return None
        from pytest_azfunc.project.function_schedule import FunctionSchedule  # which few tests need

        declared = self.trigger.properties.get("schedule")
        subject = {"function": self.name, "binding": self.trigger.name, "location": self.trigger.location}
        return FunctionSchedule(declared if isinstance(declared, str) else "", self.folder, subject)

    @cached_property
    def inputs(self) -> dict[str, Binding]:
        """Input bindings by name, without the trigger."""
        return {b.name: b for b in self.bindings.values() if b.direction == "in" and not b.is_trigger}

    @cached_property
    def outputs(self) -> dict[str, Binding]:
        """Output bindings by name, ``$return`` included."""
        return {b.name: b for b in self.bindings.values() if b.direction == "out"}

    @cached_property
    def http_outputs(self) -> tuple[str, ...]:
        """Names of the output bindings that make the HTTP response; of several, the last that is set does."""
        return tuple(name for name, binding in self.outputs.items() if binding.kind == "http")

    @cached_property
    def return_type(self) -> str:
        """Type of the binding that takes the return value: ``$return``, else the last output, else the trigger."""
        outputs = self.outputs
        explicit = self.bindings.get("$return") or (list(outputs.values())[-1] if outputs else self.trigger)
        return explicit.type

    @cached_property
    def script_file(self) -> Path:
        """The Python script that the worker loads: ``scriptFile``, or what the host finds in the folder.

        Of a decorated function it is the file that defines it.
        """
        if self.declared_in is not None:
            return Path(self.declared_in.path)
        return Path(primary_script(self.folder, self.script_file_setting))

    @property
    def ignored_disabled_property(self) -> bool:
        """Whether function.json says ``"disabled"``: today's host does not read it, so the function runs."""
        return bool(self.config.get("disabled"))
