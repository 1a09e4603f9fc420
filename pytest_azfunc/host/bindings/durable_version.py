"""Which version of azure-functions-durable an app uses: the second speaks to its host in another way.

Source: microsoft/durabletask-python, azure-functions-durable, whose triggers and clients say that they need gRPC.
"""

from __future__ import annotations

from pytest_azfunc.errors import UnsupportedFeature
from pytest_azfunc.project import Binding

__tracebackhide__ = True


def refuse_second_version(function: str | None, binding: Binding) -> None:
    """Refuse a trigger or a client that only version 2 of the library declares.

    :raises UnsupportedFeature: it is one.
    """
    if binding.properties.get("durableRequiresGrpc") in (True, "true", "True"):
        raise second_version(function)


def refuse_installed_version() -> None:
    """Refuse version 2 of the library where it is the one that is installed.

    :raises UnsupportedFeature: it is.
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        installed = version("azure-functions-durable")
    except PackageNotFoundError:
        return
    if installed.partition(".")[0].isdecimal() and int(installed.partition(".")[0]) >= 2:
        raise second_version(None)


def second_version(function: str | None) -> UnsupportedFeature:
    """What is said of version 2."""
    return UnsupportedFeature(
        "unsupported",
        function=function,
        feature="version 2 of azure-functions-durable",
        azure="the library and the host speak protobuf over gRPC.",
        remedy="test with azure-functions-durable>=1.3,<2, which runs the same orchestrators.",
    )
