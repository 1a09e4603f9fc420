"""A plugin of pytest for the runs of the table: it writes down what a user reads of each test that fails."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from textwrap import dedent

import pytest

FILE = "MISTAKES_TOLD"


def _told(report: pytest.CollectReport | pytest.TestReport) -> str:
    """The error, the last of those that follow from each other, and the last line of app or test that leads to it.

    What depends on the machine is left out.
    """
    lines = report.longreprtext.splitlines()
    starts = [index for index, line in enumerate(lines) if line.startswith("E   ") and lines[index - 1][:1] != "E"]
    error = list(takewhile(lambda line: line.startswith(("E", " ")), lines[starts[-1] :])) if starts else lines
    places = [found[1] for found in map(re.compile(r"(?!\.\.)(\w[\w./-]*\.py:\d+): ").match, lines) if found]
    told = dedent("\n".join(line.removeprefix("E") for line in error))
    told = re.sub(r"\b0x[0-9a-f]{6,}", "0x...", re.sub(r"\((/[^()]+)\)", "(...)", told))
    # Later versions of Python have words of their own for it, and the worker for them names a binding's type.
    told = re.sub(r"\.? Did you (mean:|forget to import) '\w+'\?$", "", told, flags=re.MULTILINE)
    told = re.sub(r'unsupported type "[^"]+"', 'unsupported type "..."', told)
    told = re.sub(r"[\w./-]*/(fixtures\.py):\d+", r"\1", told)
    return "\n".join([told, *places[-1:], *_added(report)])


def _added(report: pytest.CollectReport | pytest.TestReport) -> Iterator[str]:
    """What the plugin adds to a report; of what the app has done only the requests that no function answered."""
    for title, text in report.sections:
        if title.startswith("azfunc invocations"):
            yield from (line for line in text.splitlines() if line.startswith("-  "))
        elif title.startswith("azfunc"):
            yield from text.splitlines()


def _write(report: pytest.CollectReport | pytest.TestReport) -> None:
    if report.outcome != "passed" or getattr(report, "when", "") == "call":
        told = "" if report.outcome == "passed" else _told(report)
        with Path(os.environ[FILE]).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"file": str(report.fspath), "outcome": report.outcome, "told": told}) + "\n")


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _write(report)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _write(report)
