"""Outputs: not there (OutputNotSet), refused by an extension (BindingError), or mangled by Azure (LossyOutputError)."""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule, of_test

_TABLE_KEY_FAILS: Final = (
    "the function has succeeded, and then the extension fails the call: '' is not a valid value for a partition key or "
    "row key."
)

OUTPUTS: Final[dict[str, Rule]] = {
    # what an extension cannot write (BindingError)
    "table-keys-missing": Rule(
        "the {type} output {name!r} got an entity without {missing}, and the binding has none.",
        _TABLE_KEY_FAILS,
        'give the entity its "PartitionKey" and "RowKey", or the binding its "partitionKey" and "rowKey".',
    ),
    "table-key": Rule(
        "the {type} output {name!r} got an entity whose {key} is {found}.",
        "the function has succeeded, and then the extension fails the call: it is not a valid value for a partition "
        "key or row key.",
        "write a key without '/', '\\', '#', '?' and control characters.",
    ),
    "table-entity": Rule(
        "the {type} output {name!r} got {reason}.",
        "the function has succeeded, and then the extension fails the call: it makes an entity of a JSON object with "
        "plain values, and of nothing else.",
        "set the JSON text of an object, or of a list of them; what is nested goes in as text of its own: "
        "json.dumps(value).",
    ),
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
