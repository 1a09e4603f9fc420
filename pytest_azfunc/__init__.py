"""pytest-azfunc: test Azure Functions for Python the way they run in Azure, inside the test process.

The public names are found when they are first used, so that importing the package costs nothing.
Not a Microsoft product.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_azfunc.app import Host
    from pytest_azfunc.errors import (
        AzfuncError,
        BindingError,
        FunctionLoadError,
        FunctionNotFound,
        LossyOutputError,
        ProjectError,
        UnsupportedFeature,
    )
    from pytest_azfunc.host.invocation import Invocation
    from pytest_azfunc.host.log_capture import LogCapture
    from pytest_azfunc.host.triggers.batch import batch
    from pytest_azfunc.host.triggers.blob import blob
    from pytest_azfunc.host.triggers.generic import generic
    from pytest_azfunc.host.triggers.http import http
    from pytest_azfunc.host.triggers.queue import queue
    from pytest_azfunc.host.triggers.timer import timer
    from pytest_azfunc.project import Project

__all__ = [
    "AzfuncError",
    "BindingError",
    "FunctionLoadError",
    "FunctionNotFound",
    "Host",
    "Invocation",
    "LogCapture",
    "LossyOutputError",
    "Project",
    "ProjectError",
    "UnsupportedFeature",
    "batch",
    "blob",
    "generic",
    "http",
    "queue",
    "timer",
]

_MODULES = {
    "Host": "app",
    "Invocation": "host.invocation",
    "LogCapture": "host.log_capture",
    "Project": "project",
    **{name: f"host.triggers.{name}" for name in ("batch", "blob", "generic", "http", "queue", "timer")},
}


def __getattr__(name: str) -> object:
    import importlib

    if name == "__version__":
        from importlib.metadata import version

        return version("pytest-azfunc")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"{__name__}.{_MODULES.get(name, 'errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
