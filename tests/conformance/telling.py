"""A module of the app under test: logs everything that can be seen of a value, in words that can be compared."""

from __future__ import annotations

import collections.abc
import datetime
import logging

GETTERS = ("get_body", "get_json", "read", "to_dict")
COLLECTIONS = {"CollectionString": "string", "CollectionBytes": "bytes", "CollectionSInt64": "sint64"}
PLAIN = (str, bytes, bytearray, int, float, type(None), datetime.datetime, datetime.timedelta)


def tell(*values: object) -> None:
    """Log one line for each value."""
    for value in values:
        logging.info("%s", describe(value))


def describe(value: object) -> str:
    """Class and content of *value*; for objects of the SDK every public attribute, and what its getters return."""
    kind = type(value).__name__
    if isinstance(value, PLAIN):
        return f"{kind} {value!r}"
    if isinstance(value, collections.abc.Mapping):  # its class and order are protobuf's in Azure
        return "{" + ", ".join(sorted(f"{key!r}: {describe(item)}" for key, item in value.items())) + "}"
    if kind in COLLECTIONS:
        return f"{kind} {describe(list(getattr(value, COLLECTIONS[kind])))}"
    if isinstance(value, (list, tuple)):
        items = ", ".join(describe(item) for item in value)
        seen = public(value) if kind not in ("list", "tuple") else ""
        return f"{kind} [{items}]{seen}"
    return f"{kind}({public(value)})"


def public(value: object) -> str:
    """``name=description`` of each attribute that has no underscore and is no method."""
    parts = []
    for name in sorted(n for n in dir(value) if not n.startswith("_")):
        shown = attempt(value, name)
        if shown is not None:
            parts.append(f"{name}={shown}")
    return ", ".join(parts)


def attempt(value: object, name: str) -> str | None:
    """Description of one attribute, or of what it raises; None for methods that are no getters."""
    try:
        attribute = getattr(value, name)
        if callable(attribute):
            if name not in GETTERS:
                return None
            attribute = attribute()
        return describe(attribute)
    except Exception as error:
        return f"{type(error).__name__}({error})"
