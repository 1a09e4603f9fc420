"""What a report of a failure has of the app: its invocations, and how they are written to the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_azfunc.plugin.colours import coloured
from pytest_azfunc.reports.trace import describe, records_shown
from pytest_azfunc.reports.trace_layout import lay_out, without

if TYPE_CHECKING:
    import pytest
    from _pytest._io import TerminalWriter

    from pytest_azfunc import Host

_TITLE = "azfunc invocations"
_CHAINS = "azfunc chains"
_WAITING = "azfunc due, and not run"
_DRAIN = "azfunc_host.drain() runs what is due."
_MOST_LINES = 60
_LEFT_OUT = "azfunc functions that get no message"
_LIST = "pytest --azfunc-list tells more."
_MOST_LEFT_OUT = 3
_ORCHESTRATIONS = "azfunc orchestrations"
_CAPTURED_LOG = "Captured log"


def add_invocations(report: pytest.TestReport, host: Host, config: pytest.Config) -> None:
    """Add what the app has done, as plain text: other plugins read it, and a worker of pytest-xdist has no terminal."""
    if host.invocations or host.refusals:
        report.sections.append((f"{_TITLE} ({report.when})", describe(host.invocations, host.refusals)))
    if host.has_stores and any(invocation.caused_by is not None for invocation in host.invocations):
        from pytest_azfunc.reports.chains import chains

        report.sections.append((f"{_CHAINS} ({report.when})", chains(host.invocations, _MOST_LINES)))
    waiting = host.waiting
    if waiting:
        counts = Counter(f"{due.function} ({due.reason})" for due in waiting)
        lines = [f"{what}, {count} times" if count > 1 else what for what, count in counts.items()]
        report.sections.append((f"{_WAITING} ({report.when})", "\n".join([*lines, _DRAIN])))
    left_out = host.without_deliveries
    if left_out:
        lines = [f"{error.function}: {error.problem}" for error in left_out[:_MOST_LEFT_OUT]]
        report.sections.append((f"{_LEFT_OUT} ({report.when})", "\n".join([*lines, _LIST])))
    if host.has_durable:
        from pytest_azfunc.reports.orchestrations import describe as describe_orchestrations

        text = describe_orchestrations(host.durable)
        if text:
            report.sections.append((f"{_ORCHESTRATIONS} ({report.when})", text))
    logging: Any = config.pluginmanager.getplugin("logging-plugin")
    entries: list[str] = []
    if logging is not None and config.getoption("showcapture") == "all":  # or else ours is not shown
        entries = [logging.report_handler.format(record) for record in records_shown(host.invocations)]
    vars(report)["azfunc_shown_logs"] = entries  # it travels with the report from a worker of pytest-xdist


@contextmanager
def laid_out(reports: Iterable[pytest.TestReport], writer: TerminalWriter) -> Iterator[None]:
    """While the reports are written: in colour, in lines that fit, and no log record twice."""
    kept = [(report, list(report.sections)) for report in reports]
    for report, sections in kept:
        report.sections[:] = [
            (title, shown) for title, text in sections if (shown := _shown(report, title, text, writer))
        ]
    try:
        yield
    finally:
        for report, sections in kept:
            report.sections[:] = sections


def _shown(report: pytest.TestReport, title: str, text: str, writer: TerminalWriter) -> str:
    if title.startswith(_TITLE):
        return "\n".join(coloured(writer, line) for line in lay_out(text, writer.fullwidth))
    if title.startswith(_CAPTURED_LOG):
        return without(text, report.azfunc_shown_logs)
    return text
