"""Prints, after a run, each benchmark's ratio to the baseline of its group.

Only ratios within one run mean something: machines differ, and their speed drifts. Nothing fails for being slow.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

GOALS = {
    "invoke an HTTP function": {"invoke": "at most 4x the converters alone; 0.65x of the library"},
    "invoke a queue function, full metadata": {"invoke": "at most 2.2x the converters alone; 0.65x of the library"},
    "GET hello world": {"azfunc_http": "at most 0.75x of Flask's test client"},
    "POST a small JSON body": {"azfunc_http": "at most 0.75x of Flask's test client"},
    "decode an Event Hubs batch of 1,000": {"worker": "at most 1.3x the converter alone"},
    "decode 1,000 queue messages": {"worker": "at most 1.3x the converter alone"},
    "discover 1,000 functions": {"Project.load": "at most 1.9x reading and parsing the files"},
    "index 1,000 decorated functions": {"Project.load": "at most 1.2x importing the script and asking the SDK"},
    "a route table of 1,000 functions": {"build the table": "a few ms"},
    "1,000 steps of an agenda": {"100,000 moments": "at most 20 us a step"},
    "a year of an hourly timer": {"advance": "at most 3x the invocations alone"},
    **{
        f"find a route: {kind}": {f"{kind}-1000 functions": "at most 10 us more than among 10"}
        for kind in ("literal", "parameter", "parameter first", "catch-all", "miss at the end", "miss at once")
    },
}


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    session = getattr(config, "_benchmarksession", None)
    groups: dict[str, dict[str, float]] = defaultdict(dict)
    for bench in session.benchmarks if session else ():
        if bench.group and not bench.has_error:
            groups[bench.group][bench.param or bench.name] = bench.stats.min
    for group, minima in groups.items():
        terminalreporter.write_sep("-", f"{group}: ratios of the best rounds")
        base_name, base = next(iter(minima.items()))
        for name, best in minima.items():
            goal = GOALS.get(group, {}).get(name, "")
            if group.startswith("100 next occurrences") and name.endswith("next_after"):
                goal = "no slower than croniter"
            terminalreporter.write_line(f"{best * 1e6:12.2f} us  {best / base:6.2f}x {base_name}  {name:32} {goal}")
