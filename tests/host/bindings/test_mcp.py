"""MCP triggers: what the host sends, and what the installed SDK makes of it."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.mcp import mcp_prompt, mcp_resource, mcp_tool
from pytest_azfunc.host.bindings.payload import Delivery, Payload
from pytest_azfunc.project.binding_types import KNOWN
from pytest_azfunc.project.function_json import parse_function
from pytest_azfunc.rpc import TypedData
from pytest_azfunc.worker.converters import Converters
from tests.host.occasions import occasion_of

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=timezone.utc)
CONVERTERS = Converters()
TEXT = st.text(st.characters(codec="utf-8"))
TRANSPORT = {"name": "http-streamable", "properties": {"headers": {"Accept": "*/*"}}}
CALLER: dict[str, Any] = {"session_id": "s1", "client_info": {"name": "c", "version": "2"}, "transport": TRANSPORT}
DOT_NET_CALLER = {
    "SessionId": "s1",
    "ClientInfo": {"Name": "c", "Version": "2"},
    "Transport": {"Name": "http-streamable", "Properties": {"headers": {"Accept": "*/*"}}},
}


def delivered(payload: Payload, kind: str, **binding: Any) -> Delivery:
    """What the host sends for the payload."""
    trigger = {"name": "context", "type": kind, "direction": "in", **binding}
    occasion = occasion_of(parse_function("Weather", "/app/Weather", {"bindings": [trigger]}, KNOWN), NOW)
    payload.fit(occasion)
    return payload.deliver(occasion)


def decoded(payload: Payload, kind: str, **binding: Any) -> Any:
    """What the worker makes of it."""
    delivery = delivered(payload, kind, **binding)
    assert isinstance(delivery.value, TypedData)
    return CONVERTERS.decode(kind, delivery.value, CONVERTERS.datums(delivery.metadata))


def text_of(delivery: Delivery) -> str:
    """The text that is sent."""
    assert isinstance(delivery.value, TypedData)
    assert delivery.value.kind == "string"
    return str(delivery.value.value)


def compact(value: Any) -> str:
    """JSON text as the host writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


# Tools


def test_a_tool() -> None:
    delivery = delivered(
        mcp_tool({"city": "Zürich", "days": 3, "wet": True}, name="forecast", **CALLER), "mcpToolTrigger"
    )
    caller = {"sessionid": "s1", "clientinfo": CALLER["client_info"], "transport": TRANSPORT}
    text = compact({"name": "forecast", "arguments": {"city": "Zürich", "days": 3, "wet": True}, **caller})
    assert delivery.value == TypedData("string", text)
    kinds = {"city": {"ValueKind": 3}, "days": {"ValueKind": 4}, "wet": {"ValueKind": 5}}
    assert dict(delivery.metadata) == {
        "mcptoolcontext": TypedData("json", compact({"Name": "forecast", "Arguments": kinds, **DOT_NET_CALLER})),
        "context": TypedData("string", text),
        "mcpsessionid": TypedData("string", "s1"),
        "mcptoolargs": TypedData("json", '{"city":"Zürich","days":"3","wet":"True"}'),
        # what a JSON object in a trigger value lays over the metadata
        "name": TypedData("string", "forecast"),
        "arguments": TypedData("json", '{"city":"Zürich","days":3,"wet":true}'),
        "sessionid": TypedData("string", "s1"),
        "clientinfo": TypedData("json", '{"name":"c","version":"2"}'),
        "transport": TypedData("json", compact(TRANSPORT)),
    }


def test_the_function_gets_the_text_of_a_tool_call() -> None:
    text = decoded(mcp_tool({"city": "Bern"}), "mcpToolTrigger", toolName="forecast")
    call = json.loads(text)
    assert (call["name"], call["arguments"]) == ("forecast", {"city": "Bern"})
    assert call["clientinfo"]["name"] == "pytest-azfunc"
    assert call["transport"]["properties"]["headers"]["Mcp-Session-Id"] == call["sessionid"]
    assert call["transport"]["sesssionId"] == call["sessionid"]


def test_what_is_null_is_left_out() -> None:
    delivery = delivered(mcp_tool(session_id=None, client_info=None), "mcpToolTrigger")
    call = json.loads(text_of(delivery))
    assert call.keys() == {"name", "transport"}
    assert call["name"] == "Weather"
    assert "sesssionId" not in call["transport"]
    assert delivery.metadata.keys() == {"mcptoolcontext", "context", "name", "transport"}


def test_arguments_as_text() -> None:
    values: dict[str, Any] = {"n": None, "f": False, "d": {"a": [1]}, "l": [], "x": 1.5}
    delivery = delivered(mcp_tool(values), "mcpToolTrigger")
    assert json.loads(delivery.metadata["mcptoolargs"].value) == {
        "n": "",
        "f": "False",
        "d": '{"a":[1]}',
        "l": "[]",
        "x": "1.5",
    }
    kinds = json.loads(delivery.metadata["mcptoolcontext"].value)["Arguments"]
    assert [kind["ValueKind"] for kind in kinds.values()] == [7, 6, 1, 2, 4]


