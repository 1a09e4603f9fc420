"""What extension packages of the SDK add to a decorator app's parameters: clients of the Azure SDK.

An app has them when it imports the package, so only modules that are there already are looked at here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, get_args, get_origin

_BASE = "azurefunctions.extensions.base"


def is_sdk_type(annotation: Any) -> bool:
    """Whether a parameter annotated so gets a client of the Azure SDK, or several of them."""
    origin, inner = get_origin(annotation), get_args(annotation)
    is_iterable = isinstance(origin, type) and issubclass(origin, Iterable) and len(inner) == 1
    return _is_subclass(inner[0] if is_iterable else annotation, "SdkType")


def accepts_client(binding_type: str, annotation: Any) -> bool:
    """Whether a package has a converter that makes such a client of this type of binding.

    :raises TypeError: the annotation is a generic and the converter knows classes only.
    """
    registry = getattr(sys.modules.get(_BASE), "get_binding_registry", None)
    if registry is None:  # nobody to ask
        return True
    converter = registry().get(binding_type)
    return converter is not None and bool(converter.check_input_type_annotation(annotation))


def is_settlement_client(annotation: Any) -> bool:
    """Whether a parameter annotated so gets the client that settles Service Bus messages, without any binding."""
    return _is_subclass(annotation, "GrpcClientType")


def _is_subclass(annotation: Any, name: str) -> bool:
    kind = getattr(sys.modules.get(_BASE), name, None)
    return isinstance(kind, type) and isinstance(annotation, type) and issubclass(annotation, kind)
