"""Builders that are called with arguments that they do not have."""

from __future__ import annotations

import inspect

import pytest

import pytest_azfunc as azfunc
from pytest_azfunc import BUILDERS, ArgumentError, BindingError


def without(kind: str) -> list[str]:
    """The builders that have no parameter of this kind, such as ``**attributes``."""
    signatures = {name: inspect.signature(getattr(azfunc, name)) for name in BUILDERS}
    return [
        name
        for name, signature in signatures.items()
        if all(found.kind.name != kind for found in signature.parameters.values())
    ]


@pytest.mark.parametrize("name", without("VAR_KEYWORD"))
def test_an_argument_that_no_builder_has(name: str) -> None:
    builder = getattr(azfunc, name)
    with pytest.raises(ArgumentError) as caught:
        builder(nothing_like_this=1)
    known = ", ".join(inspect.signature(builder).parameters)
    assert str(caught.value).splitlines()[0] == (
        f"{name}() has no argument 'nothing_like_this'. Known: {known or 'none'}."
    )


@pytest.mark.parametrize("name", without("VAR_POSITIONAL"))
def test_more_values_than_there_are_places(name: str) -> None:
    with pytest.raises(ArgumentError, match=rf"{name}\(\) is given 9 values without a name"):
        getattr(azfunc, name)(*range(9))


def test_it_is_the_error_that_python_raises_too() -> None:
    with pytest.raises(TypeError):
        azfunc.queue("x", dequeue_cuont=4)  # type: ignore[call-arg]
    assert issubclass(ArgumentError, BindingError)


def test_what_python_says_well_enough() -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'items'"):
        azfunc.batch()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="multiple values for argument 'method'"):
        azfunc.http("GET", method="GET")  # type: ignore[misc]


def test_an_error_from_within_is_left_alone() -> None:
    class Odd(dict[str, str]):
        def items(self) -> object:  # type: ignore[override]
            raise TypeError("mine")

    with pytest.raises(TypeError, match="mine"):
        azfunc.http(headers=Odd(a="b"))
