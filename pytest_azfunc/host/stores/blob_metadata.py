"""The user-defined metadata of blobs: which the service takes. Pure.

Source: the Blob service's REST reference (Setting and retrieving properties and metadata).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pytest_azfunc.errors import StoreError, shown

__tracebackhide__ = True

# The names of metadata are those that C# can have; a name counts once, whatever its case.
_METADATA_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MOST_METADATA = 8 * 1024


def checked_metadata(metadata: Mapping[str, str], path: str) -> dict[str, str]:
    """A copy of what a test or a function gives as the metadata of a blob, as the service keeps it.

    :param path: of the blob, in errors.
    :raises StoreError: no blob can have it.
    """
    call = f"metadata of the blob {path!r}"
    if not isinstance(metadata, Mapping):
        raise StoreError("store-value", call=call, reason=f"{shown(metadata)} is no mapping of texts")
    seen: set[str] = set()
    kept = {}
    for name, value in metadata.items():
        if not isinstance(name, str):
            raise StoreError("store-value", call=call, reason=f"the name {shown(name)} is no text")
        if not isinstance(value, str):
            raise StoreError("store-value", call=call, reason=f"the value {shown(value)} of {shown(name)} is no text")
        if _METADATA_NAME.fullmatch(name) is None:
            raise StoreError("store-value", call=call, reason=f"{shown(name)} is no name that C# can have")
        if name.lower() in seen:
            raise StoreError("store-value", call=call, reason=f"{shown(name)} is there twice: case does not count")
        if not value.isascii() or not value.isprintable():
            reason = f"the value of {shown(name)} is no text that a header carries"
            raise StoreError("store-value", call=call, reason=reason)
        kept[name] = value.strip(" ")  # as of any header
        seen.add(name.lower())
    size = sum(len(name) + len(value) for name, value in metadata.items())
    if size > _MOST_METADATA:
        raise StoreError("store-too-large", what=call, size=size, limit=_MOST_METADATA, service="the Blob service")
    return kept
