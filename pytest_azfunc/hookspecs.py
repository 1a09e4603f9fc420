"""Every hook that pytest-azfunc calls. Implement them in a conftest.py or in a plugin.

A plugin that must also work without pytest-azfunc marks its implementations
``@pytest.hookimpl(optionalhook=True)``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_azfunc import Invocation


@pytest.hookspec
def pytest_azfunc_binding_types(config: pytest.Config) -> Iterable[str] | None:
    """Name the binding types of extensions that pytest-azfunc does not know.

    Called once in a session, before the first app is read. Without it, a function with such a binding is refused,
    as the host refuses a type that no extension registers.

    :param config: pytest's configuration.
    :returns: names such as ``["acmeTrigger"]``; a name that ends in ``Trigger`` is a trigger. Values for it are
        built with ``generic(...)``.

    Example, in ``conftest.py``::

        def pytest_azfunc_binding_types(config):
            return ["acmeTrigger", "acme"]
    """


@pytest.hookspec
def pytest_azfunc_invoked(invocation: Invocation) -> None:
    """See every invocation, right after the function has returned or raised.

    :param invocation: the result, its exception included. What the hook returns is ignored.

    Example, in ``conftest.py``::

        def pytest_azfunc_invoked(invocation):
            print(invocation.function, invocation.duration)
    """
