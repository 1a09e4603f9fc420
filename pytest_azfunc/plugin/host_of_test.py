"""The one host of a test: opened when the first fixture asks for it, closed with the test."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import pytest

from pytest_azfunc.plugin.choice import session_apps
from pytest_azfunc.plugin.marks import arguments

if TYPE_CHECKING:
    from pytest_azfunc import Host

__tracebackhide__ = True

HOST: pytest.StashKey[Host] = pytest.StashKey()
"""Where an item keeps its host while the test runs."""


def host_of(request: pytest.FixtureRequest) -> Host:
    """The host of the test that asks for it.

    :raises AzfuncError: the mark is wrong, there is no app, or it does not start.
    """
    item = request.node
    host: Host | None = item.stash.get(HOST, None)
    if host is None:
        from pytest_azfunc.errors import AzfuncError

        try:
            folder = os.path.dirname(item.path)
            host = item.stash[HOST] = session_apps(request.config).open_host(folder, arguments(item))
        except AzfuncError as error:
            raise error.with_traceback(None) from None  # it says all there is to say
        request.addfinalizer(partial(_end, host))
    return host


def _end(host: Host) -> None:
    host.close()
    host.failures.check()


def let_go(item: pytest.Item) -> None:
    """The test is over: close its host, unless that has been done, and forget it."""
    host = item.stash.get(HOST, None)
    if host is not None:
        host.close()  # closed by now, unless the session was interrupted
        del item.stash[HOST]  # items live as long as the session
