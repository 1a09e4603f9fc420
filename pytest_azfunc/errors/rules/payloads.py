"""What a test passes: payloads of triggers, and input bindings. (BindingError)"""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule, of_test

_NOT_STARTED: Final = "the caller gets its 202, and the call fails before the function starts."

PAYLOADS: Final[dict[str, Rule]] = {
    # payloads
    "payload-type": of_test(
        "a {type} cannot take {found}.", "{remedy}.", "no host would send this value to this trigger."
    ),
    "payload-value": of_test("{builder}(): {name} is {found}, but must be {expected}.", "correct the argument."),
    "argument-unknown": of_test("{called}() has no argument {name!r}.{suggestion} {known}", "{remedy}."),
    "argument-without-name": of_test(
        "{called}() is given {given} values without a name, and takes only {taken} that way. {known}", "{remedy}."
    ),
    "payload-builder": of_test(
        "{builder}(...) makes a payload for {makes}, but the trigger is of the type {type}.", "use {remedy}."
    ),
    "payload-not-json": of_test(
        "{builder}(): {found} has no JSON form: {reason}.",
        "pass text or bytes, or make it serialisable.",
        "a message is text or bytes; no host would send this object.",
    ),
    "payload-as-content": of_test(
        "{builder}(): what {found}(...) has built is for {makes}, and is no content.",
        "pass the content itself.",
    ),
    "payload-ready": of_test(
        "{builder}(): what {found}(...) has built is complete, so {names} cannot be set beside it.",
        "set it in {found}(...), or pass the bare content.",
    ),
    "payload-not-utf8": of_test(
        "the {type} {binding!r} delivers text, but the content is not UTF-8.",
        'give the trigger the dataType "binary" (data_type in a decorator), or pass UTF-8.',
    ),
    "blob-name": of_test(
        "the blob {name!r} does not match the trigger's path {path!r}.",
        "give a name that matches.",
        "the blob would not start the function.",
    ),
    "payload-list": of_test(
        "a bare list is one JSON array, but the trigger takes many messages at a time (cardinality: many).",
        "write batch([...]) for several messages.",
    ),
    "payload-batch": of_test(
        "batch(...) needs a trigger with cardinality 'many'; this one takes one message at a time.",
        'pass one message, or give the trigger the cardinality "many".',
    ),
    "payload-many-json": Rule(
        "the {type} {binding!r} has no dataType, so every message must be JSON; that at index {index} is not, "
        "{found}: {reason}.",
        'the host fails the call before the function starts ("Binding parameters to complex objects").',
        'give the trigger the dataType "string" or "binary" (data_type in a decorator), or send JSON.',
    ),
    "payload-batch-empty": of_test(
        "batch(): there is no message in it.", "pass at least one.", "the host never calls a function without messages."
    ),
    "payload-batch-length": of_test(
        "batch(): {name} is a list of {found} for {expected} messages.",
        "give one value for each message, or one that is no list for all of them.",
    ),
    "payload-batch-keyword": of_test(
        "batch(): {name!r} is no argument of {builder}(...).{suggestion} {known}",
        "correct the name; what is not in the list cannot be set, as Azure never sends it.",
    ),
    "payload-batch-item": of_test(
        "batch(): the message at index {index} is {found}.",
        "pass text, bytes, a JSON value or {builder}(...); SDK objects only when all messages are.",
    ),
    "payload-batch-ready": of_test(
        "batch(): the message at index {index} is a ready payload, so {names} cannot be set for it.",
        "set it where the payload is built, or pass the bare message.",
    ),
    "payload-batch-partition": of_test(
        "the events of one batch come from several partitions: {found}.",
        "give all of them the same partition_id.",
        "every batch is read from one partition.",
    ),
    "payload-data-type": Rule(
        "{builder}(): the {type} {binding!r} cannot deliver the dataType {data_type!r}.",
        "the extension gives text only; the host fails to start the function.",
        'leave the dataType of the trigger out, or write "string".',
    ),
    "payload-json-text": of_test(
        "{builder}(): the raw body is no JSON ({reason}), which the {type} {binding!r} reads.",
        'pass a str or a dict, which are sent as JSON, or give the trigger the dataType "binary".',
        "the extension cannot read the request; the function is not called.",
    ),
    # runs by hand
    "by-hand-input": Rule(
        "POST /admin/functions/{function}: the input is {found}, but the {type} takes {expected}.",
        _NOT_STARTED,
        'send {{"input": "..."}} with what the trigger takes.',
    ),
    "by-hand-blob": Rule(
        "POST /admin/functions/{function}: there is no blob {name!r}, as nothing is stored here.",
        "the input of a {type} is the path of a blob, which is read. Without the blob the caller gets its 202, and the "
        "call fails before the function starts.",
        "start it with the blob itself: invoke({function!r}, blob(content, name={name!r})).",
    ),
    "by-hand-never": Rule(
        "POST /admin/functions/{function}: the {type} is not started by hand.",
        _NOT_STARTED,
        "start it with its own payload: invoke({function!r}, {builder}(...)).",
    ),
    # input bindings
    "input-unknown": of_test("there is no input binding {name!r}.{suggestion} {known}", "{remedy}."),
    "input-twice": of_test("the input {name!r} is given twice: by keyword and in inputs.", "give it once."),
    "input-value": of_test("the input {name!r} ({type}) cannot take {found}.", "give {expected}."),
    "input-mock": of_test(
        "the input {name!r} ({type}) cannot take {found}.",
        "give the data that the function is to read, such as bytes, a str or a dict. A client that the function makes "
        "itself can be a mock: patch it where the function looks it up.",
        "a binding delivers data, which a mock does not have.",
    ),
    "input-is-trigger": of_test(
        "{name!r} is the trigger, not an input binding.", "pass its payload as the second argument."
    ),
    "input-is-output": of_test("{name!r} is an output, not an input binding.", "read it from result.outputs."),
}
