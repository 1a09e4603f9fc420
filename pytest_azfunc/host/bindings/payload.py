"""What all payloads have in common."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from pytest_azfunc.errors import BindingError, kind_of, shown
from pytest_azfunc.project import Binding, Function
from pytest_azfunc.rpc import ProxiedRequest, PythonObject, TypedData

# Encodes, with a full HTTP client, what takes one: a payload and its URL -> a prepared request.
Prepare = Callable[[Any, str], Any]
Decoder = Callable[["Payload", Any], Any]

# The host that `payload.decode(function)` asks: the one opened last in this context.
DECODER: ContextVar[Decoder | None] = ContextVar("azfunc_decoder", default=None)


class Delivery(NamedTuple):
    """What the host sends for one trigger value: typed data and trigger metadata.

    :ivar proxied: the HTTP request itself, for a function that streams HTTP.
    """

    value: TypedData | PythonObject | None
    metadata: Mapping[str, TypedData] = MappingProxyType({})
    proxied: ProxiedRequest | None = None


class Occasion(NamedTuple):
    """When and for which function a payload is delivered."""

    function: Function
    at: datetime
    base_url: str = "http://localhost:7071"
    route_prefix: str = "api"
    prepare_http: Prepare | None = None

    @property
    def trigger(self) -> Binding:
        """The function's trigger."""
        return self.function.trigger


class Payload:
    """A trigger value that a test has built. Subclasses are frozen dataclasses."""

    builder: ClassVar[str]
    """Name of the function that builds it."""
    makes: ClassVar[str]
    """What an error says that it is for."""
    trigger_types: ClassVar[frozenset[str] | None]
    """Trigger types it fits, in lower case; None for all."""

    def deliver(self, occasion: Occasion) -> Delivery:
        """Typed data and metadata, as the host would send them.

        :raises BindingError: the payload does not fit the function's binding.
        """
        raise NotImplementedError

    def decode(self, function: Any) -> Any:
        """The SDK object that *function* (a name or the function object) would get, for a direct call of it.

        A host must be open: use the fixture ``azfunc_trigger``, ``invoke`` or ``azfunc_host``.
        """
        decoder = DECODER.get()
        if decoder is None:
            raise BindingError("decode-without-host", builder=self.builder)
        return decoder(self, function)

    def fit(self, function: Function) -> None:
        """Check that the payload is meant for the function's trigger.

        :raises BindingError: it is not; the message names the right builder.
        """
        kind = function.trigger.type
        if self.trigger_types is not None and kind.lower() not in self.trigger_types:
            from pytest_azfunc.host.bindings.registry import entry  # which needs this module

            raise BindingError(
                "payload-builder",
                function=function.name,
                binding=function.trigger.name,
                location=function.trigger.location,
                builder=self.builder,
                makes=self.makes,
                type=kind,
                remedy=f"{entry(kind).builder}(...)",
            )


def wrong_value(builder: str, name: str, value: object, expected: str) -> BindingError:
    """The error for an argument of a builder."""
    return BindingError("payload-value", builder=builder, name=name, found=shown(value), expected=expected)


def is_sdk_object(value: object) -> bool:
    """Whether the value is an object of the ``azure-functions`` SDK; imports nothing to find out."""
    return any(cls.__module__.startswith("azure.functions") for cls in type(value).__mro__)


def to_json(value: Any, builder: str) -> str:
    """JSON text of a dict, list, scalar, dataclass or pydantic model, as the standard library writes it.

    :raises BindingError: the value has no JSON form; NaN and the infinities have none either.
    """
    dump = getattr(value, "model_dump_json", None)
    if callable(dump) and not isinstance(value, type):
        return str(dump())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = dataclasses.asdict(value)
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise BindingError(
            "payload-not-json", builder=builder, found=kind_of(value), reason=str(error) or type(error).__name__
        ) from None


def content_of(value: Any, builder: str) -> str | bytes:
    """The content of a message: text and bytes as they are, everything else as JSON."""
    if isinstance(value, str):
        return _utf8(value, builder)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    return to_json(value, builder)


def _utf8(text: str, builder: str) -> str:
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise wrong_value(builder, "body", text, "text that UTF-8 can carry (it has a lone surrogate)") from None
    return text


def string_or_bytes(content: str | bytes, binding: Binding, builder: str) -> TypedData:
    """The typed data of a trigger that gives the type it is asked for: bytes for dataType binary, else string."""
    if binding.data_type == "binary":
        return TypedData("bytes", content.encode("utf-8") if isinstance(content, str) else content)
    if isinstance(content, str):
        return TypedData("string", content)
    try:
        return TypedData("string", content.decode("utf-8"))
    except UnicodeDecodeError:
        raise BindingError(
            "payload-not-utf8", builder=builder, binding=binding.name, type=binding.type, location=binding.location
        ) from None


def as_utc(moment: datetime | None, default: datetime, builder: str, name: str) -> datetime:
    """The moment, or the default; must know its time zone."""
    if moment is None:
        return default
    if not isinstance(moment, datetime) or moment.tzinfo is None or moment.utcoffset() is None:
        raise wrong_value(builder, name, moment, "a datetime with a time zone, such as datetime.now(timezone.utc)")
    return moment.astimezone(timezone.utc)


def net_time(moment: datetime) -> str:
    """A moment in UTC as .NET's DateTimeOffset prints it in JSON: offset ``+00:00``, no needless zeros."""
    text = moment.isoformat()
    return f"{text[:-6].rstrip('0')}{text[-6:]}" if moment.microsecond else text


# Ids need to differ, not to be secret. A generator of our own leaves the one that a test may have seeded alone.
_RANDOM = random.Random()


def new_guid() -> str:
    """A random GUID. (``str(uuid.uuid4())`` takes ten times as long for the same.)"""
    digits = f"{_RANDOM.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
