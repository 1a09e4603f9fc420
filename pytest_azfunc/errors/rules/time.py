"""Time: what a test moves, what comes due, what takes too long (BindingError, FunctionTimeoutError, LoopError)."""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule, left_out, of_test

TIME: Final[dict[str, Rule]] = {
    "retries-without-end": of_test(
        "the function has failed {count} times, and its retry policy has no end (maxRetryCount is -1).",
        "let it succeed some time, or run it once: retry=False, as an argument of invoke or of the mark azfunc.",
        "the host would try for ever.",
    ),
    "function-timeout": of_test(
        "it has run for {seconds} s, which is all that azfunc_timeout allows, and has not come to its end.{stood}",
        "give what it waits for a time-out of its own, or a mock; or give a greater azfunc_timeout.",
        "the host ends it when functionTimeout is over ({limit}), and the worker process with it.",
    ),
    "timeout-value": of_test(
        "azfunc_timeout is {found}, but must be a number of seconds, such as 10; 0 is for no limit.",
        "correct the ini file.",
    ),
    "clock-backwards": of_test(
        "{call}: time would go back from {now} to {to}.",
        "give a later moment: only the first move_to() of a test may set the time back.",
    ),
    "invocation-let-go": of_test(
        "what it was given, has set and has logged was let go: this run is not among the latest {limit} of one "
        "drain() or advance().",
        "let fewer messages come due at once; each run still tells its .function, .ok, .exception, .started_at and "
        ".duration.",
    ),
    "runs-too-many": of_test(
        "{call}: until {to} timers would run {count} times, which is more than max_runs={limit}: {functions}.",
        "go a shorter way, or ask for it: max_runs={count}.",
    ),
    "runs-without-end": of_test(
        "{call}: {limit} runs have come due until {now}, and there are more: {functions}.",
        "go a shorter way, or give a greater max_runs.",
    ),
    "loop": Rule(
        "it has run {count} times at {at}, each time by its own doing, and is due again. In the loop: {members}.",
        "it goes on for ever, and is paid for.",
        "let it come to an end, or wait in between.",
    ),
    "loop-timer": Rule(
        "it has run {count} times at {at} and is due again: its schedule is a time span of zero or less.",
        "the timer runs again at once, for ever.",
        "give a time span that is longer than zero.",
    ),
    "schedule-endless": Rule(
        "the schedule {schedule!r} is due again at once, for ever: its occurrences cannot be listed.",
        "the timer runs again at once, for ever.",
        "give a time span that is longer than zero.",
    ),
    "time-zone": Rule(
        "{what} names no time zone.{suggestion}",
        "on Linux plans the names are those of the IANA database; with another one the host goes by UTC.",
        "give it a name such as Europe/Berlin.",
    ),
    "time-zone-windows": Rule(
        "{what} has a name that Windows gives to a time zone.",
        "Python apps run on Linux plans, where the names are those of the IANA database; with another one the host "
        "goes by UTC.",
        "write {iana}.",
    ),
    "timer-flag": left_out("{name} is {found}, but must be true or false.", "correct the value."),
    "schedule-missing": left_out(
        "the timerTrigger has no schedule.", 'add "schedule": second minute hour day month weekday.'
    ),
    "schedule-setting": left_out(
        "the schedule {schedule!r} names an app setting that is not there.",
        "set it in local.settings.json or the mark.",
    ),
}
