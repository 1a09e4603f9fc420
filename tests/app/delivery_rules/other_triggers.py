"""Event Grid, HTTP, timers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_azfunc import Host, event_grid
from tests.app.delivery_rules.queues import DISABLING, HOST_POLICY, LOADING, RETRIES, disabled
from tests.app.delivery_rules.rule import ALWAYS, F, Rule, advance, drain, fixed, restart, start, stop

GRID = "https://learn.microsoft.com/azure/event-grid/delivery-and-retry"
GRID_ANSWER = (
    "Azure/azure-sdk-for-net@12b09e2 "
    "sdk/eventgrid/Microsoft.Azure.WebJobs.Extensions.EventGrid/src/EventGridExtensionConfigProvider.cs"
)
HTTP_POLICY = "Azure/azure-functions-host@89dc438 sample/NodeRetry"
TIMER_LISTENER = (
    "Azure/azure-webjobs-sdk-extensions@2e7550f src/WebJobs.Extensions/Extensions/Timers/Listener/TimerListener.cs"
)
HTTP_BINDING = "https://learn.microsoft.com/azure/azure-functions/functions-bindings-errors"

EVENTS: dict[str, Any] = {"type": "eventGridTrigger"}
HTTP: dict[str, Any] = {"type": "httpTrigger", "authLevel": "anonymous", "methods": ["post"]}
HOURLY: dict[str, Any] = {"type": "timerTrigger", "schedule": "0 0 * * * *"}


def publish(host: Host) -> None:
    host.event_grid().publish(event_grid("a"))


def post(host: Host) -> None:
    host.http.post("/api/F", data="a")


# After each of these spans Event Grid tries once more; the first try is at once.
SCHEDULE = [
    "0:00:00",
    "0:00:10",
    "0:00:40",
    "0:01:40",
    "0:06:40",
    "0:16:40",
    "0:46:40",
    "1:46:40",
    "4:46:40",
    "10:46:40",
    "22:46:40",
]

EVENT_GRID: Sequence[Rule] = [
    Rule(
        "event grid: a success is the end of it",
        {"F": F(EVENTS)},
        [publish, drain, advance(days=2)],
        ['0:00:00 F - "a"'],
        GRID_ANSWER,
        {"due": []},
    ),
    Rule(
        "event grid: after failures the service tries again by its schedule, for a day",
        {"F": F(EVENTS, fails=ALWAYS)},
        [publish, drain, advance(days=3)],
        [f'{at} F - "a"' for at in SCHEDULE],
        GRID,
        {"due": []},
    ),
    Rule(
        "event grid: it goes on to a success",
        {"F": F(EVENTS, fails=3)},
        [publish, drain, advance(days=3)],
        [f'{at} F - "a"' for at in SCHEDULE[:4]],
        GRID,
        {"due": []},
    ),
    Rule(
        "event grid: each function gets the event, and fails by itself",
        {"F": F(EVENTS, fails=1), "G": F(EVENTS)},
        [publish, drain, advance(minutes=5)],
        ['0:00:00 F - "a"', '0:00:00 G - "a"', '0:00:10 F - "a"'],
        GRID_ANSWER,
    ),
    Rule(
        "event grid: a retry policy is carried out within one try of the service",
        {"F": F(EVENTS, fails=2, retry=fixed(1, "00:00:01"))},
        [publish, drain, advance(minutes=5)],
        ['0:00:00 F - "a"', '0:00:01 F - "a" retry 1', '0:00:11 F - "a"'],
        RETRIES,
    ),
    Rule(
        "event grid: the service goes on with its schedule when the host is up again",
        {"F": F(EVENTS, fails=3)},
        [publish, drain, advance(seconds=15), stop, start, drain, advance(days=1)],
        [f'{at} F - "a"' for at in SCHEDULE[:4]],
        GRID,
    ),
    Rule(
        "event grid: a try that was due while the host was down is made when it is up",
        {"F": F(EVENTS, fails=1)},
        [publish, drain, stop, advance(minutes=5), start, drain],
        ['0:00:00 F - "a"', '0:05:00 F - "a"'],
        GRID,
    ),
    Rule(
        "event grid: a function that would not load fails each try",
        {"F": F(EVENTS, script="import nowhere_to_be_found")},
        [publish, drain, advance(seconds=30)],
        ["0:00:00 F (ModuleNotFoundError)", "0:00:10 F (ModuleNotFoundError)"],
        LOADING,
    ),
]

CALLED: Sequence[Rule] = [
    Rule(
        "http: nobody calls it again after a failure",
        {"F": F(HTTP, fails=ALWAYS)},
        [post, drain, advance(days=1)],
        ["0:00:00 F - a"],
        HTTP_BINDING,
        {"due": []},
    ),
    Rule(
        "http: a retry policy is carried out while the caller waits",
        {"F": F(HTTP, fails=1, retry=fixed(2))},
        [post],
        ["0:00:00 F - a", "0:00:10 F - a retry 1"],
        HTTP_POLICY,
    ),
    Rule(
        "http: that of host.json as well",
        {"F": F(HTTP, fails=1)},
        [post],
        ["0:00:00 F - a", "0:00:03 F - a retry 1"],
        HOST_POLICY,
        host_retry=fixed(2, "00:00:03"),
    ),
    Rule(
        "timer: after a failure it runs when it is due again",
        {"F": F(HOURLY, fails=ALWAYS)},
        [advance(hours=2)],
        ["1:00:00 F - timer", "2:00:00 F - timer"],
        TIMER_LISTENER,
        {"due": ["3:00:00 F"]},
    ),
    Rule(
        "timer: its schedule waits for the end of a retry policy; what fell due meanwhile is one run",
        {"F": F(HOURLY, fails=3, retry=fixed(3, "00:35:00"))},
        [advance(hours=4)],
        [
            "1:00:00 F - timer",
            "1:35:00 F - timer retry 1",
            "2:10:00 F - timer retry 2",
            "2:45:00 F - timer retry 3",
            "2:45:00 F - timer",
            "3:00:00 F - timer",
            "4:00:00 F - timer",
        ],
        TIMER_LISTENER,
        {"due": ["5:00:00 F"]},
    ),
    Rule(
        "timer: runs that fell due while the host was down are one run, late",
        {"F": F(HOURLY)},
        [advance(hours=1), stop, advance(hours=3, minutes=30), start],
        ["1:00:00 F - timer", "4:30:00 F - timer"],
        TIMER_LISTENER,
        {"due": ["5:00:00 F"]},
    ),
    Rule(
        "timer: what runs meanwhile of the rest of the app goes on",
        {"F": F(HOURLY, fails=1, retry=fixed(1, "00:30:00")), "G": F(EVENTS)},
        [advance(hours=1), publish, drain, advance(hours=1)],
        ['1:00:00 G - "a"', "1:00:00 F - timer", "1:30:00 F - timer retry 1", "2:00:00 F - timer"],
        TIMER_LISTENER,
    ),
    Rule(
        "timer: one that is disabled does not run",
        {"F": F(HOURLY)},
        [disabled("true"), advance(hours=2), restart, drain],
        [],
        DISABLING,
        {"due": []},
    ),
]

RULES: Sequence[Rule] = [*EVENT_GRID, *CALLED]
