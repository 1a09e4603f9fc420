"""What extension packages of the SDK add to a decorator app: SDK-type bindings and HTTP streaming.

An app has them when it imports the package, so only modules that are there already are looked at here.
"""

from __future__ import annotations

import os
import sys
from typing import Any, get_args, get_origin

_BASE = "azurefunctions.extensions.base"


def is_sdk_type(annotation: Any) -> bool:
    """Whether a parameter annotated so gets a client of the Azure SDK, or several of them."""
    return _is_subclass(annotation, "SdkType") or any(
        _is_subclass(inner, "SdkType") for inner in (get_args(annotation) if get_origin(annotation) is list else ())
    )


def is_settlement_client(annotation: Any) -> bool:
    """Whether a parameter annotated so gets the client that settles Service Bus messages, without any binding."""
    return _is_subclass(annotation, "GrpcClientType")


def _is_subclass(annotation: Any, name: str) -> bool:
    kind = getattr(sys.modules.get(_BASE), name, None)
    return isinstance(kind, type) and isinstance(annotation, type) and issubclass(annotation, kind)


def streams_http(root: str) -> str | None:
    """The package with which this app streams HTTP, or None.

    In Azure it is the process that has imported a web extension or not. Here other apps live in the process too, so
    the app's own modules must name the package.

    :param root: the app's folder.
    """
    tracker = getattr(sys.modules.get(f"{_BASE}.web"), "ModuleTrackerMeta", None)
    module = tracker.get_module() if tracker is not None else None
    if not module:
        return None
    package = ".".join(module.split(".")[:4])  # azurefunctions.extensions.http.fastapi
    files = {getattr(found, "__file__", None) for found in list(sys.modules.values())}
    own = [file for file in files if isinstance(file, str) and file.startswith(root + os.sep) and file.endswith(".py")]
    return package if any(package in _text(file) for file in own) else None


def _text(file: str) -> str:
    try:
        with open(file, encoding="utf-8", errors="replace") as content:
            return content.read()
    except OSError:
        return ""
