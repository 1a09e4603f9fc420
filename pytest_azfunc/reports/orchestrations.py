"""What a failed test shows of its orchestrations: how far each is, what it waits for, and why it has failed."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator

from pytest_azfunc.durable.durable_instance import DurableInstance
from pytest_azfunc.durable.failed_text import FailedText
from pytest_azfunc.durable.handles import Durable
from pytest_azfunc.errors import Location, message_of, printable, shown
from pytest_azfunc.reports.trace import logged

_SHOWN = 10
_WIDTH = 300
_PACKAGES = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


def describe(durable: Durable) -> str:
    """The orchestrations of a test that have not ended, or have failed; at most ten. Empty for none."""
    told = [one for one in durable.instances if one.is_running or one.has_failed]
    lines = [line for one in told[:_SHOWN] for line in _lines(one)]
    if len(told) > _SHOWN:
        lines.append(f"and {len(told) - _SHOWN} more; azfunc_durable.instances has them all")
    return "\n".join(lines)


def _lines(one: DurableInstance) -> Iterator[str]:
    if one.has_failed:
        brief = str(one.output).split(" \n ")[0]  # what follows is the .NET exception as JSON
        yield printable(f"{one.name} {one.id} has failed: {shown(brief, _WIDTH)}")
        return
    waits = [f"for the event {name!r}" for name in one.waits_for]
    waits += [f"for a timer at {moment:%Y-%m-%d %H:%M:%S}Z" for moment in one.timers]
    still = f"still waits {', '.join(waits)}" if waits else "has not run: azfunc_host.drain() runs it"
    yield printable(f"{one.name} {one.id} {still}")


def why(text: FailedText) -> list[str]:
    """Why an orchestration has failed: the function, what it raised and where, and what it logged."""
    failure = text.failure
    lines = [f"the orchestration has failed in {failure.function}"]
    if failure.exception is not None:
        error = failure.exception
        lines[0] += f": {type(error).__name__}: {message_of(error)}"
        for frame in traceback.extract_tb(error.__traceback__):
            if not _is_foreign(frame.filename):
                lines += [f"  {Location(frame.filename, frame.lineno)}: in {frame.name}", f"    {frame.line}"]
    if text.invocation is not None:
        lines += [f"  log  {line}" for line in logged(text.invocation.logs)]
    return [line for part in lines for line in part.splitlines()]


def _is_foreign(file: str) -> bool:
    """Whether it is a file of a library, or of this package."""
    return file.startswith((_OURS, "<")) or any(part in file for part in _PACKAGES)


_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
