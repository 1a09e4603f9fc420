"""What the web host says of a request that no function answers: the causes of its answers, and what it does not emulate.

A cause is for the report of a failing test; it stands behind method, address and status of a request.
"""

from __future__ import annotations

from pytest_azfunc.errors.exceptions import UnsupportedFeature


def management_address(method: str, path: str) -> UnsupportedFeature:
    """An address of the host's management API that is not emulated."""
    return UnsupportedFeature(
        "unsupported",
        feature=f"{method} {path}",
        azure="it belongs to the API by which the portal and the platform look after a deployed app.",
        remedy="do it with azfunc_host, or read it there: .restart(), .keys, .settings, .project, .invoke(name).",
    )


def extension_webhook(extension: str, method: str, path: str) -> UnsupportedFeature:
    """The webhook of an extension."""
    return UnsupportedFeature(
        "unsupported",
        feature=f"the webhook of the extension {extension!r} ({method} /{path})",
        azure="the extension takes the request and starts functions with it.",
        remedy="start the function with the payload of its trigger: host.invoke(name, payload).",
    )


def http_by_hand(function: str) -> UnsupportedFeature:
    """An HTTP function that is to be run through ``admin/functions``."""
    return UnsupportedFeature(
        "unsupported",
        function=function,
        feature="running an HTTP function by hand, through admin/functions",
        azure="the host makes a request of the input.",
        remedy="send the request to the function's own address.",
    )
