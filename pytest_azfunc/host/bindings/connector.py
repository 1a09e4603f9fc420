"""What a managed connector sees.

Source: the connector extension's ConnectorTriggerBinding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pytest_azfunc.host.bindings.binding_type import BindingType, by_builder
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.given_values import content_of, plain
from pytest_azfunc.host.bindings.message_content import TextPayload
from pytest_azfunc.host.bindings.net_values import compact


@dataclass(frozen=True)
class ConnectorPayload(TextPayload):
    """What a connector saw; see :func:`connector`."""

    builder: ClassVar[str] = "connector"
    makes: ClassVar[str] = "a connectorTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("connectortrigger",))


@payload_builder
def connector(payload: Any = None) -> ConnectorPayload:
    """What a managed connector saw (a new mail, a new row), for a function with a ``connectorTrigger``.

    :param payload: the connector's payload: ``str`` is its JSON text, everything else is made JSON text; an empty
        object when None.
    :raises BindingError: a value without a JSON form.

    The function gets a ``str`` even where it is annotated ``dict``: the SDK's converter doesn't parse it.
    (https://github.com/Azure/azure-functions-connector-extension)
    """
    if payload is None:
        payload = {}
    if isinstance(payload, (str, bytes, bytearray, memoryview)):
        return ConnectorPayload(content_of(payload, "connector"))
    return ConnectorPayload(compact(plain(payload, "connector")))


TYPES = (BindingType("connectorTrigger", builder="connector", payload=by_builder(connector), returns=True),)