def test_a_parameter_with_the_name_of_a_piece_of_metadata() -> None:
    delivery = delivered(mcp_tool({"a": 1}), "mcpToolTrigger", name="mcpToolArgs")
    assert delivery.metadata["mcpToolArgs"] == TypedData("json", '{"a":"1"}')
    assert "mcptoolargs" not in delivery.metadata


@given(st.dictionaries(TEXT, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT, max_size=4))
def test_arguments_come_back(arguments: dict[str, Any]) -> None:
    assert json.loads(decoded(mcp_tool(arguments), "mcpToolTrigger"))["arguments"] == arguments


# Resources


def test_a_resource() -> None:
    delivery = delivered(mcp_resource("file:///a", **CALLER), "mcpResourceTrigger")
    text = compact({"uri": "file:///a", "sessionid": "s1", "clientinfo": CALLER["client_info"], "transport": TRANSPORT})
    assert delivery.value == TypedData("string", text)
    assert dict(delivery.metadata) == {
        "mcpresourcecontext": TypedData("json", compact({"Uri": "file:///a", **DOT_NET_CALLER})),
        "context": TypedData("string", text),
        "mcpsessionid": TypedData("string", "s1"),
        "mcpresourceuri": TypedData("string", "file:///a"),
        "uri": TypedData("string", "file:///a"),
        "sessionid": TypedData("string", "s1"),
        "clientinfo": TypedData("json", '{"name":"c","version":"2"}'),
        "transport": TypedData("json", compact(TRANSPORT)),
    }


def test_the_resource_of_the_trigger() -> None:
    assert json.loads(decoded(mcp_resource(), "mcpResourceTrigger", uri="ui://x"))["uri"] == "ui://x"
    assert json.loads(decoded(mcp_resource(), "mcpResourceTrigger"))["uri"] == "resource://Weather"


# Prompts


def test_a_prompt() -> None:
    delivery = delivered(mcp_prompt({"code": "x=1"}, **CALLER), "mcpPromptTrigger", promptName="review")
    call = json.loads(text_of(delivery))
    assert call == {
        "name": "review",
        "arguments": {"code": "x=1"},
        "sessionid": "s1",
        "clientinfo": {"name": "c", "version": "2"},
        "transport": TRANSPORT,
    }
    assert delivery.metadata["mcppromptargs"] == TypedData("json", '{"code":"x=1"}')
    assert delivery.metadata["mcpsessionid"] == TypedData("string", "s1")
    assert "mcppromptcontext" in delivery.metadata


@pytest.mark.skipif(not hasattr(func, "PromptInvocationContext"), reason="this SDK knows no prompts")
def test_the_function_gets_a_context() -> None:
    context = decoded(mcp_prompt({"code": "x=1"}, name="review", **CALLER), "mcpPromptTrigger")
    assert isinstance(context, func.PromptInvocationContext)
    assert (context.name, context.arguments, context.sessionid) == ("review", {"code": "x=1"}, "s1")
    assert context.transport == TRANSPORT
    assert decoded(mcp_prompt(), "mcpPromptTrigger").arguments == {}


# Refusals


@pytest.mark.parametrize(
    ("builder", "arguments", "rule"),
    [
        (mcp_tool, {"arguments": "x"}, "payload-value"),
        (mcp_tool, {"arguments": [1]}, "payload-value"),
        (mcp_tool, {"arguments": {"a": b"x"}}, "payload-not-json"),
        (mcp_tool, {"name": 5}, "payload-value"),
        (mcp_tool, {"session_id": 5}, "payload-value"),
        (mcp_tool, {"client_info": "me"}, "payload-value"),
        (mcp_tool, {"transport": "http"}, "payload-value"),
        (mcp_resource, {"uri": ""}, "payload-value"),
        (mcp_resource, {"uri": 5}, "payload-value"),
        (mcp_prompt, {"arguments": {"n": 5}}, "payload-value"),
        (mcp_prompt, {"arguments": "x"}, "payload-value"),
        (mcp_prompt, {"name": 5}, "payload-value"),
    ],
)
def test_what_no_call_can_have(builder: Any, arguments: dict[str, Any], rule: str) -> None:
    with pytest.raises(BindingError) as caught:
        builder(**arguments)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("payload", "kind"),
    [(mcp_tool(), "mcpToolTrigger"), (mcp_resource(), "mcpResourceTrigger"), (mcp_prompt(), "mcpPromptTrigger")],
)
def test_the_extension_gives_text_only(payload: Payload, kind: str) -> None:
    with pytest.raises(BindingError) as caught:
        delivered(payload, kind, dataType="binary")
    assert caught.value.rule == "payload-data-type"
