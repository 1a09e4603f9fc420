"""What a test puts into a store, as bytes; and how bytes are shown."""

from __future__ import annotations

from typing import Any

from pytest_azfunc.errors import shown
from pytest_azfunc.host.bindings.given_values import content_of

__tracebackhide__ = True

_LONGEST_SHOWN = 200


def shown_body(body: bytes) -> str:
    """A body as a ``repr`` shows it: the text, or the bytes where they are no text."""
    try:
        return shown(body.decode("utf-8"), _LONGEST_SHOWN)
    except UnicodeDecodeError:
        return shown(body, _LONGEST_SHOWN)


def bytes_of(value: Any, call: str) -> bytes:
    """The bytes that a test puts into a store: ``bytes`` as they are, ``str`` as UTF-8, everything else as JSON.

    :param call: what the test has written, such as ``blob.write``.
    :raises BindingError: a value without a JSON form, or text that UTF-8 cannot carry.
    """
    content = content_of(value, call)
    return content.encode("utf-8") if isinstance(content, str) else content
