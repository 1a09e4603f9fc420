"""Outputs: not there (OutputNotSet), or mangled by Azure (LossyOutputError)."""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule, of_test

OUTPUTS: Final[dict[str, Rule]] = {
    "output-missing": of_test("the output {name!r} was not set.{suggestion} {known}", "{remedy}."),
    "output-keys-only": Rule(
        "the {type} output {name!r} got {found}.",
        "only its keys are sent: {sent}; the values are lost, and the call succeeds.",
        "set a str: json.dumps(value).",
    ),
    "output-dropped": Rule(
        "the {type} output {name!r} got {found}.",
        "nothing is sent, and the call succeeds.",
        "set a str (json.dumps(value)), bytes or a list.",
    ),
    "output-enveloped": Rule(
        "the {type} output {name!r} got {found}.",
        "the message on the queue is the JSON text {sent}, not the body; the call succeeds.",
        "set the body itself: a str or bytes.",
    ),
    "output-repr": Rule(
        "the {type} output {name!r} got {found}.",
        "Python's repr() is sent, not JSON: {sent}; the call succeeds.",
        "set a str: json.dumps(value).",
    ),
    "output-number": Rule(
        "the {type} output {name!r} got {found}.",
        "{sent}; the call succeeds.",
        "set the text that you want to be stored: str(value) or json.dumps(value).",
    ),
}
