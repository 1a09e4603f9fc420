"""How ``--azfunc-list`` looks: entries -> lines that fit the terminal."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterable, Mapping

from pytest_azfunc.errors import AzfuncError, message_of, printable
from pytest_azfunc.project import Project
from pytest_azfunc.project.hints import hint_for
from pytest_azfunc.project.user_errors import place_of
from pytest_azfunc.reports.app_notes import declared_by
from pytest_azfunc.reports.function_list import NOT_EMULATED, NOT_INDEXED, NOT_STARTED, Entry

_NO_BREAK = "\N{NO-BREAK SPACE}"


def heading(project: Project, sdk_version: str, settings: Mapping[str, str], source: str) -> str:
    """The list's first line: which app, which SDK, which settings. Names are counted, values never shown."""
    parts = [
        f"azfunc: {os.path.relpath(project.root)}",
        declared_by(project),
        f"azure-functions {sdk_version}",
        f"settings: {source} ({_plural(len(settings), 'name')})" if settings else "settings: none",
    ]
    parts = [part.replace(" ", _NO_BREAK) for part in parts]  # a line is broken between them
    if not project.host.exists:
        parts.append("no host.json: Azure writes a default one")
    if project.excluded:
        parts.append(f"left out by host.json: {', '.join(project.excluded)}")
    return ", ".join(parts)


def render(entries: list[Entry], head: str, notes: Iterable[str], project: Project, width: int) -> list[str]:
    """The list as lines of at most *width* columns (names and single words may be longer).

    :param notes: what is to be said of the app as a whole.
    """
    lines = _wrapped(head, "", "  ", width)
    if any(len(line) > width for line in lines):  # a narrow terminal
        lines = _wrapped(head.replace(_NO_BREAK, " "), "", "  ", width)
    lines = [line.replace(_NO_BREAK, " ") for line in lines]
    for note in notes:
        lines += _wrapped(f"note: {note}", "  ", "    ", width)
    lines.append("")
    name_width = min(max((len(entry.name) for entry in entries), default=0), 28)
    kind_width = min(max((len(entry.trigger) for entry in entries), default=0), 16)
    for entry in entries:
        lines += _rendered(entry, os.fspath(project.root), name_width, kind_width, width)
    lines += ["", *_wrapped(_verdict(entries, project), "", "", width)]
    return [printable(line) for line in lines]  # names may hold what steers a terminal


def _verdict(entries: list[Entry], project: Project) -> str:
    if not entries:
        return "0 functions found."
    if entries[0].fault == NOT_INDEXED:
        return f"Azure would show 0 functions: {_culprit(entries)}"
    total = _plural(len(entries), "function")
    if any(entry.fault == NOT_STARTED for entry in entries):
        return f"{total}, none of which would run in Azure: the host does not start."
    failing = sum(entry.fails for entry in entries)
    untested = sum(entry.fault == NOT_EMULATED for entry in entries)
    loading = f"{failing} would not load" if failing else "all would load"
    # Not so if it is the worker that refuses one; the list looks different then.
    others = "; it would show the others" if failing and project.model == "decorators" else ""
    here = f" {untested} cannot be tested here." if untested else ""
    return f"{total}, {loading} in Azure{others}.{here}"


def _culprit(entries: list[Entry]) -> str:
    culprit, lost = entries[0].name, len(entries) - 1
    more = f", and {_plural(lost, 'function')} {'is' if lost == 1 else 'are'} lost with it" if lost else ""
    return f"{culprit} cannot be indexed{more}."


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _rendered(entry: Entry, root: str, name_width: int, kind_width: int, width: int) -> list[str]:
    mark = "!" if entry.fails else "?" if entry.problem is not None else "-" if entry.lost_with is not None else " "
    kind = f"{entry.trigger:<{kind_width}}  " if kind_width else ""
    start = f"{mark} {entry.name:<{name_width}}  {kind}"
    indent = " " * (2 + name_width + 2 + (kind_width + 2 if kind_width else 0))
    detail = f"lost with {entry.lost_with}" if entry.lost_with is not None else entry.detail
    if len(start) > len(indent):  # a long name has a line of its own
        lines = [start.rstrip()]
        lines += _wrapped(detail, indent, indent + "  ", width) if detail else []
    else:
        lines = _wrapped(detail, start, indent + "  ", width) if detail else [start.rstrip()]
    for flow in entry.flows:
        if len(lines) == 1 and len(entry.flows) == 1 and len(lines[0]) + 2 + len(flow) <= width:
            lines[0] += f"  {flow}"
        else:
            lines += _wrapped(flow, indent, indent + "     ", width)
    for note in entry.notes:
        lines += _wrapped(f"note: {note}", indent, indent + "  ", width)
    if entry.problem is not None:
        lines += _explained(entry, entry.problem, root, width)
    return lines


def _explained(entry: Entry, problem: BaseException, root: str, width: int) -> list[str]:
    if isinstance(problem, AzfuncError):
        rows = [(entry.fault, problem.problem), ("where", problem.location or ""), ("remedy", problem.remedy)]
    else:
        message = problem.msg if isinstance(problem, SyntaxError) and problem.filename else message_of(problem)
        rows = [
            (entry.fault, f"{type(problem).__name__}: {message}"),
            ("where", entry.place or place_of(problem, root) or ""),
            ("hint", entry.hint or hint_for(problem).strip()),
        ]
    lines: list[str] = []
    for label, found in rows:
        text = str(found)
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
