"""Stores in a running app: what a test puts there and looks at, and how what is there reaches functions."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from pytest_azfunc.app_services import ServicesApp
from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.behaviour import Behaviour
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.passing_time import PassingTime
from pytest_azfunc.host.script_host import ScriptHost

if TYPE_CHECKING:
    from pytest_azfunc.host.stores.queue_store import Queue, QueueStore
    from pytest_azfunc.host.stores.stores import Stores

__tracebackhide__ = True


class StoringApp(ServicesApp):
    """What of a running app has to do with stores."""

    script_host: ScriptHost
    _behaviour: Behaviour
    _passing_time: PassingTime
    _stores: Stores | None = None

    if TYPE_CHECKING:

        @property
        def invocations(self) -> deque[Invocation]:
            """The latest invocations."""

        def is_disabled(self, function: str) -> bool:
            """Whether an app setting disables the function."""

    def queue(self, name: str) -> Queue:
        """A Storage queue: ``.put({"id": 7})``, ``.messages``, ``.clear()``.

        :param name: its name; ``%NAME%`` stands for an app setting, as in a binding.
        :raises StoreError: no queue can have it.
        :raises BindingError: the host is closed.
        """
        return cast("QueueStore", self._find_stores().find("queue")).queue(name)

    def caused(self, invocation: Invocation) -> list[Invocation]:
        """The invocations that ran for what this one has put into stores, or started; oldest first.

        They are looked for among the :attr:`invocations`, which are the latest ones.
        """
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
            site = Deliveries(self.script_host, time.agenda, self._behaviour, self.is_disabled, time.report)
            self._stores = Stores(site)
            time.watchers.append(self._stores)
        return self._stores
