"""What list and check make of one app, in one row of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

from tests.function_app import FunctionApp, Sessions, section

SDK = f"azure-functions {version('azure-functions')}"
HEADING = f"azfunc: app, function.json, {SDK}, settings: none"
DECORATOR_HEADING = f"azfunc: app, function_app.py, {SDK}, settings: none"

APP = "import azure.functions as func\napp = func.FunctionApp()\n"


@dataclass(frozen=True)
class Verdict:
    """A function app, what ``--azfunc-list`` prints of it below the heading, and what ``--azfunc-check`` makes of it.

    :ivar outcomes: of the checks.
    :ivar failures: name of a check -> what is printed of it.
    """

    write: Callable[[FunctionApp], None]
    listed: list[str]
    outcomes: dict[str, int]
    failures: Mapping[str, list[str]] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    heading: list[str] = field(default_factory=lambda: [HEADING])


def check_verdicts(sessions: Sessions, verdicts: Mapping[str, Verdict]) -> None:
    for name, verdict in verdicts.items():
        for option in ("--azfunc-list", "--azfunc-check"):
            folder = sessions.add((name, option), option, environment=verdict.environment)
            verdict.write(folder.app)

    results = sessions.run()
    for name, verdict in verdicts.items():
        listed, checked = results[name, "--azfunc-list"], results[name, "--azfunc-check"]
        assert listed.outlines == [*verdict.heading, *verdict.listed], name
        assert listed.errlines == [], name
        fails = "failed" in verdict.outcomes
        assert listed.ret == fails, name
        assert checked.parseoutcomes() == verdict.outcomes, name
        assert checked.ret == fails, name
        for item, shown in verdict.failures.items():
            assert section(checked, f" azfunc: {item} ") == shown, (name, item)
