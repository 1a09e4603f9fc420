"""The generic binding: for every type that the SDK has no converter for, and for raw ``str`` and ``bytes``.

It is the one converter that lives in Azure's worker and not in the SDK (azure-functions-runtime-v1,
bindings/generic.py), so its rules are written out here.
"""

from __future__ import annotations

from typing import Any

from pytest_azfunc.project.indexing.binding_registry import GenericBinding


class GenericConverter(GenericBinding):
    """Same shape as the SDK's converters: classmethods on a class."""

    @classmethod
    def decode(cls, data: Any, *, trigger_metadata: Any) -> Any:
        """The raw value."""
        if data is None or data.type is None:
            return None
        if data.type in ("string", "bytes", "json"):  # JSON stays text
            return data.value
        raise ValueError('unexpected type of data received for the "generic" binding ', repr(data.type))

    @classmethod
    def encode(cls, obj: Any, *, expected_type: type | None) -> tuple[str | None, Any]:
        """The kind and the value; the SDK's Datum would not know the kinds ``dict`` and ``list``."""
        if obj is None:
            return None, None
        for kind, classes in _KINDS:
            if isinstance(obj, classes):
                return kind, bytes(obj) if isinstance(obj, bytearray) else obj
        raise NotImplementedError


_KINDS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("string", (str,)),
    ("bytes", (bytes, bytearray)),
    ("dict", (dict,)),
    ("list", (list,)),
    ("int", (int,)),  # bool too: it leaves as 1 or 0
    ("double", (float,)),
)
