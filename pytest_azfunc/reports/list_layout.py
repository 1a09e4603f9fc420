"""How ``--azfunc-list`` looks: entries -> lines that fit the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pytest_azfunc.errors import AzfuncError, message_of
from pytest_azfunc.project import Project
from pytest_azfunc.project.app_line import app_line
from pytest_azfunc.project.hints import hint_for
from pytest_azfunc.project.user_errors import place_of
from pytest_azfunc.reports.function_list import NOT_EMULATED, NOT_INDEXED, NOT_STARTED, NOT_WORKING, Entry
from pytest_azfunc.reports.styled_line import Role, StyledLine, whole, wrapped

_NO_BREAK = "\N{NO-BREAK SPACE}"


def heading(project: Project, settings: Mapping[str, str], source: str) -> str:
    """The list's first line: which app, which SDK, which settings. Names are counted, values never shown."""
    # A line is broken between the parts.
    parts = [part.replace(" ", _NO_BREAK) for part in app_line(project, settings, source)]
    if not project.host.exists:
        parts.append("no host.json: Azure writes a default one, with an extension bundle")
    if project.excluded:
        parts.append(f"left out by host.json: {', '.join(project.excluded)}")
    return ", ".join(parts)


@dataclass(frozen=True)
class _Columns:
    """The widths of the list's columns, and of the terminal."""

    name: int
    kind: int
    page: int

    @property
    def indent(self) -> str:
        """What stands before the column of what starts a function."""
        return " " * (2 + self.name + 2 + (self.kind + 2 if self.kind else 0))


