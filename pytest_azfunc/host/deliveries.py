"""What the host delivers of its stores to functions: it listens, runs them, and tells the store how it has ended."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from pytest_azfunc.errors import (
    AzfuncError,
    BindingError,
    FunctionLoadError,
    LossyOutputError,
    ProjectError,
    StoreError,
    shown,
    shown_json,
)
from pytest_azfunc.host.agenda import Agenda, By, Cause, Entry
from pytest_azfunc.host.behaviour import Behaviour
from pytest_azfunc.host.bindings.builder_arguments import is_utf8
from pytest_azfunc.host.bound_function import BoundFunction
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.redelivery import Again
from pytest_azfunc.host.retries import Wait
from pytest_azfunc.host.script_host import ScriptHost, Steps
from pytest_azfunc.host.stores.store import Delivering, Origin, Outcome, bad_name
from pytest_azfunc.project import Function
from pytest_azfunc.project.host_json_source import HostJsonSource, wrong
from pytest_azfunc.project.names import host_order
from pytest_azfunc.project.setting_names import SettingNameError, filled_in, missing_settings

__tracebackhide__ = True

RETRY = "retry"
"""The reason of what follows the wait before a retry."""

DUPLICATE = "duplicate"
"""The reason of a delivery that a test has asked for, and that comes after one that has succeeded."""

# So many of the deliveries that have succeeded come twice.
_DUPLICATES = 0.5

Report = Callable[[str, BaseException, str, str], None]
"""Is told of a run that has failed: which function, with what, how it came to run, and by which rule it is an error
where nobody claims it."""

_UNCLAIMED = "failure-unclaimed-delivery"

# What the host cannot make a trigger's value of: the call fails before the function runs.
_NO_VALUES = frozenset(("payload-many-json", "payload-not-utf8"))


class _Run(NamedTuple):
    """A function that runs for a delivery."""

    bound: BoundFunction
    delivering: Delivering
    steps: Steps
    entry: Entry | None
    unloaded: BaseException | None = None


def _nothing(outcome: Outcome) -> None:
    """A duplicate changes nothing in its store."""


class Deliveries:
    """What the stores of one host ask of it; a :class:`~pytest_azfunc.host.stores.store.Site`.

    :param host: runs the functions.
    :param agenda: what is due.
    :param behaviour: whether the host is open.
    :param is_disabled: whether an app setting disables a function.
    :param report: is told of every run that has failed, and may raise it.
    :param note: is told of those of which nobody waits to hear.
    """

    def __init__(
        self,
        host: ScriptHost,
        agenda: Agenda,
        behaviour: Behaviour,
        is_disabled: Callable[[str], bool],
        report: Report,
        note: Report,
    ) -> None:
        self._host = host
        self._agenda = agenda
        self._behaviour = behaviour
        self._is_disabled = is_disabled
        self._report = report
        self._note = note
        self._waiting: dict[Entry, _Run] = {}
        self._entries: dict[Entry, None] = {}
        self._functions: Mapping[str, Function] | None = None
        self._by_trigger: dict[str, list[BoundFunction]] = {}
        self.is_stopped = False
        self._begun: Entry | None = None
        self.duplicate: random.Random | None = None

    # --- what a store asks for

    def now(self) -> datetime:
        """The host's time, UTC.

        :raises BindingError: the host is closed.
        """
        self._behaviour.settings()
        return self._host.now()

    def address(self, name: str, what: str = "place of a store") -> str:
        """A name that a test has given, with its app settings put in.

        :raises StoreError: it is no text, or names a setting that is not there.
        :raises BindingError: the host is closed.
        """
        settings = self._behaviour.configuration()
        if not isinstance(name, str):
            raise bad_name(what, name, "a name is text")
        if not is_utf8(name):
            raise bad_name(what, name, "it has text that UTF-8 cannot carry (a lone surrogate)")
        if "%" not in name:
            return name
        try:
            missing = missing_settings(name, settings)
        except SettingNameError:  # a per cent sign that stands for itself
            return name
        if missing:
            raise StoreError("store-name-setting", what=what, name=shown(name), missing=", ".join(missing))
        return filled_in(name, settings)

    def option(self, *names: str) -> Any:
        """What host.json says below ``extensions``; None for nothing. Names ignore case."""
        found: Any = self._host.options.config.content
        for name in ("extensions", *names):
            if not isinstance(found, Mapping):
                return None
            found = next((value for key, value in found.items() if key.lower() == name.lower()), None)
        return found

    def wrong_option(self, names: Sequence[str], found: object, expected: str) -> AzfuncError:
        """The error for what host.json, or an app setting over it, says there: the host does not start with it."""
        source, keys = self._host.options.config.source, ("extensions", *names)
        if isinstance(source, HostJsonSource):
            return wrong(source, keys, shown_json(found), expected)
        # Without a file only a setting can have said it, and the value of none is shown.
        return ProjectError("host-setting-value", name="__".join(("AzureFunctionsJobHost", *keys)), expected=expected)

    def listeners(self, trigger: str, hears: Callable[[BoundFunction], bool] | None = None) -> Sequence[BoundFunction]:
        """The functions with that trigger type to which the host listens, in the host's order."""
        if self.is_stopped:
            return ()
        functions = self._host.project.functions
        if functions is not self._functions:
            self._functions = functions
            self._by_trigger.clear()
        found = self._by_trigger.get(trigger)
        if found is None:
            named = [f for f in functions.values() if f.trigger.kind == trigger]
            named.sort(key=lambda f: host_order(f.name))
            found = self._by_trigger[trigger] = [self._host.bound(function) for function in named]
        heard = found if hears is None else [bound for bound in found if hears(bound)]
        return [bound for bound in heard if not self._is_disabled(bound.function.name)]

    def running(self) -> Cause | None:
        """What is being done at the moment; None where nothing is."""
        return self._agenda.running

    def put(
        self,
        at: datetime,
        function: BoundFunction,
        reason: str,
        work: Callable[[], Invocation | None],
        cause: Cause | By | None = By.RUNNING,
    ) -> Entry:
        """Have something done at a moment."""

        def done() -> Invocation | None:
            self._entries.pop(entry, None)
            if self._is_disabled(function.function.name):
                return None  # it waits until somebody listens again
            self._begun = entry
            return work()

        entry = self._agenda.put(at, function.function.name, done, reason=reason, cause=cause)
        self._entries[entry] = None
        if self.is_stopped:
            self.cancel(entry)
        return entry

    def cancel(self, entry: Entry) -> None:
        """Strike something off."""
        self._entries.pop(entry, None)
        self._agenda.cancel(entry)

    def deliver(self, function: BoundFunction, delivering: Delivering) -> Invocation | None:
        """Run a function for a delivery, its retry policy included.

        :returns: the invocation; None where it waits before a retry.
        :raises BaseException: what the function raises, unless the host is to behave as in Azure. One that would not
            load takes nothing out of its store then.
        """
        unloaded = self._load(function)
        entry, self._begun = self._begun, None
        caused_by = delivering.origin.invocation
        steps = self._host.begin(function.function, delivering.take(), caused_by, load=False)
        if entry is not None:
            entry.is_going_on = True
        return self._go_on(_Run(function, delivering, steps, entry, unloaded))

    def _load(self, function: BoundFunction) -> BaseException | None:
        """Have the worker load a function.

        :returns: why it would not, where the host is to behave as in Azure: there it fails each call with that
            (azure-functions-host, GrpcWorkerChannel.cs).
        """
        try:
            self._host.load(function.function)
        except Exception as error:
            is_of_function = isinstance(error, FunctionLoadError) or not isinstance(error, AzfuncError)
            if self._behaviour.raise_exceptions or not is_of_function:
                raise
            return error
        return None

    # --- one run

    def _go_on(self, run: _Run) -> Invocation | None:
        """Run the function up to its end, or to where it waits before a retry: the whole is one delivery."""
        origin = Origin()
        try:
            found = self._host.proceed(run.steps, unloaded=run.unloaded)
        except LossyOutputError:  # of which Azure knows nothing
            self._end(run, None, origin)
            raise
        except BaseException as error:
            self._end(run, error, origin)
            if isinstance(error, BindingError) and error.rule in _NO_VALUES:
                self._report(run.bound.function.name, error, run.delivering.how, _UNCLAIMED)
                return None
            raise
        if isinstance(found, Wait):
            self._wait(run, found)
            return None
        origin.invocation = found
        failure = found.exception
        self._end(run, failure, origin)
        found.give_up_to(origin.given_up_to)
        if failure is not None:
            self._report(found.function, failure, run.delivering.how, _UNCLAIMED)
        chance = self.duplicate
        if (
            failure is None
            and chance is not None
            and run.delivering.ended is not _nothing
            and chance.random() < _DUPLICATES
        ):
            self._deliver_twice(run, found)
        return found

    def _wait(self, run: _Run, wait: Wait) -> None:
        def go_on() -> Invocation | None:
            del self._waiting[entry]
            return self._go_on(run)

        at = self._host.now() + wait.delay
        entry = self._agenda.put(at, run.bound.function.name, go_on, reason=RETRY)
        self._waiting[entry] = run

    def _end(self, run: _Run, error: BaseException | None, origin: Origin, *, is_cut: bool = False) -> None:
        if run.entry is not None:
            run.entry.is_going_on = False
        run.delivering.ended(Outcome(error, origin, is_cut))

    def _cut(self, run: _Run) -> None:
        """Try no more: the failure of the last attempt is that of the delivery."""
        origin = Origin()
        origin.invocation = found = cast(Invocation, self._host.proceed(run.steps, stop=True))
        failure = cast(BaseException, found.exception)
        self._end(run, failure, origin, is_cut=True)
        found.give_up_to(origin.given_up_to)
        self._note(found.function, failure, run.delivering.how, _UNCLAIMED)

    def _deliver_twice(self, run: _Run, found: Invocation) -> None:
        """Have the same message come once more, as if its service had not heard that the function was done with it."""

        def again() -> Invocation | None:
            delivering = Delivering(lambda: Again(found.request), _nothing, f"{run.delivering.how}, duplicate")
            steps = self._host.begin(run.bound.function, delivering.take(), found.caused_by)
            return self._go_on(_Run(run.bound, delivering, steps, None))

        self.put(self._host.now(), run.bound, DUPLICATE, again)

    # --- the host's ups and downs

    def stop(self) -> None:
        """Listen no more; what is stored stays, and deliveries that wait for a retry end.

        Source: azure-webjobs-sdk, FunctionExecutorExtensions.cs: what is cancelled while it waits is tried no more, and
        its last failure stands.
        """
        self.is_stopped = True
        for entry in list(self._entries):
            self.cancel(entry)
        waiting, self._waiting = self._waiting, {}
        for entry, run in waiting.items():
            self._agenda.cancel(entry)
            self._cut(run)

    def start(self) -> None:
        """Listen again."""
        self.is_stopped = False
