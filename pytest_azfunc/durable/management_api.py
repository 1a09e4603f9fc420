"""The HTTP API by which orchestrations and entities are managed, for the library's client and for everybody else.

The client asks it below ``/durabletask/``, others below ``/runtime/webhooks/durabletask/``; it answers both alike.
Source: durable extension, HttpApiHandler.cs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from pytest_azfunc.durable.actions import EntityId
from pytest_azfunc.durable.entities import Operation
from pytest_azfunc.durable.moments import utc_moment
from pytest_azfunc.durable.orchestration import Orchestration, RuntimeStatus
from pytest_azfunc.durable.status import second_text, status_json
from pytest_azfunc.durable.task_hub import TaskHub
from pytest_azfunc.errors import DurableError
from pytest_azfunc.host.bindings.net_values import new_guid_digits
from pytest_azfunc.host.stores.store import OF_TEST, Origin

__tracebackhide__ = True

_NO_ID = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")
_ID_LIMIT = 256


class Reply(NamedTuple):
    """An answer.

    :ivar body: what JSON says; None for an empty body.
    """

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


class Call(NamedTuple):
    """A request.

    :ivar segments: of the path, below the API's own, decoded.
    :ivar query: its parameters by name in lower case.
    :ivar body: JSON text; None for none.
    :ivar base_url: scheme and authority, as the caller knows the app.
    :ivar origin: whose client asks.
    """

    method: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    body: str | None
    base_url: str
    origin: Origin = OF_TEST

    def flag(self, name: str, default: bool = False) -> bool:
        """A parameter that is true or false."""
        value = self.query.get(name)
        return default if value is None else value.lower() == "true"


def call_of(method: str, path: str, query: str, body: str | None, base_url: str, origin: Origin = OF_TEST) -> Call:
    """A request by its path below the API's own."""
    segments = tuple(unquote(segment) for segment in path.strip("/").split("/"))
    parameters = {name.lower(): value for name, value in parse_qsl(query, keep_blank_values=True)}
    return Call(method.upper(), segments, parameters, body, base_url, origin)


def instance_id_fault(instance_id: str) -> str | None:
    """Why the host refuses it as the id of an instance; None for one that it takes."""
    if not instance_id:
        return "it is empty"
    if instance_id.startswith("@"):
        return "it begins with @"
    if len(instance_id) > _ID_LIMIT:
        return f"it has more than {_ID_LIMIT} characters"
    return "it has a character that no id may have" if _NO_ID.search(instance_id) else None


