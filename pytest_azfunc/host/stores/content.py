"""What a test puts into a store, as bytes; and how bytes are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pytest_azfunc.errors import BindingError, StoreError, kind_of, shown
from pytest_azfunc.host.bindings.given_values import content_of, plain
from pytest_azfunc.host.bindings.payload import Payload

__tracebackhide__ = True

P = TypeVar("P", bound=Payload)


def shown_body(body: bytes, longest: int = 200) -> str:
    """A body as a ``repr`` shows it: the text, or the bytes where they are no text.

    :param longest: how many characters of it are shown.
    """
    try:
        return shown(body.decode("utf-8"), longest)
    except UnicodeDecodeError:
        return shown(body, longest)


def built(build: Callable[..., P], kind: type[P], value: Any, properties: Mapping[str, Any], call: str) -> P:
    """The message of a value that a test sends: what a builder has made is one already.

    :param build: the builder of such messages.
    :param kind: what it builds.
    :param properties: its arguments.
    :param call: what the test has written, such as ``service_bus.send``.
    :raises BindingError: no message can have such a body or property.
    """
    if not isinstance(value, kind):
        return build(value, **properties)
    if properties:
        raise BindingError("payload-ready", builder=call, found=kind.builder, names=", ".join(properties))
    return value


def record_of(value: Any, call: str, what: str, taken: str = "a dict") -> dict[str, Any]:
    """What a test gives for a document, a row or an event, as JSON has it.

    :param value: a dict, a dataclass or a pydantic model.
    :param call: what the test has written, such as ``cosmos.upsert``.
    :param what: what it is to be: ``document``.
    :param taken: what is taken for one, in errors.
    :raises StoreError: it is something else, has no JSON form, or has names in it that are no text: JSON would change
        them.
    """
    try:
        found = None if isinstance(value, (str, bytes, bytearray, memoryview)) else plain(value, call)
    except BindingError as error:
        if error.rule != "payload-not-json":
            raise
        reason = f"it has no JSON form: {error.details['reason']}"
        raise StoreError("store-value", call=call, reason=reason) from None
    if not isinstance(found, dict):
        raise StoreError("store-value", call=call, reason=f"{kind_of(value)} is no {what} ({taken})")
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            odd = next((name for name in part if not isinstance(name, str)), None)
            if odd is not None:
                raise StoreError("store-value", call=call, reason=f"the name {shown(odd)} in the {what} is no text")
            part = list(part.values())
        if isinstance(part, (list, tuple)):
            waiting += part
    return found


def bytes_of(value: Any, call: str) -> bytes:
    """The bytes that a test puts into a store: ``bytes`` as they are, ``str`` as UTF-8, everything else as JSON.

    :param call: what the test has written, such as ``blob.write``.
    :raises BindingError: a value without a JSON form, or text that UTF-8 cannot carry.
    """
    content = content_of(value, call)
    return content.encode("utf-8") if isinstance(content, str) else content
