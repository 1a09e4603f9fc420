"""Calls of the payload builders: what Python has against the arguments, told in words that help."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import wraps
from typing import Any, Final, TypeVar, cast

from pytest_azfunc.errors import ArgumentError, listing, suggestion

__tracebackhide__ = True

Builder = TypeVar("Builder", bound=Callable[..., Any])

_BUILDERS: Final[dict[str, Callable[..., Any]]] = {}

# What other libraries call a part of a request: how it is said here.
_BODY = "pass text, bytes or form fields as data, and what is to be sent as JSON as json"
_REQUEST_WORDS: Final[Mapping[str, str]] = {
    "body": _BODY,
    "content": _BODY,
    "payload": _BODY,
    "query": "pass the query as params={...}, or in the URL",
    "query_params": "pass the query as params={...}, or in the URL",
    "query_string": "pass the query as params={...}, or in the URL",
    "route_params": 'the values of a route stand in the URL: url="/api/orders/7"',
    "path": 'pass the path as url="/api/..."',
    "user": 'pass the signed-in user as principal={"name": ...}',
}


def payload_builder(build: Builder) -> Builder:
    """Of a builder that is given what it does not take, a test hears what it takes."""
    _BUILDERS[build.__name__] = build

    @wraps(build)
    def called(*args: Any, **kwargs: Any) -> Any:
        try:
            return build(*args, **kwargs)
        except TypeError as error:
            frames = error.__traceback__
            is_of_the_call = frames is not None and frames.tb_next is None
            misfit = _misfit(build, args, kwargs) if is_of_the_call else None
            if misfit is None:
                raise
            raise misfit from None

    return cast("Builder", called)


def arguments_of(builder: str) -> Collection[str]:
    """The names of the arguments that the builder of that name has; none where nobody knows the builder."""
    build = _BUILDERS.get(builder)
    return () if build is None else inspect.signature(build).parameters


def unknown_builder(name: str, known: Collection[str]) -> AttributeError:
    """The error for a builder that the fixture ``azfunc_trigger`` does not have."""
    near = suggestion(name, known)
    return AttributeError(f"'PayloadBuilders' object has no attribute {name!r}.{near} {listing('Known', known)}")


def unknown_argument(called: str, name: str, known: Iterable[str]) -> ArgumentError:
    """The error for an argument that what a test has called does not have.

    :param called: what it is called; one that takes a request's ``params`` knows the words of other libraries.
    :param known: the names that it has.
    """
    names = list(known)
    word = _REQUEST_WORDS.get(name) if "params" in names else None
    return ArgumentError(
        "argument-unknown",
        called=called,
        name=name,
        suggestion="" if word else suggestion(name, names),
        known=listing("Known", names),
        remedy=word or "correct the name, or leave it out",
    )


def _misfit(build: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> ArgumentError | None:
    """What is wrong with the arguments; None where Python says it well enough."""
    builder, parameters = build.__name__, inspect.signature(build).parameters
    for name in kwargs:
        if name not in parameters:
            return unknown_argument(builder, name, parameters)
    taken = [name for name, found in parameters.items() if found.kind is found.POSITIONAL_OR_KEYWORD]
    if len(args) <= len(taken):
        return None
    return ArgumentError(
        "argument-without-name",
        called=builder,
        given=len(args),
        taken=" and ".join(taken) or "nothing",
        known=listing("Known", (name for name in parameters if name not in taken)),
        remedy=_POSITIONAL.get(builder, "pass the others by their names"),
    )


_POSITIONAL: Final[Mapping[str, str]] = {
    "entity": 'write an operation and its input as a pair: entity(("add", 5))',
}