class ManagementApi:
    """Answers the requests to one task hub.

    :param client_payload: makes the addresses by which an instance is managed, of its id and the caller's base URL.
    """

    def __init__(
        self, hub: TaskHub, client_payload: Callable[[str, str], Mapping[str, str]], now: Callable[[], datetime]
    ):
        self._hub = hub
        self._payload = client_payload
        self._now = now

    def answer(self, call: Call) -> Reply:
        """Answer a request.

        :raises DurableError: where Azure would leave something waiting for ever.
        """
        area, rest = call.segments[0].lower(), len(call.segments) - 1
        if area == "orchestrators" and call.method == "POST" and rest in (1, 2):
            return self._start(call)
        if area == "instances" and rest in (0, 1) and call.segments[1:] in ((), ("",)):
            return self._many(call)
        if area == "instances" and rest == 1:
            return self._one(call)
        if area == "instances" and call.method == "POST" and rest in (2, 3):
            return self._change(call)
        if area == "entities" and rest in (0, 1, 2):
            return self._entity(call)
        return Reply(404)

    # -- starting

    def _start(self, call: Call) -> Reply:
        name, *ids = call.segments[1:]
        instance_id = ids[0] if ids else new_guid_digits()
        fault = instance_id_fault(instance_id)
        if fault is not None:
            return _refused(400, f"The instance id {instance_id!r} is refused: {fault}.")
        present = self._hub.orchestrations.get(instance_id)
        if present is not None and not present.is_over:
            return Reply(409, f"An Orchestration instance with the status {present.status.value} already exists.")
        try:
            given = None if call.body is None or not call.body.strip() else json.loads(call.body)
        except ValueError:
            return Reply(400, "The body is no JSON.")
        try:
            found = self._hub.start(
                name, given, instance_id=instance_id, version=call.query.get("version"), origin=call.origin
            )
        except DurableError as error:
            return _refused(400, str(error))
        return self._managed(found, call)

    def _managed(self, found: Orchestration, call: Call) -> Reply:
        payload = self._payload(found.id, call.base_url)
        return Reply(202, payload, {"Location": payload["statusQueryGetUri"], "Retry-After": "10"})

    # -- one instance

    def _one(self, call: Call) -> Reply:
        found = self._hub.orchestrations.get(call.segments[1])
        if found is None:
            return Reply(404)
        if call.method == "DELETE":
            if not found.is_over:
                return Reply(404)
            self._hub.purge(found)
            return Reply(200, {"instancesDeleted": 1})
        if call.method != "GET":
            return Reply(405)
        found.is_looked_at = True
        told = status_json(
            found,
            with_input=call.flag("showinput", default=True),
            with_history=call.flag("showhistory"),
            with_history_output=call.flag("showhistoryoutput"),
        )
        if not found.is_over:
            payload = self._payload(found.id, call.base_url)
            return Reply(202, told, {"Location": payload["statusQueryGetUri"], "Retry-After": "10"})
        is_error = found.status is RuntimeStatus.FAILED and call.flag("returninternalservererroronfailure")
        return Reply(500 if is_error else 200, told)

    def _change(self, call: Call) -> Reply:
        _, instance_id, operation, *rest = call.segments
        found = self._hub.orchestrations.get(instance_id)
        change = _CHANGES.get(operation.lower())
        if change is None or len(rest) != (operation.lower() == "raiseevent"):
            return Reply(404)
        if found is None:
            return Reply(404)
        return change(self, found, call)

    def _raise_event(self, found: Orchestration, call: Call) -> Reply:
        if found.is_over:
            return Reply(410)
        text = call.body if call.body is not None and call.body.strip() else "null"
        try:
            json.loads(text)
        except ValueError:
            return Reply(400, "Only application/json request content is supported")
        self._hub.raise_event(found, call.segments[3], text)
        return Reply(202)

    def _terminate(self, found: Orchestration, call: Call) -> Reply:
        if found.is_over:
            return Reply(410)
        self._hub.terminate(found, call.query.get("reason"))
        return Reply(202)

    def _suspend(self, found: Orchestration, call: Call) -> Reply:
        if found.is_over:
            return Reply(410)
        if found.is_suspended:
            return Reply(500, "Cannot suspend an orchestration that is suspended.")
        self._hub.suspend(found, call.query.get("reason"))
        return Reply(202)

    def _resume(self, found: Orchestration, call: Call) -> Reply:
        if found.is_over:
            return Reply(410)
        if not found.is_suspended:
            return Reply(500, "Cannot resume an orchestration that is not suspended.")
        self._hub.resume(found, call.query.get("reason"))
        return Reply(202)

    def _rewind(self, found: Orchestration, call: Call) -> Reply:
        if found.status is not RuntimeStatus.FAILED:
            return Reply(412, "The rewind operation is only supported on failed orchestration instances.")
        self._hub.rewind(found, call.query.get("reason"))
        return Reply(202)

    def _restart(self, found: Orchestration, call: Call) -> Reply:
        anew = call.flag("restartwithnewinstanceid", default=True)
        if not anew and not found.is_over:
            return Reply(409, f"An Orchestration instance with the status {found.status.value} already exists.")
        return self._managed(self._hub.restart(found, None if anew else found.id), call)

    # -- many

    def _many(self, call: Call) -> Reply:
        found = list(self._filtered(call.query))
        if call.method == "DELETE":
            over = [one for one in found if one.is_over]
            for one in over:
                self._hub.purge(one)
            return Reply(200, {"instancesDeleted": len(over)}) if over else Reply(404)
        if call.method != "GET":
            return Reply(405)
        for one in found:
            one.is_looked_at = True
        with_input = call.flag("showinput", default=True)
        page, token = _page(found, call.query)
        headers = {"x-ms-continuation-token": token}
        return Reply(200, [status_json(one, with_input=with_input) for one in page], headers)

    def _filtered(self, query: Mapping[str, str]) -> Iterable[Orchestration]:
        # What is no date is as if it were not there.
        since, until = utc_moment(query.get("createdtimefrom")), utc_moment(query.get("createdtimeto"))
        statuses = {status.strip().lower() for status in query.get("runtimestatus", "").split(",") if status.strip()}
        prefix = query.get("instanceidprefix", "")
        for one in list(self._hub.orchestrations.values()):
            if since is not None and one.created_at < since:
                continue
            if until is not None and one.created_at > until:
                continue
            if statuses and one.shown_status.value.lower() not in statuses:
                continue
            if one.id.startswith(prefix):
                yield one

    # -- entities

    def _entity(self, call: Call) -> Reply:
        if len(call.segments) < 3:
            if call.method != "GET":
                return Reply(405)
            name = call.segments[1].lower() if len(call.segments) == 2 else None
            present = [one for one in self._hub.entities.by_id.values() if one.exists and name in (None, one.id.name)]
            told = [
                {
                    "entityId": {"name": one.id.name, "key": one.id.key},
                    "lastOperationTime": second_text(one.updated_at or self._now()),
                }
                for one in present
            ]
            return Reply(200, told)
        entity_id = EntityId(call.segments[1].lower(), call.segments[2])
        if call.method == "GET":
            entity = self._hub.entities.by_id.get(entity_id)
            if entity is None or not entity.exists:
                return Reply(404)
            return Reply(200, None if entity.state is None else json.loads(entity.state))
        if call.method != "POST":
            return Reply(405)
        body = call.body if call.body is not None and call.body.strip() else None
        self._hub.entities.add(entity_id, Operation(call.query.get("op", ""), body, origin=call.origin))
        return Reply(202)


_CHANGES = {
    "raiseevent": ManagementApi._raise_event,
    "terminate": ManagementApi._terminate,
    "suspend": ManagementApi._suspend,
    "resume": ManagementApi._resume,
    "rewind": ManagementApi._rewind,
    "restart": ManagementApi._restart,
}


def _refused(status: int, text: str) -> Reply:
    """As the extension tells an exception; the library raises its message."""
    return Reply(
        status, {"Message": "Something went wrong.", "ExceptionMessage": text, "ExceptionType": "System.Exception"}
    )


def _page(found: list[Orchestration], query: Mapping[str, str]) -> tuple[list[Orchestration], str]:
    """A page of so many, and the token of the next; the token is a number here, which is nobody's to read."""
    first = int(query["x-ms-continuation-token"]) if query.get("x-ms-continuation-token", "").isdecimal() else 0
    top = int(query["top"]) if query.get("top", "").isdecimal() else 0
    if not top:
        return found[first:], ""
    return found[first : first + top], str(first + top) if first + top < len(found) else ""
