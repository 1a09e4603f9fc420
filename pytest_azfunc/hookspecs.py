"""Every hook that pytest-azfunc calls. Implement them in a conftest.py or in a plugin.

A plugin that must also work without pytest-azfunc marks its implementations
``@pytest.hookimpl(optionalhook=True)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_azfunc import BindingType, Invocation, Store, StoreSite


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
def pytest_azfunc_stores(config: pytest.Config) -> Mapping[str, Callable[[StoreSite], Store]] | None:
    """Add stores for the binding types of extensions, or replace one that pytest-azfunc has.

    Called once in a session, before the first app is read. A binding type says with ``BindingType(store=...)`` which
    one its outputs go to, its inputs are read from and its trigger listens to. A store is made for each host when it
    is first used; a test reaches it with ``azfunc_host.store(name)``.

    :param config: pytest's configuration.
    :returns: what makes each store, by name: it is given a :class:`~pytest_azfunc.StoreSite`, the host, and returns a
        :class:`~pytest_azfunc.Store`, such as an object of a class of yours.

    Example, in ``conftest.py``: what is put on the meter goes to the function with an ``acmeTrigger``, at each
    ``drain()`` until that has succeeded::

        from pytest_azfunc import BindingType, Delivering, Stored, generic


        class Meter:
            def __init__(self, site):
                self.site = site
                self.readings = []
                self.entry = None

            def put(self, text):
                self.readings.append(Stored(text.encode()))
                self.look()

            def take(self, sent):  # what a function has set
                self.readings += [Stored(body) for body in sent.bodies]
                self.look()

            def read(self, wanted):  # for an input
                return [reading.text for reading in self.readings]

            def look(self):  # is there something to deliver, and somebody who listens?
                found = self.site.listeners("acmetrigger")
                is_planned = self.entry is not None and not self.entry.is_over
                if found and self.readings and not is_planned:
                    self.entry = self.site.put(
                        self.site.now(), found[0], "reading", lambda: self.deliver(found[0])
                    )

            def deliver(self, function):
                def take():
                    return generic(self.readings[0].text)

                def ended(outcome):
                    if outcome.error is None:
                        del self.readings[0]
                        self.look()

                how = "reading of the meter"
                return self.site.deliver(function, Delivering(take, ended, how))

            def shift(self, by):  # time was set anew
                pass

            def contents(self):  # what a trace and assert_idempotent show
                return {"meter": [reading.text for reading in self.readings]}


        def pytest_azfunc_binding_types(config):
            return [
                BindingType("acme", store="meter"),
                BindingType("acmeTrigger", store="meter"),
            ]


        def pytest_azfunc_stores(config):
            return {"meter": Meter}
    """


@pytest.hookspec
def pytest_azfunc_invoked(invocation: Invocation) -> None:
    """See every invocation, right after the function has returned or raised.

    :param invocation: the result, its exception included. What the hook returns is ignored.

    Example, in ``conftest.py``::

        def pytest_azfunc_invoked(invocation):
            print(invocation.function, invocation.duration)
    """
