"""Durable Functions on a running host: the engine joined with its agenda, its functions and its clients."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import random
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from pytest_azfunc.durable import determinism, json_protocol, replaying
from pytest_azfunc.durable.actions import CallHttp, Decision
from pytest_azfunc.durable.client_seam import CLIENT_SEAM
from pytest_azfunc.durable.episode_payload import EpisodePayload
from pytest_azfunc.durable.execution import ActionsDiffer
from pytest_azfunc.durable.handles import Durable
from pytest_azfunc.durable.history import HistoryEvent
from pytest_azfunc.durable.management_api import Call, ManagementApi, Reply, call_of
from pytest_azfunc.durable.orchestration import Orchestration
from pytest_azfunc.durable.refusals import differs, missing, replay_differs
from pytest_azfunc.durable.replaying import Replayed
from pytest_azfunc.durable.task_hub import TaskHub
from pytest_azfunc.durable.work import Answer, Work
from pytest_azfunc.errors import DeterminismError, DurableError
from pytest_azfunc.host.agenda import Agenda, Entry
from pytest_azfunc.host.bindings.durable import durable_client
from pytest_azfunc.host.bindings.durable_version import refuse_installed_version, refuse_second_version
from pytest_azfunc.host.failures import Failure
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.script_host import ScriptHost
from pytest_azfunc.host.stores.store import OF_TEST, Origin
from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import HttpResult
from pytest_azfunc.process.event_loops import is_loop_running
from pytest_azfunc.project import Function
from pytest_azfunc.project.settings import is_disabled

__tracebackhide__ = True

_NAMES = {"activitytrigger": "activity", "orchestrationtrigger": "orchestration", "entitytrigger": "entityName"}

# What the library warns of although the app can do nothing about it: it decodes without knowing the type, and an
# event has come before it was waited for.
_OWN_WARNINGS = "azure.functions df_loads|azure.functions Durable JSON codec|Potential duplicate Task completion"


class DurableHost:
    """Durable Functions of one running app.

    :ivar durable: as a test sees them.
    :ivar api: the management API.
    """

    def __init__(
        self,
        script_host: ScriptHost,
        agenda: Agenda,
        *,
        base_url: str,
        advance: Callable[[timedelta], object],
        send: Callable[[CallHttp], Answer],
        at_another_time: Callable[[], contextlib.AbstractContextManager[None]],
    ) -> None:
        """On a host.

        :param base_url: where the app is.
        :param advance: lets time pass on the host's clock, and does what comes due.
        :param send: sends an HTTP request.
        :param at_another_time: while its block runs, the clock shows another time.
        :raises UnsupportedFeature: version 2 of the library is installed.
        """
        refuse_installed_version()
        self._script_host = script_host
        self._agenda = agenda
        self._base_url = base_url
        self._advance = advance
        self._send = send
        self._at_another_time = at_another_time
        self._ready: dict[Entry, tuple[Work, Entry]] = {}
        self._beginning: Entry | None = None  # of that which takes a step now
        self._asking: dict[str, Origin] = {}  # by the id of an invocation that is not over
        script_host.observers.append(self._invoked)
        self._names: tuple[Mapping[str, Function], dict[tuple[str, str], Function]] | None = None
        port = urlsplit(base_url).port
        self.rpc_base_url = f"http://127.0.0.1:{port}/durabletask/"
        self.hub = TaskHub(self)
        self.durable = Durable(self.hub, self.settle, self._replay_history)
        self.api = ManagementApi(self.hub, self._payload, self.now)

    # -- what the engine asks for

    def now(self) -> datetime:
        """The host's time, UTC."""
        return self._script_host.now()

    def ready(self, function: str, reason: str, work: Work) -> None:
        """Have something done at the present moment.

        An orchestration may take any number of steps at one moment, so its steps are no chain of functions that start
        one another: each is caused by the first of them, and that one by whoever has asked for it. What goes on without
        end within an orchestration is told by the engine.
        """
        running, beginning = self._agenda.running, self._beginning
        cause = running if running is None or beginning is None else (beginning, running[1])
        entry = self._agenda.put(self.now(), function, lambda: self._take(entry), reason=reason, cause=cause)
        self._ready[entry] = work, beginning or entry

    def _take(self, entry: Entry) -> Invocation | None:
        """Do what has its turn: what is due, or any of what is ready where a test has asked for another order."""
        shuffle = self.hub.shuffle
        if shuffle is not None:
            self._swap(entry, shuffle)
        work, beginning = self._ready.pop(entry)
        with self._going_on(beginning):
            return work()

    @contextlib.contextmanager
    def _going_on(self, beginning: Entry | None) -> Iterator[None]:
        """What becomes ready meanwhile goes on with what has begun there; None for what begins itself."""
        outer, self._beginning = self._beginning, beginning
        try:
            yield
        finally:
            self._beginning = outer

    def _swap(self, entry: Entry, shuffle: random.Random) -> None:
        other = shuffle.choice(list(self._ready))
        self._ready[entry], self._ready[other] = self._ready[other], self._ready[entry]
        entry.function, other.function = other.function, entry.function

    def settle(self) -> None:
        """Run what is ready of durable work until everything waits or has ended; nothing else of the host's.

        In an async test it is done on another thread: activities may be async, and the test's loop is taken.
        """
        if is_loop_running():
            _on_another_thread(self._settle_here)
        else:
            self._settle_here()

    def _settle_here(self) -> None:
        while self._ready:
            self._agenda.run(next(iter(self._ready)), self.now())

    def later(self, at: datetime, function: str, reason: str, work: Work) -> Callable[[], None]:
        """Have something done at a later moment."""
        if at <= self.now():
            self.ready(function, reason, work)
            return lambda: None
        entry = self._agenda.put(at, function, work, reason=reason)
        return lambda: self._agenda.cancel(entry)

    def run(self, function: Function, payload: Any, caused_by: Invocation | None) -> Invocation:
        """Run a function and wait for it."""
        with _without_own_warnings():
            return self._script_host.run(function, payload, caused_by=caused_by)

    def find(self, trigger: str, name: str) -> Function | None:
        """The function with a trigger of that type, by its registered name; a disabled one is not there."""
        found = self._registered.get((trigger.lower(), name.lower()))
        if found is not None:
            refuse_second_version(found.name, found.trigger)
        return None if found is None or is_disabled(found.name, os.environ) else found

    def names(self, trigger: str) -> list[str]:
        """The registered names of all functions with a trigger of that type."""
        found = [f for (kind, _), f in self._registered.items() if kind == trigger.lower()]
        return sorted(map(_told_name, found), key=str.lower)

    @property
    def _registered(self) -> dict[tuple[str, str], Function]:
        functions = self._script_host.project.functions
        if self._names is None or self._names[0] is not functions:
            by_name = {
                (function.trigger.kind, _registered_name(function).lower()): function
                for function in functions.values()
                if function.trigger.kind in _NAMES
            }
            self._names = functions, by_name
        return self._names[1]

    def send(self, request: CallHttp) -> Answer:
        """Send an HTTP request."""
        return self._send(request)

    def check(self, found: Orchestration, text: str) -> DeterminismError | None:
        """What is not deterministic in an orchestration that has ended; None in a host that is not strict.

        :param text: the context of its last episode.
        """
        if not self._script_host.strict:
            return None
        watch = determinism.Watch(str(self._script_host.project.root))

        def again() -> Decision:
            return self._replay(found.function, text)

        def at_another_time() -> Decision:
            with self._at_another_time():
                return again()

        finding = determinism.find(found.execution.actions, again, at_another_time, watch)
        return None if finding is None else differs(found.function, finding.difference, finding.suspect)

    def _replay(self, function: Function, text: str) -> Decision:
        """What the orchestrator decides, once more and unheard."""
        request = self._script_host.request(function, EpisodePayload(text))
        with _without_own_warnings(), _unheard():
            response = self._script_host.worker.invoke(request)
        answer = response.return_value
        return json_protocol.decision(None if answer is None else answer.value, response.exception)

    def _replay_history(self, events: Iterable[Any]) -> Replayed:
        """Run a recorded history against today's code."""
        try:
            history = replaying.read_history(events)
            first = replaying.started(history)
        except (TypeError, ValueError, KeyError) as error:
            raise DurableError("durable-history", reason=str(error)) from None
        name = str(first.fields.get("Name"))
        function = self.find("orchestrationTrigger", name)
        if function is None:
            raise missing("orchestrator", name, self.names("orchestrationTrigger"))
        ids = first.fields.get("OrchestrationInstance")
        instance_id = str(ids.get("InstanceId")) if isinstance(ids, Mapping) else "recorded"
        given = json_protocol.parsed(first.fields.get("Input"))

        def ask(so_far: Sequence[HistoryEvent]) -> Decision:
            return self._replay(function, json_protocol.context_text(instance_id, None, given, so_far))

        try:
            return replaying.replay(history, ask)
        except ActionsDiffer as difference:
            raise replay_differs(function, difference) from None

    # -- what clients ask for

    def client(self, task_hub: str, base_url: str) -> Mapping[str, Any]:
        """What a durable client is told; from now on its requests are answered here."""
        CLIENT_SEAM.open(self)
        return durable_client(task_hub, base_url, self.rpc_base_url)

    def answer(self, call: Call) -> Reply:
        """Answer a client's request."""
        asking = self._script_host.worker.current_invocation()
        origin = OF_TEST if asking is None else self._asking.setdefault(asking, Origin())
        with self._going_on(None):
            return self.api.answer(call._replace(origin=origin))

    def _invoked(self, invocation: Invocation) -> None:
        """An invocation is over: what its client has asked for knows now where it comes from."""
        for attempt in invocation.attempts if self._asking else ():
            origin = self._asking.pop(getattr(attempt.context, "invocation_id", ""), None)
            if origin is not None:
                origin.invocation = invocation

    def _payload(self, instance_id: str, base_url: str) -> Mapping[str, str]:
        urls = durable_client("TestHubName", base_url)["managementUrls"]
        return {name: url.replace("INSTANCEID", instance_id) for name, url in urls.items()}

    def time(self) -> float:
        """The host's time, in seconds since 1970."""
        return self.now().timestamp()

    async def wait(self, seconds: float) -> None:
        """Let so many seconds pass on the host's clock, while the client's function waits.

        It is done on another thread: functions that come due may be async, and run on the loop that waits here.
        """
        import asyncio

        await asyncio.to_thread(self._advance, timedelta(seconds=seconds))

    def webhook(self, request: PreparedRequest, segments: tuple[str, ...]) -> HttpResult:
        """Answer a request to the management API."""
        parts = urlsplit(request.url)
        body = request.body.decode("utf-8", "replace") if request.body else None
        query = "&".join(part for part in parts.query.split("&") if not part.lower().startswith("code="))
        call = call_of(request.method, "/".join(segments), query, body, f"{parts.scheme}://{parts.netloc}")
        reply = self.answer(call)
        headers = tuple((name, value) for name, value in reply.headers.items())
        if reply.body is None:
            return HttpResult(reply.status, headers)
        content = json.dumps(reply.body, ensure_ascii=False).encode()
        return HttpResult(reply.status, (("Content-Type", "application/json; charset=utf-8"), *headers), content)

    def failures(self) -> Iterator[Failure]:
        """The orchestrations that have failed, were started by nobody who waits, and that nobody has looked at."""
        for found in self.hub.orchestrations.values():
            if found.failure is not None and found.parent is None and not found.is_looked_at:
                error = found.failure.exception or DurableError("durable-failed", text=found.failure.message)
                yield Failure(found.name, error, f"orchestration {found.id}", rule="failure-unclaimed-durable")

    def close(self) -> None:
        """Answer clients no longer. A second call does nothing."""
        CLIENT_SEAM.close(self)


def _registered_name(function: Function) -> str:
    """The name under which orchestrators call it."""
    declared = function.trigger.properties.get(_NAMES[function.trigger.kind])
    return declared if isinstance(declared, str) and declared else function.name


def _told_name(function: Function) -> str:
    name = _registered_name(function)
    return f"{name} (disabled)" if is_disabled(function.name, os.environ) else name


def _on_another_thread(work: Callable[[], None]) -> None:
    """Do *work* and wait for it; what it raises is raised here."""
    import contextvars
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        pool.submit(contextvars.copy_context().run, work).result()


@contextlib.contextmanager
def _without_own_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=_OWN_WARNINGS)
        yield


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """What is logged and printed was heard before."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        logging.disable(level)
