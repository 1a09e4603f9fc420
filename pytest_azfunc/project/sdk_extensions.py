"""What extension packages of the SDK add to a decorator app's parameters: clients of the Azure SDK.

An app has them when it imports the package, so only modules that are there already are looked at here.
"""

from __future__ import annotations

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
