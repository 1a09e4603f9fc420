"""Calls of a Model Context Protocol server: tools, resources, prompts.

Source: the mcp extension's McpToolTriggerBinding, McpResourceTriggerBinding, McpPromptTriggerBinding. The value is
the JSON text of the call, without what is null; most of it stands in the metadata as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

from pytest_azfunc.host.bindings.binding_type import BindingType, by_builder
from pytest_azfunc.host.bindings.builder_arguments import check_texts, text_mapping, wrong_value
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.by_hand import never
from pytest_azfunc.host.bindings.given_values import plain
from pytest_azfunc.host.bindings.message_content import text_delivery
from pytest_azfunc.host.bindings.net_values import compact, put
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True

_SESSION = "f4c1d0a86e6b4f0c9b1f6a2f5f0b7c3e"
_CLIENT: Mapping[str, Any] = MappingProxyType({"name": "pytest-azfunc", "version": "1.0.0"})


@dataclass(frozen=True)
class _Call:
    """Who calls, and how."""

    session_id: str | None
    client_info: Mapping[str, Any] | None
    transport: Mapping[str, Any]

    @classmethod
    def checked(cls, builder: str, session_id: object, client_info: object, transport: object) -> _Call:
        """The caller from a builder's arguments.

        :raises BindingError: an argument that no call can have.
        """
        check_texts(builder, session_id=session_id)
        for name, value in (("client_info", client_info), ("transport", transport)):
            if value is not None and not isinstance(value, Mapping):
                raise wrong_value(builder, name, value, "a mapping, or None")
        session = session_id if isinstance(session_id, str) else None
        client = None if client_info is None else plain(client_info, builder)
        return cls(session, client, _transport(session) if transport is None else plain(transport, builder))

    def deliver(self, occasion: Occasion, kind: _Kind, call: dict[str, Any]) -> Delivery:
        """Value and metadata of a call; *call* is what it says beside the caller."""
        whole = {
            **call,
            "sessionid": self.session_id,
            "clientinfo": self.client_info,
            "transport": self.transport,
        }
        text = compact({name: value for name, value in whole.items() if value is not None})
        metadata = {kind.context: TypedData("json", compact(self._as_dot_net(call)))}
        put(metadata, occasion.trigger.name, TypedData("string", text))
        if self.session_id is not None:
            put(metadata, "mcpsessionid", TypedData("string", self.session_id))
        for name, data in kind.metadata(call):
            put(metadata, name, data)
        return text_delivery(text, occasion, kind.builder, metadata)

    def _as_dot_net(self, call: Mapping[str, Any]) -> dict[str, Any]:
        """The call as the host's own JSON writer prints the extension's object: it can't look into arguments."""
        shown = {name.capitalize(): value for name, value in call.items()}
        if shown.get("Arguments") is not None:
            shown["Arguments"] = {name: {"ValueKind": _value_kind(v)} for name, v in shown["Arguments"].items()}
        client = None if self.client_info is None else _capitalised(self.client_info)
        return {**shown, "SessionId": self.session_id, "ClientInfo": client, "Transport": _capitalised(self.transport)}


@dataclass(frozen=True)
class _Kind:
    """One of the three triggers: its builder and how its metadata are called."""

    builder: str
    context: str
    arguments: str | None = None

    def metadata(self, call: Mapping[str, Any]) -> list[tuple[str, TypedData]]:
        """What the metadata say of the call, beside the context."""
        if self.arguments is None:
            return [("mcpresourceuri", TypedData("string", call["uri"]))]
        given = call["arguments"]
        if given is None:
            return []
        texts = {name: _json_element_text(value) for name, value in given.items()}
        return [(self.arguments, TypedData("json", compact(texts)))]


_TOOL = _Kind("mcp_tool", "mcptoolcontext", "mcptoolargs")
_RESOURCE = _Kind("mcp_resource", "mcpresourcecontext")
_PROMPT = _Kind("mcp_prompt", "mcppromptcontext", "mcppromptargs")


def _transport(session_id: str | None) -> dict[str, Any]:
    """How a call over streamable HTTP looks to the function."""
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    transport: dict[str, Any] = {"name": "http-streamable"}
    if session_id is not None:
        headers["Mcp-Session-Id"] = session_id
        transport["sesssionId"] = session_id  # spelled so in the extension
    return {**transport, "properties": {"headers": headers}}


def _capitalised(mapping: Mapping[str, Any]) -> dict[str, Any]:
    renamed = {"sesssionId": "SessionId"}
    return {renamed.get(name, name[:1].upper() + name[1:]): value for name, value in mapping.items()}


def _value_kind(value: Any) -> int:
    """What .NET's JsonElement calls a value."""
    if isinstance(value, bool):
        return 5 if value else 6
    kinds: tuple[tuple[type, int], ...] = ((dict, 1), (list, 2), (str, 3), (int, 4), (float, 4))
    return next((number for kind, number in kinds if isinstance(value, kind)), 7)


def _json_element_text(value: Any) -> str:
    """A value as .NET's ``JsonElement.ToString()`` prints it."""
    if value is None:
        return ""
    if isinstance(value, (str, bool)):
        return str(value)
    return compact(value)


@dataclass(frozen=True)
class McpToolPayload(Payload):
    """A call of an MCP tool; see :func:`mcp_tool`."""

    builder: ClassVar[str] = "mcp_tool"
    makes: ClassVar[str] = "an mcpToolTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("mcptooltrigger",))

    arguments: Mapping[str, Any] | None
    name: str | None
    call: _Call = field(repr=False)

    def deliver(self, occasion: Occasion) -> Delivery:
        name = self.name or _declared(occasion, "toolName") or occasion.function.name
        return self.call.deliver(occasion, _TOOL, {"name": name, "arguments": self.arguments})


