"""What the host makes of the functions that were read: which of them run, and what it has against the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType, TracebackType
from typing import Any, NamedTuple

from pytest_azfunc.errors import AzfuncError, Location, ProjectError
from pytest_azfunc.project import http_routes
from pytest_azfunc.project.function import Function
from pytest_azfunc.project.names import NameMapping, host_order


class IndexFailure(NamedTuple):
    """Why the worker indexes no function of a decorator app, so that Azure shows none.

    :ivar error: the user's own exception, or ours.
    :ivar location: the line of the app that is to blame, as far as it is known.
    :ivar function: name of the function that is to blame, or None when it is not one function.
    :ivar lost: names of the functions that are hidden with it, as far as they could be read.
    :ivar traceback: the error's, cut to the frames of the app; each time that it is raised adds to the error's own.
    :ivar hint: what to look at, where the user's exception does not say; empty when nothing is known.
    """

    error: BaseException
    location: Location | None = None
    function: str | None = None
    lost: tuple[str, ...] = ()
    traceback: TracebackType | None = None
    hint: str = ""


class Contents(NamedTuple):
    """The functions of an app.

    :ivar functions: name -> function, in the host's order.
    :ivar errors: name -> what the host objects to.
    :ivar excluded: names that host.json's ``functions`` leaves out.
    :ivar failure: what hides the whole app, or None.
    :ivar unsupported: functions that run in Azure, and are refused by name here; why is in *errors*.
    :ivar refused: functions that could be read, and that the host leaves out all the same; why is in *errors*.
    :ivar app: the app object of a decorator app, as far as it could be found.
    """

    functions: NameMapping[Function] = NameMapping()
    errors: NameMapping[AzfuncError] = NameMapping()
    excluded: tuple[str, ...] = ()
    failure: IndexFailure | None = None
    unsupported: NameMapping[Function] = NameMapping()
    refused: NameMapping[Function] = NameMapping()
    app: Any = None

    def without(self, refusals: Mapping[str, AzfuncError]) -> Contents:
        """The same without some of the functions.

        :param refusals: what the host has against them, by name.
        """
        left = ((name, function) for name, function in self.functions.items() if name not in refusals)
        errors = {**self.errors, **refusals}
        return self._replace(
            functions=NameMapping(left),
            errors=NameMapping((name, errors[name]) for name in in_host_order(errors)),
            refused=NameMapping((name, self.functions[name]) for name in refusals),
        )


def admit(
    functions: Iterable[Function],
    errors: Mapping[str, AzfuncError],
    excluded: Iterable[str] = (),
    unsupported: Mapping[str, AzfuncError] = MappingProxyType({}),
) -> Contents:
    """Check functions against each other as the host does, and drop those that do not go together.

    :param functions: in the host's order.
    :param errors: what the host has against single functions already, by name.
    :param unsupported: which of the functions we cannot run, and why. The host knows nothing of it.
    """
    admitted = {function.name: function for function in functions}
    problems = dict(errors)
    _drop(admitted, problems, _duplicates(admitted.values()))
    _drop(admitted, problems, http_routes.conflicts(admitted.values()))
    refused = {name: admitted.pop(name) for name in unsupported if name in admitted}
    problems.update((name, unsupported[name]) for name in refused)
    return Contents(
        NameMapping(admitted.items()),
        NameMapping(_keyed(problems, admitted)),
        tuple(excluded),
        unsupported=NameMapping(refused.items()),
    )


def in_host_order(names: Iterable[str]) -> list[str]:
    """The names in the host's order of functions."""
    # Sorted twice, so that names that differ only in case come in the same order everywhere.
    return sorted(sorted(names), key=host_order)


def _drop(functions: dict[str, Function], errors: dict[str, AzfuncError], found: Mapping[str, AzfuncError]) -> None:
    for name, error in found.items():
        errors[name] = error
        del functions[name]


def _duplicates(functions: Iterable[Function]) -> dict[str, AzfuncError]:
    """Functions whose name differs only in case from the name of one before."""
    errors: dict[str, AzfuncError] = {}
    first: dict[str, str] = {}
    for function in functions:
        other = first.setdefault(function.name.lower(), function.name)
        if other != function.name:
            errors[function.name] = ProjectError(
                "function-name-duplicate",
                function=function.name,
                location=function.location,
                name=function.name,
                other=other,
                what="folders" if function.user_function is None else "functions",
            )
    return errors


def _keyed(errors: Mapping[str, AzfuncError], functions: Mapping[str, Function]) -> Iterator[tuple[str, AzfuncError]]:
    """The errors by name, in the host's order; a mapping that ignores case has no room for ``foo`` beside ``Foo``."""
    taken = {name.lower() for name in functions}
    for name in in_host_order(errors):
        key, number = name, 1
        while key.lower() in taken:
            number += 1
            key = f"{name} ({number})"
        taken.add(key.lower())
        yield key, errors[name]
