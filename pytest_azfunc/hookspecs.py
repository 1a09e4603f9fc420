"""Every hook that pytest-azfunc calls. Implement them in a conftest.py or in a plugin.

A plugin that must also work without pytest-azfunc marks its implementations
``@pytest.hookimpl(optionalhook=True)``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_azfunc import BindingType, Invocation


@pytest.hookspec
def pytest_azfunc_binding_types(config: pytest.Config) -> Iterable[str | BindingType] | None:
    """Add the binding types of extensions that pytest-azfunc does not know, or replace one that it knows.

    Called once in a session, before the first app is read. Without it, a function with such a binding is refused,
    as the host refuses a type that no extension registers.

    :param config: pytest's configuration.
    :returns: names such as ``"acmeTrigger"``, or records with more to know than the name. A name that ends in
        ``Trigger`` is a trigger; values for it are built with ``generic(...)``, unless its record has another way.

    Example, in ``conftest.py``, with a name and a record::

        from pytest_azfunc import BindingType, generic


        def reading(value, occasion):
            return generic({"reading": value}, metadata={"Device": "acme-1"})


        def pytest_azfunc_binding_types(config):
            return ["acme", BindingType("acmeTrigger", payload=reading)]
    """


@pytest.hookspec
def pytest_azfunc_invoked(invocation: Invocation) -> None:
    """See every invocation, right after the function has returned or raised.

    :param invocation: the result, its exception included. What the hook returns is ignored.

    Example, in ``conftest.py``::

        def pytest_azfunc_invoked(invocation):
            print(invocation.function, invocation.duration)
    """