@dataclass(frozen=True)
class McpResourcePayload(Payload):
    """A read of an MCP resource; see :func:`mcp_resource`."""

    builder: ClassVar[str] = "mcp_resource"
    makes: ClassVar[str] = "an mcpResourceTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("mcpresourcetrigger",))

    uri: str | None
    call: _Call = field(repr=False)

    def deliver(self, occasion: Occasion) -> Delivery:
        uri = self.uri or _declared(occasion, "uri") or f"resource://{occasion.function.name}"
        return self.call.deliver(occasion, _RESOURCE, {"uri": uri})


@dataclass(frozen=True)
class McpPromptPayload(Payload):
    """A request for an MCP prompt; see :func:`mcp_prompt`."""

    builder: ClassVar[str] = "mcp_prompt"
    makes: ClassVar[str] = "an mcpPromptTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("mcpprompttrigger",))

    arguments: Mapping[str, str] | None
    name: str | None
    call: _Call = field(repr=False)

    def deliver(self, occasion: Occasion) -> Delivery:
        name = self.name or _declared(occasion, "promptName") or occasion.function.name
        return self.call.deliver(occasion, _PROMPT, {"name": name, "arguments": self.arguments})


def _declared(occasion: Occasion, name: str) -> str | None:
    value = occasion.trigger.properties.get(name)
    return value if isinstance(value, str) else None


@payload_builder
def mcp_tool(
    arguments: Any = None,
    *,
    name: str | None = None,
    session_id: str | None = _SESSION,
    client_info: Mapping[str, Any] | None = _CLIENT,
    transport: Mapping[str, Any] | None = None,
) -> McpToolPayload:
    """A call of a tool by an MCP client, for a function with an ``mcpToolTrigger``.

    :param arguments: the tool's arguments by name (a dict, a dataclass, a pydantic model), each anything that JSON
        can say. None when the client gives none: the key is left out then.
    :param name: the tool's name; the trigger's ``toolName`` when None.
    :param session_id: the client's session; None for a client without one.
    :param client_info: the client's ``name`` and ``version``; None when it did not introduce itself.
    :param transport: how the call came: ``name``, ``sesssionId`` (spelled so) and ``properties`` with the HTTP
        ``headers``; streamable HTTP when None.
    :raises BindingError: an argument that no call can have.

    The function gets the JSON text of the call. In binding expressions, ``{mcptoolargs.city}`` is the argument
    ``city`` as text.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-mcp-tool-trigger)
    """
    check_texts("mcp_tool", name=name)
    given = None if arguments is None else plain(arguments, "mcp_tool")
    if given is not None and not isinstance(given, dict):
        raise wrong_value("mcp_tool", "arguments", arguments, "a mapping of the tool's arguments")
    return McpToolPayload(given, name, _Call.checked("mcp_tool", session_id, client_info, transport))


@payload_builder
def mcp_resource(
    uri: str | None = None,
    *,
    session_id: str | None = _SESSION,
    client_info: Mapping[str, Any] | None = _CLIENT,
    transport: Mapping[str, Any] | None = None,
) -> McpResourcePayload:
    """A read of a resource by an MCP client, for a function with an ``mcpResourceTrigger``.

    :param uri: which resource; the trigger's ``uri`` when None.
    :param session_id: the client's session; None for a client without one.
    :param client_info: the client's ``name`` and ``version``; None when it did not introduce itself.
    :param transport: how the call came; see :func:`mcp_tool`.
    :raises BindingError: an argument that no read can have.

    The function gets the JSON text of the request.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-mcp-resource-trigger)
    """
    if uri is not None and (not isinstance(uri, str) or not uri):
        raise wrong_value("mcp_resource", "uri", uri, "a URI")
    check_texts("mcp_resource", uri=uri)
    return McpResourcePayload(uri, _Call.checked("mcp_resource", session_id, client_info, transport))


@payload_builder
def mcp_prompt(
    arguments: Mapping[str, str] | None = None,
    *,
    name: str | None = None,
    session_id: str | None = _SESSION,
    client_info: Mapping[str, Any] | None = _CLIENT,
    transport: Mapping[str, Any] | None = None,
) -> McpPromptPayload:
    """A request for a prompt by an MCP client, for a function with an ``mcpPromptTrigger``.

    :param arguments: the prompt's arguments by name; the protocol allows strings only. None when there are none.
    :param name: the prompt's name; the trigger's ``promptName`` when None.
    :param session_id: the client's session; None for a client without one.
    :param client_info: the client's ``name`` and ``version``; None when it did not introduce itself.
    :param transport: how the request came; see :func:`mcp_tool`.
    :raises BindingError: an argument that no request can have.

    The function gets a ``func.PromptInvocationContext``.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-mcp)
    """
    check_texts("mcp_prompt", name=name)
    given = None if arguments is None else text_mapping("mcp_prompt", "arguments", arguments)
    return McpPromptPayload(given, name, _Call.checked("mcp_prompt", session_id, client_info, transport))


TYPES = (
    BindingType("mcpToolTrigger", builder="mcp_tool", payload=by_builder(mcp_tool), by_hand=never, returns=True),
    BindingType(
        "mcpResourceTrigger", builder="mcp_resource", payload=by_builder(mcp_resource), by_hand=never, returns=True
    ),
    BindingType("mcpPromptTrigger", builder="mcp_prompt", payload=by_builder(mcp_prompt), by_hand=never, returns=True),
)
