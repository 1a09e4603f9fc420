"""Blobs that start a function."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import quote

from pytest_azfunc.errors import BindingError, ProjectError
from pytest_azfunc.host.bindings.blob_path import BlobPathError, BlobPattern
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload, content_of, net_time, wrong_value
from pytest_azfunc.project import Function
from pytest_azfunc.rpc import TypedData


@dataclass(frozen=True)
class BlobPayload(Payload):
    """One blob; see :func:`blob`."""

    builder: ClassVar[str] = "blob"
    makes: ClassVar[str] = "a blobTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("blobtrigger",))

    content: bytes
    name: str | None = None
    uri: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)

    def deliver(self, occasion: Occasion) -> Delivery:
        name, captures = self._place(occasion)
        uri = self.uri or f"https://azfunc.blob.core.windows.net/{quote(name)}"
        stamp = net_time(occasion.at)
        properties = {
            "LastModified": stamp,
            "CreatedOn": stamp,
            "Metadata": dict(self.metadata),
            "BlobType": 0,
            "ContentLength": len(self.content),
            "ContentType": "application/octet-stream",
            "ETag": {},
            **self.properties,
        }
        metadata = {
            "BlobTrigger": TypedData("string", name),
            "Uri": TypedData("json", _compact(uri)),
            "Properties": TypedData("json", _compact(properties)),
            "Metadata": TypedData("json", _compact(dict(self.metadata))),
        }
        spelled = {key.lower(): key for key in metadata}
        for key, value in captures.items():  # a capture overrules a built-in name
            metadata[spelled.get(key.lower(), key)] = TypedData("string", value)
        return Delivery(TypedData("bytes", self.content), metadata)

    def _place(self, occasion: Occasion) -> tuple[str, dict[str, str]]:
        """``container/name`` and what the trigger's path captures of it."""
        function, trigger = occasion.function, occasion.trigger
        pattern = pattern_of(function)
        if pattern is None:
            return self.name or "container/blob", {}
        if self.name is None:
            return pattern.example()
        for name in (self.name, f"{pattern.container}/{self.name}"):
            captures = pattern.match(name)
            if captures is not None:
                return name, captures
        raise BindingError(
            "blob-name",
            function=function.name,
            binding=trigger.name,
            location=trigger.location,
            name=self.name,
            path=trigger.properties["path"],
        )


def pattern_of(function: Function) -> BlobPattern | None:
    """Which blobs start a function with a ``blobTrigger``; None when its path is an app setting, or no text.

    :raises ProjectError: a path that no blob can have; the host leaves the function out.
    """
    trigger = function.trigger
    path = trigger.properties.get("path")
    if trigger.kind != "blobtrigger" or not isinstance(path, str) or "%" in path:
        return None
    try:
        pattern = BlobPattern.parse(path)
        reason = "no container has upper-case letters in its name" if pattern.is_hopeless else None
    except BlobPathError as error:
        reason = str(error)
    if reason is None:
        return pattern
    raise ProjectError(
        "blob-path", function=function.name, binding=trigger.name, location=trigger.location, path=path, reason=reason
    )


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def blob(
    content: Any = b"",
    *,
    name: str | None = None,
    uri: str | None = None,
    metadata: Mapping[str, str] | None = None,
    properties: Mapping[str, Any] | None = None,
) -> BlobPayload:
    """A blob, for a function with a ``blobTrigger``.

    :param content: ``bytes`` as they are, ``str`` as UTF-8; everything else as JSON. The function gets bytes.
    :param name: ``"container/name"``, or the name within the trigger's container. It must match the trigger's
        ``path``, whose ``{captures}`` it fills. Made from the path when None.
    :param uri: the blob's address; made from the name when None.
    :param metadata: the blob's user-defined metadata.
    :param properties: system properties such as ``{"ContentType": "image/png"}``, over realistic ones.
    :raises BindingError: an argument that no blob can have.
        (https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-blob-trigger)
    """
    for label, text in (("name", name), ("uri", uri)):
        if text is not None and (not isinstance(text, str) or not text):
            raise wrong_value("blob", label, text, "a text")
    for label, mapping in (("metadata", metadata), ("properties", properties)):
        if mapping is not None and not isinstance(mapping, Mapping):
            raise wrong_value("blob", label, mapping, "a mapping")
    body = content_of(content, "blob")
    raw = body.encode("utf-8") if isinstance(body, str) else body
    return BlobPayload(raw, name, uri, dict(metadata or {}), dict(properties or {}))
