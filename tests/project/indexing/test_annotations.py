"""What the fast reader of parameters and annotations says is what inspect and typing say."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable
from typing import Any

import azure.functions as func
import pytest

from pytest_azfunc.project.indexing.annotations import AnnotationReader

Function = Callable[..., Any]


def _evaluated() -> list[Function]:
    """Functions whose annotations are objects, as without ``from __future__ import annotations``."""
    source = """
def classes(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse: ...
def the_same(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse: ...
async def async_one(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse: ...
def other_name(req: func.HttpRequest, message: func.Out[str]) -> func.HttpResponse: ...
def other_hint(req: func.HttpRequest, out: func.Out[bytes]) -> func.HttpResponse: ...
def keyword_only(req: func.HttpRequest, *, out: func.Out[str]) -> func.HttpResponse: ...
def unannotated(req, out): ...
def partly(req: func.HttpRequest, out): ...
def the_other_part(req, out: func.HttpRequest): ...
def nothing(): ...
def none_returned(req) -> None: ...
def text(req: 'func.HttpRequest') -> 'func.HttpResponse': ...
def text_inside(events: typing.List['func.EventHubEvent']): ...
def optional(req: typing.Optional[int], other: int | None): ...
def generics(items: typing.List[str], built_in: list[str], nested: typing.List[typing.List[str]]): ...
def with_default(req: func.HttpRequest = None, n: int = 3): ...
def annotated(req: typing.Annotated[int, 'text'], any: typing.Any): ...
def variadic(req: func.HttpRequest, *args: int, last: str, **more: bytes): ...
def locals_too(req: int): local = 1; return local
@typing.no_type_check
def unchecked(req: func.HttpRequest): ...
@functools.wraps(classes)
def wrapped(*args, **kwargs): ...
def marked(req: func.HttpRequest): ...
marked.attribute = 1
"""
    namespace: dict[str, Any] = {"func": func, "typing": typing, "functools": functools}
    exec(source, namespace)
    return [found for found in namespace.values() if inspect.isfunction(found)]


FUNCTIONS = _evaluated()


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_it_reads_what_the_standard_library_reads(function: Function) -> None:
    reader = AnnotationReader()

    for _ in range(2):  # the second time from what it remembers
        assert reader.parameters(function) == list(inspect.signature(function).parameters)
        assert reader.hints(function) == typing.get_type_hints(function)
        assert reader.is_async(function) == inspect.iscoroutinefunction(function)
        reader.outline(function)


@pytest.mark.parametrize("order", [1, -1])
def test_two_functions_have_one_outline_if_nothing_tells_them_apart(order: int) -> None:
    reader = AnnotationReader()
    outlines = {function: reader.outline(function) for function in FUNCTIONS[::order]}

    for one in FUNCTIONS:
        for other in FUNCTIONS:
            same = all(
                read(one) == read(other)
                for read in (reader.parameters, lambda f: list(reader.hints(f).items()), reader.is_async)
            )
            assert (outlines[one] == outlines[other]) == same, (one, other)
            assert reader.outline(one) == outlines[one]


def test_hints_that_are_made_anew_each_time_are_not_mixed_up() -> None:
    """What typing makes of a text may be a new object each time, whose id another one could get later."""
    reader, outlines = AnnotationReader(), set()

    for number in range(200):
        namespace: dict[str, Any] = {}
        exec(f"class C{number}: pass\ndef f(x: 'list[C{number}]'): ...", namespace)
        outlines.add(reader.outline(namespace["f"]))

    assert len(outlines) == 200
