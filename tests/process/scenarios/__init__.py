"""What may happen to a host, each time in a fresh copy of one process, whose state is compared before and after.

``python -m tests.process.scenarios GROUP`` prints a line of JSON for each scenario of a group. A scenario is run in a
fork of the process, so it may break what it likes, hang, or end the process.
"""

from __future__ import annotations

from tests.process.scenarios import exits, faulty_steps, in_flight, interrupts, orders, patches
from tests.process.scenarios.table import Scenario

GROUPS: dict[str, list[Scenario]] = {
    "exits": exits.ROWS,
    "faults": faulty_steps.ROWS,
    "orders": orders.ROWS,
    "patches": [*in_flight.ROWS, *patches.ROWS],
    "interrupts": interrupts.ROWS,
}


def scenarios(group: str) -> list[str]:
    """Names of the scenarios of a group."""
    return [scenario.name for scenario in GROUPS[group]]
