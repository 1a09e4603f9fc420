"""``--azfunc-list``: every function of the app, and what would not load in Azure."""

from __future__ import annotations

import contextlib
import io
import os
import textwrap
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pytest_azfunc.errors import AzfuncError, message_of
from pytest_azfunc.host.route_templates import effective_template
from pytest_azfunc.host.schedules import ScheduleError, parse
from pytest_azfunc.project import Binding, Function, Project
from pytest_azfunc.project.names import host_order

# Which property says where a binding reads or writes; the first that is there counts.
_TARGETS = (
    "queueName",
    "topicName",
    "path",
    "eventHubName",
    "topic",
    "tableName",
    "containerName",
    "collectionName",
    "commandText",
    "hubName",
    "entityName",
    "activity",
)


@dataclass(frozen=True)
class Entry:
    """One function in the list.

    :ivar trigger: the kind of trigger, such as ``queue``.
    :ivar detail: what starts the function: method and route, queue, or schedule with its next run.
    :ivar flows: inputs and outputs, a line each.
    :ivar notes: what else is worth knowing.
    :ivar problem: why it would not load, or None.
    """

    name: str
    trigger: str = ""
    detail: str = ""
    flows: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problem: BaseException | None = None


def list_functions(
    project: Project,
    load: Callable[[str], object],
    is_disabled: Callable[[str], bool],
    now: datetime,
    settings: Mapping[str, str],
) -> list[Entry]:
    """All functions in the host's order, each loaded once to see whether it would.

    :param load: imports a function and checks it; raises what is wrong with it.
    :param settings: app settings, to resolve ``%NAME%``.
    """
    entries = [Entry(name, problem=error) for name, error in project.errors.items()]
    for function in project.functions.values():
        entries.append(_entry(function, project, _problem(load, function), is_disabled, now, settings))
    return sorted(entries, key=lambda entry: host_order(entry.name))


def _problem(load: Callable[[str], object], function: Function) -> BaseException | None:
    # What the script prints while it is imported would tear the list apart.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            load(function.name)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return error
    return None


def _entry(
    function: Function,
    project: Project,
    problem: BaseException | None,
    is_disabled: Callable[[str], bool],
    now: datetime,
    settings: Mapping[str, str],
) -> Entry:
    trigger = function.trigger
    notes = []
    if is_disabled(function.name):
        notes.append("disabled by an app setting: its trigger does not fire")
    if function.ignored_disabled_property:
        notes.append('"disabled" in function.json is not read by today\'s host: the function runs')
    if function.retry is not None:
        notes.append(f"retry: {function.retry.strategy}, {_count(function.retry.max_retry_count)}")
    return Entry(
        function.name,
        trigger.type[: -len("Trigger")],
        _detail(function, project, now, settings),
        tuple(_flows(function)),
        tuple(notes),
        problem,
    )


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _count(number: int) -> str:
    return "for ever" if number == -1 else f"up to {number} times"


def _detail(function: Function, project: Project, now: datetime, settings: Mapping[str, str]) -> str:
    trigger = function.trigger
    if trigger.type.lower() == "httptrigger":
        return _http_detail(function, project)
    if trigger.type.lower() == "timertrigger":
        return _timer_detail(trigger, now, settings)
    target = _target(trigger)
    return f"{target} (many)" if trigger.cardinality == "many" else target


def _http_detail(function: Function, project: Project) -> str:
    properties = function.trigger.properties
    methods = properties.get("methods")
    verbs = "any method" if methods is None else " ".join(m.upper() for m in methods) or "no method"
    route = properties.get("route")
    path = effective_template(project.host.route_prefix, route if isinstance(route, str) else None, function.name)
    level = properties.get("authLevel") or "function"
    return f"{verbs} /{path.lstrip('/')} ({level})"


def _timer_detail(trigger: Binding, now: datetime, settings: Mapping[str, str]) -> str:
    text = trigger.properties.get("schedule")
    if not isinstance(text, str):
        return "no schedule"
    if text.startswith("%") and text.endswith("%") and len(text) > 2:
        value = next((v for k, v in settings.items() if k.lower() == text[1:-1].lower()), None)
        if value is None:
            return f"{text} (no such app setting)"
    else:
        value = text
    try:
        due = parse(value).next_after(now)
    except ScheduleError:
        return f"{text} (not a valid schedule: the host would not start it)"
    return f"{text}  next {due:%Y-%m-%d %H:%M:%S} UTC" if due else f"{text}  never due"