def render(entries: list[Entry], head: str, notes: Iterable[str], project: Project, width: int) -> list[StyledLine]:
    """The list as lines of at most *width* columns (names and single words may be longer).

    :param notes: what is to be said of the app as a whole.
    """
    lines = _lines_of_heading(head, width)
    for note in notes:
        lines += _labelled("note", note, "  ", width, "caution")
    lines.append(StyledLine(""))
    columns = _Columns(
        _column([len(entry.name) for entry in entries if not entry.is_app], min(width // 4, 28)),
        _column([len(entry.trigger) for entry in entries], 16),
        width,
    )
    for entry in entries:
        lines += _rendered(entry, os.fspath(project.root), columns)
    role: Role = "problem" if not entries or any(entry.fails for entry in entries) else "good"
    return [*lines, StyledLine(""), *(whole(line, role) for line in wrapped(_verdict(entries, project), "", "", width))]


def _column(lengths: list[int], enough: int) -> int:
    """How wide a column is: as its longest text, but a few long ones among short ones do not widen it for all."""
    usual = sorted(lengths)[(len(lengths) - 1) * 3 // 4] if lengths else 0
    return max((length for length in lengths if length <= max(usual * 3 // 2, enough)), default=0)


def _lines_of_heading(head: str, width: int) -> list[StyledLine]:
    lines = wrapped(head, "", "  ", width)
    if any(len(line) > width for line in lines):  # a narrow terminal
        lines = wrapped(head.replace(_NO_BREAK, " "), "", "  ", width)
    return [whole(line.replace(_NO_BREAK, " "), "heading") for line in lines]


def _verdict(entries: list[Entry], project: Project) -> str:
    functions = [entry for entry in entries if not entry.is_app]
    if not functions:
        return "0 functions found."
    if functions[0].fault == NOT_INDEXED:
        return f"Azure would show 0 functions: {_culprit(functions)}"
    total = _plural(len(functions), "function")
    if any(entry.fault == NOT_STARTED for entry in entries):
        which = "which would not run" if len(functions) == 1 else "none of which would run"
        return f"{total}, {which} in Azure: the host does not start."
    failing = sum(entry.fails for entry in functions)
    untested = sum(entry.fault == NOT_EMULATED for entry in functions)
    needed = ", ".join(dict.fromkeys(name for entry in functions for name in entry.missing))
    given = f", given {needed}" if needed else ""
    here = f" {untested} cannot be tested here." if untested else ""
    if not failing:
        return f"{total} would load in Azure{given}.{here}" if needed else f"{total}, all would load in Azure.{here}"
    if failing == len(functions):
        others = ""
    elif project.model == "decorators":  # not so if it is the worker that refuses one; the list looks different then
        others = f"; it would show the others{given}"
    else:
        others = f"; the others would{given}" if needed else ""
    verb = "work" if any(entry.fault == NOT_WORKING for entry in functions) else "load"
    return f"{total}, {failing} would not {verb} in Azure{others}.{here}"


def _culprit(entries: list[Entry]) -> str:
    culprit, lost = entries[0].name, len(entries) - 1
    more = f", and {_plural(lost, 'function')} {'is' if lost == 1 else 'are'} lost with it" if lost else ""
    return f"{culprit} cannot be indexed{more}."


def not_for_python(head: str, reason: str, width: int) -> list[StyledLine]:
    """The list of an app for another language: its heading, and that nothing of it is judged.

    :param reason: what tells the language.
    """
    text = f"This app is not for Python: {reason}. Nothing of it is judged here."
    return [*_lines_of_heading(head, width), StyledLine(""), *map(StyledLine, wrapped(text, "", "", width))]


def not_readable(root: str, error: AzfuncError) -> list[StyledLine]:
    """The list of an app with which the host would not start, beside those of others.

    :param root: the app's folder.
    """
    problem, *rows = str(error).splitlines()
    heading = whole(f"azfunc: {os.path.relpath(root)}", "heading")
    return [heading, StyledLine(""), whole(problem, "problem"), *map(StyledLine, rows)]


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _rendered(entry: Entry, root: str, columns: _Columns) -> list[StyledLine]:
    mark, role = _mark(entry)
    start = f"{mark} {entry.name:<{columns.name}}  "
    if columns.kind:
        start += f"{entry.trigger:<{columns.kind}}  "
    lines = [StyledLine(lines) for lines in _in_columns(entry, start, columns)]
    first = lines[0].with_part(0, 1, role).with_part(2, len(entry.name), role if entry.fails else "name")
    lines[0] = first.with_part(max(2 + columns.name, 2 + len(entry.name)) + 2, len(entry.trigger), "kind")
    for note in entry.notes:
        lines += _labelled("note", note, columns.indent, columns.page, "caution")
    if entry.problem is not None:
        lines += _explained(entry, entry.problem, root, columns.page)
    return lines


def _mark(entry: Entry) -> tuple[str, Role]:
    if entry.fails:
        return "!", "problem"
    if entry.problem is not None:
        return "?", "caution"
    return ("-", "faint") if entry.lost_with is not None else (" ", "name")


def _in_columns(entry: Entry, start: str, columns: _Columns) -> list[str]:
    """What starts a function, and what it reads and writes."""
    indent, width = columns.indent, columns.page
    detail = f"lost with {entry.lost_with}" if entry.lost_with is not None else entry.detail
    if len(start) > len(indent) and len(start) + len(detail) > width:  # a long name has a line of its own
        lines = [start.rstrip()]
        lines += wrapped(detail, indent, indent + "  ", width) if detail else []
    else:
        lines = wrapped(detail, start, indent + "  ", width) if detail else [start.rstrip()]
    for flow in entry.flows:
        if len(lines) == 1 and len(entry.flows) == 1 and len(lines[0]) + 2 + len(flow) <= width:
            lines[0] += f"  {flow}"
        else:
            lines += wrapped(flow, indent, indent + "     ", width)
    return lines


def _explained(entry: Entry, problem: BaseException, root: str, width: int) -> list[StyledLine]:
    if isinstance(problem, AzfuncError):
        rows = [(entry.fault, problem.problem), ("where", problem.location or ""), ("remedy", problem.remedy)]
    else:
        message = problem.msg if isinstance(problem, SyntaxError) and problem.filename else message_of(problem)
        rows = [
            (entry.fault, f"{type(problem).__name__}: {message}"),
            ("where", entry.place or place_of(problem, root) or ""),
            ("hint", entry.hint or hint_for(problem).strip()),
        ]
    (fault, cause), *others = rows
    lines = [whole(line, "problem" if entry.fails else "caution") for line in _row(fault, str(cause), " " * 4, width)]
    for label, found in others:
        if found:
            lines += _labelled(label, str(found), " " * 4, width, "label")
    return lines


def _labelled(label: str, text: str, indent: str, width: int, role: Role) -> list[StyledLine]:
    first, *others = _row(label, text, indent, width)
    return [StyledLine(first).with_part(len(indent), len(label) + 1, role), *map(StyledLine, others)]


def _row(label: str, text: str, indent: str, width: int) -> list[str]:
    return wrapped(f"{label}: {text}", indent, indent + "  ", width)
