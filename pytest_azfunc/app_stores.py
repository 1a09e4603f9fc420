"""Stores in a running app: what a test puts there and looks at, and how what is there reaches functions."""

from __future__ import annotations

import random
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from pytest_azfunc.app_services import ServicesApp
from pytest_azfunc.errors import AzfuncError, BindingError
from pytest_azfunc.host.behaviour import Behaviour
from pytest_azfunc.host.bindings.binding_type import SINKS
from pytest_azfunc.host.bindings.builder_arguments import wrong_value
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.kept_invocations import KeptInvocations
from pytest_azfunc.host.passing_time import PassingTime
from pytest_azfunc.host.script_host import ScriptHost
from pytest_azfunc.project import Function

if TYPE_CHECKING:
    from pytest_azfunc.host.deliveries import Deliveries
    from pytest_azfunc.host.stores.queue_store import Queue, QueueStore
    from pytest_azfunc.host.stores.sink_store import Sink, SinkStore
    from pytest_azfunc.host.stores.stores import Stores

__tracebackhide__ = True


class StoringApp(ServicesApp):
    """What of a running app has to do with stores."""

    script_host: ScriptHost
    _behaviour: Behaviour
    _passing_time: PassingTime
    _kept: KeptInvocations
    _stores: Stores | None = None
    _site: Deliveries | None = None

    if TYPE_CHECKING:

        @property
        def invocations(self) -> deque[Invocation]:
            """The latest invocations."""

        def is_disabled(self, function: str) -> bool:
            """Whether an app setting disables the function."""

        def function(self, function: str | Callable[..., Any]) -> Function:
            """The function of that name, or with that entry point."""

    def queue(self, name: str) -> Queue:
        """A Storage queue: ``.put({"id": 7})``, ``.messages``, ``.clear()``.

        :param name: its name; ``%NAME%`` stands for an app setting, as in a binding.
        :raises StoreError: no queue can have it.
        :raises BindingError: the host is closed.
        """
        return cast("QueueStore", self._find_stores().find("queue")).queue(name)

    def sink(self, type: str) -> Sink:
        """The outputs of a binding type that has no store of its own, such as ``sendGrid``: ``.messages``.

        :param type: its name; case is ignored.
        :raises StoreError: no output has such a type, or it has a store of its own.
        :raises BindingError: the host is closed.
        """
        return cast("SinkStore", self._find_stores().find(SINKS)).sink(type, self.script_host.options.types)

    def store(self, name: str) -> Any:
        """A store that the hook ``pytest_azfunc_stores`` adds: the object that its maker has made for this host.

        :raises StoreError: no hook makes one of that name.
        :raises BindingError: the host is closed.
        """
        stores, contributed = self._find_stores(), self.script_host.options.types.stores
        if not isinstance(name, str) or name not in contributed:
            from pytest_azfunc.host.stores.stores import unknown_store

            raise unknown_store(name, contributed)
        return stores.find(name)

    def drain(self, *, duplicate: int | None = None, shuffle: int | None = None) -> list[Invocation]:
        """Run what is due now, until nothing is: messages go to the functions that are bound to them. No time passes.

        :param duplicate: a seed: about half of the messages are delivered twice, as Azure promises delivery at least
            once, and no more.
        :param shuffle: a seed: what is due at one moment comes in any order; timers keep theirs.
        :returns: the invocations, in order.
        :raises LoopError: functions start one another over and over again.
        :raises Exception: what a function raises; the message is where Azure would have it then, and the next call goes
            on from there.
        """
        chance = _chance("shuffle", shuffle)
        twice = _chance("duplicate", duplicate)
        if twice is None:
            return self._passing_time.drain(chance)
        self._find_stores()
        site = self._site
        assert site is not None
        site.duplicate = twice
        try:
            return self._passing_time.drain(chance)
        finally:
            site.duplicate = None

    # --- faults

    def fail(self, function: str | Callable[..., Any], exception: BaseException, *, times: int = 1) -> None:
        """Let a function fail, without running it: to see what the app makes of it.

        :param function: its name, or the function object.
        :param exception: what it fails with. Where nobody waits for the function it is not raised, and needs no claim.
        :param times: how often; each delivery and each attempt of a retry policy counts.
        :raises FunctionNotFound: no such function.
        :raises BindingError: no exception, or no number from 1.
        """
        self._behaviour.settings()  # raises when it is closed
        found = self.function(function)
        if not isinstance(exception, BaseException):
            raise wrong_value("azfunc_host.fail", "exception", exception, 'an exception, such as TimeoutError("bank")')
        if isinstance(times, bool) or not isinstance(times, int) or times < 1:
            raise wrong_value("azfunc_host.fail", "times", times, "a whole number from 1")
        if self.script_host.faults is None:
            from pytest_azfunc.host.faults import Faults  # few tests have use for it

            self.script_host.faults = Faults()
        self.script_host.faults.add(found.name, exception, times)

    def redeliver(self, invocation: Invocation) -> Invocation:
        """Run a function once more for what has started an invocation, as a service may do at any time.

        Where the service counts deliveries (``dequeue_count``, ``delivery_count``) it is one more. Inputs that the test
        has given are the same; the others are read from the stores as they are now.

        :returns: the new invocation; it is caused by what has caused the first.
        :raises BindingError: what is given is no invocation.
        :raises Exception: what the function raises, unless ``raise_exceptions`` is off.
        """
        from pytest_azfunc.host.redelivery import Again  # few tests have use for it

        self._behaviour.settings()  # raises when it is closed
        _check_invocation("redeliver", invocation)
        function = self.function(invocation.function)
        again = Again(invocation.request)
        found = self.script_host.run(function, again, inputs=invocation.given, caused_by=invocation.caused_by)
        if found.exception is not None and self._behaviour.raise_exceptions:
            raise found.exception
        return found

    def assert_idempotent(self, function: str | Callable[..., Any], payload: Any = None) -> None:
        """Run a function twice for the same message, and look whether the second time has changed anything.

        Azure delivers at least once: a function that is run again must not send the receipt again.

        :param payload: what starts it, as for ``invoke``.
        :raises AssertionError: the stores are not as they were after the first time; it shows what came twice.
        :raises Exception: what the function raises.
        """
        from pytest_azfunc.host.stores.comparison import differences  # few tests have use for it

        stores = self._find_stores()
        first = self.script_host.run(self.function(function), payload)
        if first.exception is not None:
            raise first.exception
        before = stores.contents()
        self.redeliver(first)
        difference = differences(before, stores.contents())
        if difference:
            raise AssertionError(
                f"{first.function} is not idempotent: delivered twice, the same message has changed the stores twice.\n"
                + "\n".join(f"  {line}" for line in difference)
            )

    # --- what a test sees

    @property
    def has_stores(self) -> bool:
        """Whether anything was stored or looked for in a store."""
        return self._stores is not None

    @property
    def without_deliveries(self) -> Sequence[AzfuncError]:
        """What keeps functions from being delivered anything, as they would not load; none before a store was used."""
        if self._stores is None:
            return ()
        try:
            return tuple(self.script_host.project.errors.values())
        except Exception:  # the whole app would not load: then the use of the store has raised that
            return ()

    @property
    def trace(self) -> str:
        """The latest invocations as text: each below the one that has caused it, with what went where."""
        from pytest_azfunc.reports.chains import chains

        return chains(self.invocations)

    def caused(self, invocation: Invocation) -> list[Invocation]:
        """The invocations that ran for what this one has put into stores, or started; oldest first.

        They are looked for among the :attr:`invocations`, which are the latest ones.

        :raises BindingError: what is given is no invocation.
        """
        _check_invocation("caused", invocation)
        return [found for found in self.invocations if found.caused_by is invocation]

    # --- how the host is made

    def _lend_stores(self) -> Callable[[], Stores]:
        """What finds the app's stores. It does not hold on to the app: an app that is let go is gone at once."""
        app = weakref.ref(self)

        def found() -> Stores:
            present = app()
            if present is None:
                raise BindingError("host-closed")
            return present._find_stores()

        return found

    def _find_stores(self) -> Stores:
        self._behaviour.settings()  # raises when it is closed
        if self._stores is None:
            from pytest_azfunc.host.deliveries import Deliveries  # many tests have no use for it
            from pytest_azfunc.host.stores.stores import Stores

            time = self._passing_time
            reports = time.report_error, time.note
            site = Deliveries(self.script_host, time.agenda, self._behaviour, self.is_disabled, *reports)
            self._site = site
            self._stores = Stores(site, self.script_host.options.types.stores)
            self._kept.keep_more()
            time.watchers.append(self._stores)
            if time.is_stopped:
                site.stop()
        return self._stores


def _check_invocation(call: str, invocation: object) -> None:
    if not isinstance(invocation, Invocation):
        raise wrong_value(f"azfunc_host.{call}", "invocation", invocation, "an invocation, as invoke and drain return")


def _chance(name: str, seed: int | None) -> random.Random | None:
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise wrong_value("azfunc_host.drain", name, seed, "a whole number, from which chance begins")
    return None if seed is None else random.Random(seed)
