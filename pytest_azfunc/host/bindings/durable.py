"""Durable Functions at the level of typed data: what the extension sends to one activity, orchestrator or entity call.

Sources: the extension's Activity-, Orchestration- and EntityTriggerAttributeBindingProvider, durabletask's events.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any, ClassVar

from pytest_azfunc.errors import kind_of
from pytest_azfunc.host.bindings.binding_type import BindingType, by_builder
from pytest_azfunc.host.bindings.builder_arguments import check_required_texts, check_texts, wrong_value
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.by_hand import json_value, never
from pytest_azfunc.host.bindings.durable_version import refuse_second_version
from pytest_azfunc.host.bindings.given_values import not_json, plain
from pytest_azfunc.host.bindings.inputs import Input, object_text
from pytest_azfunc.host.bindings.message_content import text_delivery
from pytest_azfunc.host.bindings.net_values import compact, new_guid_digits, put, utc_text
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True

_RPC_URL = "http://127.0.0.1:17071/durabletask/"
_KEY = "code=system-key"  # as the app's keys have it


def durable_json(value: Any, builder: str) -> str:
    """JSON text as the durable library writes it: an object with ``to_json()`` travels in an envelope.

    :raises BindingError: the value has no JSON form.
    """

    def encode(item: Any) -> Any:
        kind = type(item)
        if hasattr(kind, "to_json"):
            return {"__class__": kind.__name__, "__module__": kind.__module__, "__data__": kind.to_json(item)}
        if is_dataclass(item) or isinstance(item, Mapping) or hasattr(item, "model_dump_json"):
            return plain(item, builder)
        raise TypeError(f"{kind_of(item)} is not JSON serializable")

    try:
        return json.dumps(value, default=encode)
    except (TypeError, ValueError, RecursionError) as error:
        raise not_json(builder, kind_of(value), error) from None


def _indented(value: Any) -> str:
    """JSON text as the extension prints its own objects."""
    return json.dumps(value, indent=2, ensure_ascii=False)


# --- activities


@dataclass(frozen=True)
class ActivityPayload(Payload):
    """A call of an activity; see :func:`activity`."""

    builder: ClassVar[str] = "activity"
    makes: ClassVar[str] = "an activityTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("activitytrigger",))

    text: str
    instance_id: str | None = None

    def deliver(self, occasion: Occasion) -> Delivery:
        refuse_second_version(occasion.function.name, occasion.trigger)
        metadata = {"instanceId": TypedData("string", self.instance_id or new_guid_digits())}
        put(metadata, occasion.trigger.name, TypedData("string", self.text))
        put(metadata, "data", TypedData("json", compact(self.text)))  # a JSON string that holds the input's JSON
        return text_delivery(self.text, occasion, self.builder, metadata)


@payload_builder
def activity(input: Any = None, *, instance_id: str | None = None) -> ActivityPayload:
    """A call of an activity by an orchestrator, for a function with an ``activityTrigger``.

    :param input: what the orchestrator passes to ``context.call_activity("Name", input)``: anything that JSON can
        say, or an object with ``to_json()`` and ``from_json()``; dataclasses and pydantic models without them are
        made JSON, which the durable library would refuse. A ``str`` arrives as a ``str``, even ``"123"``.
    :param instance_id: the orchestration's id; a new one when None.
    :raises BindingError: an input without a JSON form.

    For text that is no JSON, as an orchestrator in another language may send it, use ``generic("text")``.
    (https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-bindings)
    """
    check_texts("activity", instance_id=instance_id)
    return ActivityPayload(durable_json(input, "activity"), instance_id)


# --- orchestrators


@dataclass(frozen=True)
class OrchestrationPayload(Payload):
    """One episode of an orchestration; see :func:`orchestration`."""

    builder: ClassVar[str] = "orchestration"
    makes: ClassVar[str] = "an orchestrationTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("orchestrationtrigger",))

    input: str | None
    history: tuple[Mapping[str, Any], ...] = ()
    instance_id: str | None = None
    is_replaying: bool = False
    parent_instance_id: str | None = None

    def deliver(self, occasion: Occasion) -> Delivery:
        refuse_second_version(occasion.function.name, occasion.trigger)
        instance_id = self.instance_id or new_guid_digits()
        context = {
            "history": list(self.history) or self._beginning(occasion, instance_id),
            "input": self.input,
            "instanceId": instance_id,
            "isReplaying": self.is_replaying,
            "parentInstanceId": self.parent_instance_id,
            "upperSchemaVersion": 1,
            "upperSchemaVersionNew": 2,
            "longRunningTimerIntervalDuration": "3.00:00:00",
            "maximumShortTimerDuration": "6.00:00:00",
            "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,  # spelled so
        }
        text = _indented(context)
        metadata = {occasion.trigger.name: TypedData("string", text)}
        return text_delivery(text, occasion, self.builder, metadata)

    def _beginning(self, occasion: Occasion, instance_id: str) -> list[dict[str, Any]]:
        """The two events that every history begins with."""
        base = {"EventId": -1, "IsPlayed": self.is_replaying, "Timestamp": utc_text(occasion.at)}
        declared = occasion.trigger.properties.get("orchestration")
        parent = None
        if self.parent_instance_id is not None:
            ids = {"InstanceId": self.parent_instance_id, "ExecutionId": new_guid_digits()}
            parent = {"Name": None, "OrchestrationInstance": ids, "TaskScheduleId": 0, "Version": None}
        return [
            {"EventType": 12, **base},
            {
                "EventType": 0,
                "ParentInstance": parent,
                "Name": declared if isinstance(declared, str) and declared else occasion.function.name,
                "Version": "",
                "Input": None if self.input is None else json.dumps(self.input),
                "Tags": None,
                "OrchestrationInstance": {"InstanceId": instance_id, "ExecutionId": new_guid_digits()},
                **base,
            },
        ]


@payload_builder
def orchestration(
    input: Any = None,
    *,
    history: Iterable[Mapping[str, Any]] = (),
    instance_id: str | None = None,
    is_replaying: bool = False,
    parent_instance_id: str | None = None,
) -> OrchestrationPayload:
    """One episode of an orchestration, for a function with an ``orchestrationTrigger``.

    :param input: what the client passes to ``client.start_new("Name", client_input=input)``; ``context.get_input()``
        gives it back.
    :param history: the complete history, each event a mapping with ``EventType``, ``EventId``, ``IsPlayed``,
        ``Timestamp`` and what belongs to its type. When empty, the first episode: the orchestration just started.
    :param instance_id: the orchestration's id; a new one when None.
    :param is_replaying: whether the orchestrator ran before; false in the first episode only.
    :param parent_instance_id: id of the orchestration that started this one; None when a client did.
    :raises BindingError: an argument that no orchestration can have.

    The function gets an ``OrchestrationContext`` whose ``body`` is the JSON text; ``df.Orchestrator.create`` replays
    it and returns the actions that it wants, as JSON text. Nothing else is run.
    (https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-bindings)
    """
    check_texts("orchestration", instance_id=instance_id, parent_instance_id=parent_instance_id)
    if not isinstance(is_replaying, bool):
        raise wrong_value("orchestration", "is_replaying", is_replaying, "True or False")
    listed = isinstance(history, Iterable) and not isinstance(history, (str, bytes, Mapping))
    events = tuple(history) if listed else ()
    if not listed or not all(isinstance(event, Mapping) for event in events):
        raise wrong_value("orchestration", "history", history, "a list of events, each a mapping")
    return OrchestrationPayload(
        None if input is None else durable_json(input, "orchestration"),
        tuple(plain(event, "orchestration") for event in events),
        instance_id,
        is_replaying,
        parent_instance_id,
    )


# --- entities


@dataclass(frozen=True)
class EntityPayload(Payload):
    """Operations on an entity; see :func:`entity`."""

    builder: ClassVar[str] = "entity"
    makes: ClassVar[str] = "an entityTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("entitytrigger",))

    operations: tuple[Mapping[str, Any], ...]
    name: str | None = None
    key: str = "1"
    state: str | None = None
    exists: bool = False

    def deliver(self, occasion: Occasion) -> Delivery:
        refuse_second_version(occasion.function.name, occasion.trigger)
        declared = occasion.trigger.properties.get("entityName")
        name = self.name or (declared if isinstance(declared, str) and declared else occasion.function.name)
        text = _indented(
            {
                "self": {"name": name.lower(), "key": self.key},
                "exists": self.exists,
                "state": self.state,
                "batch": list(self.operations),
            }
        )
        metadata = {occasion.trigger.name: TypedData("string", text)}
        return text_delivery(text, occasion, self.builder, metadata)


@payload_builder
def entity(
    operations: Any = "get",
    *,
    name: str | None = None,
    key: str = "1",
    state: Any = None,
    exists: bool | None = None,
) -> EntityPayload:
    """Operations on an entity, for a function with an ``entityTrigger``.

    :param operations: one operation or a list of them, which run as one batch. An operation is its name
        (``"get"``), name and input (``("add", 5)``), or a mapping with ``name`` and, if need be, ``input`` and
        ``isSignal``.
    :param name: the entity's name, which Azure writes in lower case; the function's when None.
    :param key: which entity of that name.
    :param state: its state before, anything that JSON can say; None for none.
    :param exists: whether it exists; when None, it does if it has a state.
    :raises BindingError: an argument that no entity can have.

    The function gets an ``EntityContext`` whose ``body`` is the JSON text; ``df.Entity.create`` runs the operations
    and returns state and results as JSON text.
    (https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-bindings)
    """
    check_texts("entity", name=name)
    check_required_texts("entity", key=key)
    if exists is not None and not isinstance(exists, bool):
        raise wrong_value("entity", "exists", exists, "True, False or None")
    batch = operations if isinstance(operations, list) else [operations]
    text = None if state is None else durable_json(state, "entity")
    present = text is not None if exists is None else exists
    return EntityPayload(tuple(_operation(item) for item in batch), name, key, text, present)


def _operation(operation: Any) -> dict[str, Any]:
    """One entry of the batch; its input is JSON text within JSON text, as client and orchestrator write it."""
    name, given, signal = operation, None, False
    if isinstance(operation, tuple) and len(operation) == 2:
        name, given = operation
    elif isinstance(operation, Mapping) and not operation.keys() - {"name", "input", "isSignal"}:
        name, given, signal = operation.get("name"), operation.get("input"), operation.get("isSignal", False)
    if not isinstance(name, str) or not name or not isinstance(signal, bool):
        raise wrong_value(
            "entity", "operations", operation, '"name", ("name", input) or {"name": ..., "input": ..., "isSignal": ...}'
        )
    text = None if given is None else json.dumps(durable_json(given, "entity"))
    return {"name": name, "input": text, "isSignal": signal}


# --- clients


def _client(given: Input, value: Any) -> TypedData:
    refuse_second_version(given.function, given.binding)
    make = given.durable_client or durable_client
    return object_text(given, value, make(given.text("taskHub", "TestHubName"), given.base_url))


def durable_client(task_hub: str, base_url: str, rpc_base_url: str = _RPC_URL) -> dict[str, Any]:
    """What the host tells a durable client: where to start orchestrations and how to manage them.

    :param task_hub: name of the task hub.
    :param base_url: address of the host.
    :param rpc_base_url: where the library's client sends its requests to.
    """
    base = f"{base_url}/runtime/webhooks/durabletask"
    instance = f"{base}/instances/INSTANCEID"  # the durable library puts the id in its place
    query = f"taskHub={task_hub}&connection=Storage&{_KEY}"
    start = f"{base}/orchestrators/{{functionName}}[/{{instanceId}}]"
    return {
        "taskHubName": task_hub,
        "creationUrls": {
            "createNewInstancePostUri": f"{start}?{_KEY}",
            "createAndWaitOnNewInstancePostUri": (
                f"{start}?timeout={{timeoutInSeconds}}&pollingInterval={{intervalInSeconds}}&{_KEY}"
            ),
        },
        "managementUrls": {
            "id": "INSTANCEID",
            "statusQueryGetUri": f"{instance}?{query}",
            "sendEventPostUri": f"{instance}/raiseEvent/{{eventName}}?{query}",
            "terminatePostUri": f"{instance}/terminate?reason={{text}}&{query}",
            "rewindPostUri": f"{instance}/rewind?reason={{text}}&{query}",
            "purgeHistoryDeleteUri": f"{instance}?{query}",
            "restartPostUri": f"{instance}/restart?{query}",
            "suspendPostUri": f"{instance}/suspend?reason={{text}}&{query}",
            "resumePostUri": f"{instance}/resume?reason={{text}}&{query}",
        },
        "baseUrl": base,
        "requiredQueryStringParameters": _KEY,
        "rpcBaseUrl": rpc_base_url,
    }


def _activity_by_hand(text: str | None, occasion: Occasion) -> Payload:
    """The text is the activity's input, as JSON."""
    return activity(json_value(text, occasion, "the activity's input, as JSON"))


TYPES = (
    BindingType(
        "orchestrationTrigger", builder="orchestration", payload=by_builder(orchestration), by_hand=never, returns=True
    ),
    BindingType(
        "activityTrigger",
        builder="activity",
        payload=by_builder(activity),
        address=("activity",),
        by_hand=_activity_by_hand,
        returns=True,
    ),
    BindingType(
        "entityTrigger",
        builder="entity",
        payload=by_builder(entity),
        address=("entityName",),
        by_hand=never,
        returns=True,
    ),
    BindingType("durableClient", input=_client, expressions=("taskHub",)),
    BindingType("orchestrationClient", input=_client, expressions=("taskHub",)),
)
