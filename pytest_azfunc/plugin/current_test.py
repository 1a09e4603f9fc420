"""The test that runs now, and its one host: opened when the first fixture asks for it, closed with the test.

The fixtures know the test from here, not from pytest's ``request``: pytest makes that anew three times for each fixture
that asks for it, which would cost more than opening the host.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pytest_azfunc.plugin.choice import session_apps
from pytest_azfunc.plugin.marks import arguments

if TYPE_CHECKING:
    import pytest

    from pytest_azfunc import AppSettings, Host

__tracebackhide__ = True


class CurrentTest:
    """A test while it runs.

    :ivar host: its host, once a fixture has asked for it.
    :ivar settings: the app settings of its host, also when that is closed.
    :ivar problem: why no module of an app can be imported; None when they can, or nobody has looked.
    """

    __slots__ = ("host", "item", "problem", "settings")

    def __init__(self, item: pytest.Item) -> None:
        self.item = item
        self.host: Host | None = None
        self.settings: AppSettings | None = None
        self.problem: str | None = None

    def open_host(self) -> Host:
        """Open its host.

        :raises AzfuncError: the mark is wrong, there is no app, or it does not start.
        """
        from pytest_azfunc.errors import AzfuncError

        item = self.item
        try:
            self.host = session_apps(item.config).open_host(os.path.dirname(item.path), arguments(item))
        except AzfuncError as error:
            raise error.with_traceback(None) from None  # it says all there is to say
        self.settings = self.host.settings
        item.addfinalizer(self._tear_down)
        return self.host

    def _tear_down(self) -> None:
        if self.host is not None:
            self.host.close()
            self.host.failures.check()

    def end(self) -> None:
        """The test is over."""
        _RUNNING.remove(self)
        if self.host is not None:
            self.host.close()  # closed by now, unless the session was interrupted


# More than one where a test runs pytest in its own process.
_RUNNING: list[CurrentTest] = []


def begin(item: pytest.Item) -> CurrentTest:
    """A test begins."""
    test = CurrentTest(item)
    _RUNNING.append(test)
    return test


def current_test() -> CurrentTest:
    """The test that runs now."""
    return _RUNNING[-1]


def current_host() -> Host:
    """The host of the test that runs now.

    :raises AzfuncError: the mark is wrong, there is no app, or it does not start.
    """
    test = _RUNNING[-1]
    return test.host or test.open_host()