def _flows(function: Function) -> Iterator[str]:
    for binding in function.bindings.values():
        if not binding.is_trigger:
            arrow = "->" if binding.direction == "out" else "<-"
            target = _target(binding)
            yield f"{arrow} {binding.name}: {binding.type}{' ' + target if target else ''}"


def _target(binding: Binding) -> str:
    values = (binding.properties.get(name) for name in _TARGETS)
    target = next((str(value) for value in values if value), "")
    subscription = binding.properties.get("subscriptionName")
    return f"{target}/{subscription}" if subscription else target


def render(entries: list[Entry], head: str, root: str, width: int) -> list[str]:
    """The list as lines of at most *width* columns (names and single words may be longer).

    :param root: the app's folder, to find the line of a script that raised.
    """
    lines = [*_wrapped(head, "", "  ", width), ""]
    name_width = min(max((len(entry.name) for entry in entries), default=0), 28)
    kind_width = min(max((len(entry.trigger) for entry in entries), default=0), 16)
    for entry in entries:
        lines += _rendered(entry, root, name_width, kind_width, width)
    failing = sum(entry.problem is not None for entry in entries)
    total = _plural(len(entries), "function")
    verdict = "all would load in Azure." if not failing else f"{failing} would not load in Azure."
    return [*lines, "", f"{total}, {verdict}" if entries else "0 functions found."]


def _rendered(entry: Entry, root: str, name_width: int, kind_width: int, width: int) -> list[str]:
    indent = " " * (2 + name_width + 2 + kind_width + 2)
    mark = "!" if entry.problem is not None else " "
    start = f"{mark} {entry.name:<{name_width}}  {entry.trigger:<{kind_width}}  "
    if len(start) > len(indent):  # a long name has a line of its own
        lines = [start.rstrip()]
        lines += _wrapped(entry.detail, indent, indent + "  ", width) if entry.detail else []
    else:
        lines = _wrapped(entry.detail, start, indent + "  ", width) if entry.detail else [start.rstrip()]
    for flow in entry.flows:
        if len(lines) == 1 and len(entry.flows) == 1 and len(lines[0]) + 2 + len(flow) <= width:
            lines[0] += f"  {flow}"
        else:
            lines += _wrapped(flow, indent, indent + "     ", width)
    for note in entry.notes:
        lines += _wrapped(f"note: {note}", indent, indent + "  ", width)
    if entry.problem is not None:
        lines += _explained(entry.problem, root, width)
    return lines


def _explained(problem: BaseException, root: str, width: int) -> list[str]:
    if isinstance(problem, AzfuncError):
        rows = [("would not load", problem.problem), ("where", str(problem.location or "")), ("remedy", problem.remedy)]
    else:
        # The loader has cut the traceback down to the app's own frames; what they called comes after the first ones.
        frames = traceback.extract_tb(problem.__traceback__)
        frame = next((f for f in reversed(frames) if f.filename.startswith(root + os.sep)), None)
        place = f"{os.path.relpath(frame.filename)}:{frame.lineno}" if frame else ""
        message = message_of(problem)
        if isinstance(problem, SyntaxError) and problem.filename:
            place, message = f"{os.path.relpath(problem.filename)}:{problem.lineno}", problem.msg
        rows = [("would not load", f"{type(problem).__name__}: {message}"), ("where", place)]
    lines: list[str] = []
    for label, text in rows:
        if text:
            lines += _wrapped(f"{label}: {text}", " " * 4, " " * 6, width)
    return lines


def _wrapped(text: str, first: str, rest: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        max(width, 40),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
        replace_whitespace=True,
    ) or [first.rstrip()]


def heading(project: Project, sdk_version: str, settings: Mapping[str, str], source: str) -> str:
    """The list's first line: which app, which SDK, which settings. Names are counted, values never shown."""
    parts = [
        f"azfunc: {os.path.relpath(project.root)}",
        f"azure-functions {sdk_version}",
        f"settings: {source} ({_plural(len(settings), 'name')})" if settings else "settings: none",
    ]
    if not project.host.exists:
        parts.append("no host.json: Azure writes a default one")
    if project.excluded:
        parts.append(f"left out by host.json: {', '.join(project.excluded)}")
    return ", ".join(parts)
