"""What the host finds wrong with a trigger when it starts to listen, which it can know from the declaration alone."""

from __future__ import annotations

from pytest_azfunc.host.bindings.blob import pattern_of
from pytest_azfunc.host.bindings.timer import schedule_of
from pytest_azfunc.project import Function


def check_listener(function: Function) -> None:
    """Check the schedule or path of a function's trigger. (Routes are checked for the whole app: ``RouteCheck``.)

    :raises ProjectError: the host puts the function in error and leaves it out.
    """
    __tracebackhide__ = True
    schedule_of(function)
    pattern_of(function)
