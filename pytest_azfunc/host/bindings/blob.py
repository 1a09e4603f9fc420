"""Blobs: those that start a function, and those that it reads and writes."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import quote

from pytest_azfunc.errors import BindingError, ProjectError
from pytest_azfunc.host.bindings.binding_type import BindingType, Loss, by_builder
from pytest_azfunc.host.bindings.blob_address import blob_address
from pytest_azfunc.host.bindings.blob_path import BlobPathError, BlobPattern
from pytest_azfunc.host.bindings.builder_arguments import check_filled_texts, text_mapping
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.by_hand import unfit
from pytest_azfunc.host.bindings.given_values import content_of, properties_of
from pytest_azfunc.host.bindings.inputs import NOTHING, Input
from pytest_azfunc.host.bindings.net_values import as_json, net_time
from pytest_azfunc.host.bindings.output_bodies import body_of
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload, Target
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True


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
            "Uri": as_json(uri),
            "Properties": as_json(properties),
            "Metadata": as_json(dict(self.metadata)),
        }
        spelled = {key.lower(): key for key in metadata}
        for key, value in captures.items():  # a capture overrules a built-in name
            metadata[spelled.get(key.lower(), key)] = TypedData("string", value)
        return Delivery(TypedData("bytes", self.content), metadata)

    def _place(self, occasion: Occasion) -> tuple[str, dict[str, str]]:
        """``container/name`` and what the trigger's path captures of it."""
        pattern: BlobPattern | None = occasion.target.listener
        if pattern is None:
            return self.name or "container/blob", {}
        if self.name is None:
            return pattern.example()
        for name in (self.name, f"{pattern.container}/{self.name}"):
            captures = pattern.match(name)
            if captures is not None:
                return name, captures
        raise occasion.error("blob-name", name=self.name, path=occasion.trigger.properties["path"])


# A test opens a host of its own, but its patterns are those of the test before.
_parse = lru_cache(maxsize=1024)(BlobPattern.parse)


def _listen(target: Target) -> BlobPattern | None:
    """Which blobs start the function; None when its path is no text, or an app setting that gives none.

    :raises ProjectError: a path that no blob can have; the host leaves the function out.
    """
    path = target.resolved("path")
    if path is None:
        return None
    try:
        pattern = _parse(path)
        reason = "no container has upper-case letters in its name" if pattern.is_hopeless else None
    except BlobPathError as error:
        reason = str(error)
    if reason is None:
        return pattern
    trigger = target.trigger
    if trigger.properties["path"] != path:
        return None  # the value of an app setting is shown nowhere
    name, place = target.function.name, trigger.location
    raise ProjectError("blob-path", function=name, binding=trigger.name, location=place, path=path, reason=reason)


@payload_builder
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
    check_filled_texts("blob", **{label: text for label, text in (("name", name), ("uri", uri)) if text is not None})
    named = text_mapping("blob", "metadata", metadata)
    system = properties_of("blob", "properties", properties)
    body = content_of(content, "blob")
    raw = body.encode("utf-8") if isinstance(body, str) else body
    return BlobPayload(raw, name, uri, named, system)


def _by_hand(text: str | None, occasion: Occasion) -> Payload:
    """The text is the path of a blob, which has to be there; nothing is stored yet."""
    container, _, name = (text or "").partition("/")
    if not container or not name:
        raise unfit(text, occasion, "the path of a blob, 'container/name'")
    raise occasion.error("by-hand-blob", type=occasion.trigger.type, name=text)


def _input(given: Input, value: Any) -> TypedData:
    if value is None or given.binding.data_type in ("undefined", "stream"):
        return NOTHING  # these two, written out in function.json, make the host send nothing at all
    try:
        content = content_of(value, given.binding.name)
    except BindingError as error:
        raise given.located(error) from None
    raw = content.encode("utf-8") if isinstance(content, str) else content
    if given.binding.data_type == "binary":
        return TypedData("bytes", raw)
    # The host reads the blob as text: it drops a byte order mark and replaces what is not UTF-8.
    return TypedData("string", raw.decode("utf-8-sig", "replace"))


def _body(data: TypedData) -> bytes:
    """.NET's BitConverter makes raw bytes of a number. An integer is cut to 32 bits before."""
    if data.kind == "double":
        return struct.pack("<d", data.value)
    return struct.pack("<I", data.value & 0xFFFFFFFF) if data.kind == "int" else body_of(data)


def _raw_number(_: Any, data: TypedData) -> Loss | None:
    if data.kind in ("int", "double"):
        return "output-number", "the blob gets the number's raw bytes, not its digits"
    return None


_PATH = ("path",)

TYPES = (
    BindingType(
        "blobTrigger",
        builder="blob",
        payload=by_builder(blob),
        listen=_listen,
        by_hand=_by_hand,
        address=_PATH,
        dictionaries={"properties": True, "metadata": True},
        store="blob",
    ),
    BindingType(
        "blob",
        input=_input,
        body=_body,
        loss=_raw_number,
        address=_PATH,
        check_address=blob_address,
        store="blob",
    ),
)
