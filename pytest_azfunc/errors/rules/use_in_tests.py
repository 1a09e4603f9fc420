"""How a test uses host and fixtures (BindingError, FunctionFailed), and what is not emulated (UnsupportedFeature)."""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule, of_test

USE_IN_TESTS: Final[dict[str, Rule]] = {
    "async-in-running-loop": of_test(
        "it is async, and an event loop is already running, so invoke() cannot wait for it.",
        "write: await ainvoke({function!r}, ...).",
    ),
    "failure-unclaimed": of_test(
        "{how} failed with {raised}, and nobody saw it.{more}",
        "mend it, or claim it: azfunc_host.failures.expect({kind}).",
        "the caller gets {told}; the exception is in the log only.",
    ),
    "failure-unclaimed-due": of_test(
        "the run ({how}) failed with {raised}, and nobody saw it.{more}",
        "mend it, or claim it: azfunc_host.failures.expect({kind}).",
        "the exception is in the log only; the schedule goes on.",
    ),
    "failure-unclaimed-delivery": of_test(
        "the delivery ({how}) failed with {raised}, and nobody saw it.{more}",
        "mend it, or claim it: azfunc_host.failures.expect({kind}).",
        "the exception is in the log only; the message comes again, or is given up, by the rules of its service.",
    ),
    "failure-unclaimed-durable": of_test(
        "the {how} of {function} failed with {raised}, and the test has not looked at it.{more}",
        "look at its status or output, or claim it: azfunc_host.failures.expect({kind}).",
        "the instance has the status Failed; nobody is told.",
    ),
    "failure-expected": of_test(
        "azfunc_host.failures.expect(): {found} is no exception class.", "give a class, or a tuple of classes."
    ),
    "failure-not-seen": of_test("{expected} was expected, but {seen}.", "correct azfunc_host.failures.expect(...)."),
    "server-left-running": of_test(
        "{request} was still running when the live server stopped.",
        "wait for the response, or let the function come to an end.",
    ),
    "host-closed": of_test(
        "the host is closed.", "use it before the `with Host.open(...)` block ends, or the test with the fixture."
    ),
    "mark": of_test("@pytest.mark.azfunc: {reason}.", "{remedy}."),
    "host-of-path": of_test(
        "Host(...) is given {found}, not a project.",
        "write Host.open(path): it opens the function app in a folder.",
    ),
    "decode-without-host": of_test(
        "{builder}(...).decode() needs a function app, and no host is open.",
        "use the fixture azfunc_trigger (or invoke, azfunc_host), or Host.open(...).",
    ),
    # not emulated
    "unsupported": Rule("{feature} is not emulated by pytest-azfunc.", "{azure}", "{remedy}"),
}
