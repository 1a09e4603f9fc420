"""Durable Functions: what waits for ever, and what is not deterministic. (DurableError, DeterminismError)"""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule, of_test

_HANGS: Final = "the host swallows the error and the orchestration stays in Running for ever."

DURABLE: Final[dict[str, Rule]] = {
    "durable-missing": Rule(
        "there is no {kind} called {name!r}.{suggestion} {known}",
        _HANGS,
        "call it by its registered name: that of the trigger (activity=, orchestration=, entity_name=), else the "
        "function's.",
    ),
    "durable-not-started": Rule(
        "there is no {kind} called {name!r}.{suggestion} {known}",
        "the host refuses to start it.",
        "name an orchestrator by its registered name: that of the trigger (orchestration=), else the function's.",
    ),
    "durable-stuck": Rule(
        "the orchestration {id!r} waits for nothing that can ever happen.",
        "it stays in Running for ever.",
        "yield a task that is new or still open: no bare yield, and no second task_all or task_any over tasks that "
        "another one waits for.",
    ),
    "durable-depth": Rule(
        "sub-orchestrations have called one another {depth} deep.",
        "they go on without end, and fill the task hub.",
        "let the orchestrator return where there is nothing more to divide.",
    ),
    "durable-endless": Rule(
        "the orchestration {id!r} has gone on as new {count} times, and waited for no timer and no event between.",
        "it goes on without end, and without a pause.",
        "wait for a timer or an event before continue_as_new().",
    ),
    "durable-nondeterministic": Rule(
        "the orchestrator asks for {now} where it had asked for {before} when it ran before (action {index}){cause}.",
        "the host fails the orchestration with a non-determinism error, if it is replayed.",
        "{instead}",
    ),
    "durable-replay-differs": Rule(
        "today's orchestrator asks for {now} where the history has {before} (task {index}).",
        "the host fails every instance in flight with a non-determinism error.",
        "deploy the change under another name, or let the instances in flight end first.",
    ),
    "durable-client-sync": Rule(
        "it has a durable client and is no async function: the library awaits what it returns.",
        "each call fails with a TypeError, after the function has run.",
        "write async def, and await what the client does.",
    ),
    "durable-renamed": Rule(
        "it calls the activity {registered!r} as the object {name}: the library takes the name {name!r}, under which "
        "nothing is registered.",
        _HANGS,
        "call it by its name: {registered!r}.",
    ),
    "durable-failed": of_test("{text}.", "look at the orchestration's failure."),
    "durable-history": of_test(
        "replay() takes the events of a history; {reason}.",
        "pass instance.history, or the rows of a task hub's history.",
    ),
    "durable-no-instance": of_test(
        "there is no orchestration {id!r}.{suggestion} {known}", "use the id of one that was started."
    ),
    "durable-not-running": of_test(
        "the orchestration {id!r} is {status}; {operation} needs {expected}.",
        "look at its status first.",
        "the management API answers {code}.",
    ),
    "durable-instance-id": of_test(
        "{id!r} is no instance id: {reason}.",
        "give an id of 1 to 256 characters without / \\ # ? and control characters, which does not begin with @.",
        "the host refuses to start the orchestration.",
    ),
    "durable-id-taken": of_test(
        "an orchestration with the id {id!r} is {status}.",
        "wait for its end, terminate it, or take another id.",
        "the host refuses to start another one.",
    ),
}
