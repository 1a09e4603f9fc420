"""One function as it is declared (ProjectError), and its name when a test gives it (FunctionNotFound)."""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule, left_out, not_started, of_test

FUNCTIONS: Final[dict[str, Rule]] = {
    # function.json
    "function-name": left_out(
        "{name!r} is not a valid function name.",
        "rename {what}: a letter, then up to 127 letters, digits, '_' or '-'; not 'host'.",
    ),
    "function-name-duplicate": left_out(
        "the function name {name!r} differs only in case from {other!r}.", "rename one of the two {what}."
    ),
    "function-json-invalid": left_out("function.json is not valid JSON: {reason}.", "correct the JSON."),
    "function-json-not-an-object": left_out(
        "function.json holds {found}, not a JSON object.", 'start from {{"bindings": [...]}}.'
    ),
    "function-json-value": left_out("function.json: {name} is {found}, but must be {expected}.", "correct the value."),
    "bindings-missing": left_out(
        "at least one binding must be declared.", 'add "bindings" (the name is case-sensitive) with a trigger.'
    ),
    "binding-not-an-object": left_out(
        "binding number {number} is {found}, not a JSON object.", "correct the bindings."
    ),
    "configuration-source": left_out(
        "{found} is not a value that 'configurationSource' may have.", "remove it, or write 'config' or 'attributes'."
    ),
    "script-file-missing": left_out(
        "scriptFile {script!r} does not exist.",
        "correct the path: it is relative to the function's folder, and file names are case-sensitive.{suggestion}",
    ),
    "retry-value-missing": left_out("the retry policy {strategy!r} has no {name!r}.", 'add it to "retry".'),
    "retry-value": left_out("the retry policy's {name} is {found}, but must be {expected}.", 'correct "retry".'),
    "binding-name": left_out(
        "{name} is not a valid binding name.",
        "rename it (and the parameter): {allowed}.",
    ),
    "binding-name-missing": left_out("the binding has no name.", 'add "name": the parameter\'s name, or $return.'),
    "binding-name-duplicate": left_out(
        "several bindings have the name {name!r}; case does not count.", "give each binding its own name."
    ),
    "binding-type-missing": left_out("the binding has no type.", 'add "type", such as "queueTrigger" or "blob".'),
    "binding-type-unknown": left_out(
        "no known extension registers the binding type {type!r}.{suggestion}",
        "correct the type. For an extension of your own, register it in a conftest.py with the hook "
        "pytest_azfunc_binding_types.",
    ),
    "binding-type-unregistered": left_out(
        "the binding type(s) {types} are not registered: host.json names no extension bundle.",
        'add to host.json: "extensionBundle": '
        '{{"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)"}}.',
    ),
    "binding-direction": left_out("{found} is not a valid binding direction.", "write 'in' or 'out'."),
    "binding-value": left_out("the binding's {name} is {found}, but must be {expected}.", "correct the value."),
    "return-direction": left_out("a $return binding must have the direction 'out'.", 'add "direction": "out".'),
    "trigger-missing": left_out(
        "no trigger binding: a function needs one binding of direction 'in' whose type ends in 'Trigger'.{suggestion}",
        "add the trigger, or correct its type.",
    ),
    "trigger-several": left_out(
        "{count} trigger bindings ({names}); a function has exactly one.", "split it into several functions."
    ),
    "output-only": Rule(
        "a {type} cannot be an input: its extension only knows outputs.",
        "the host cannot bind it, puts the function in error and leaves it out; the others run.",
        'write "direction": "out", or remove the binding; a message comes in with a trigger.',
    ),
    "http-direction": left_out(
        "an http binding can only be an output, but its direction is {found!r} ('in' is the default).",
        'write "direction": "out".',
    ),
    "route-reserved": left_out(
        "the route {route!r} begins with {prefix!r}, which the host keeps for itself.", "choose another route."
    ),
    "route-conflict": left_out(
        "the route {route!r} conflicts with the one of function {other!r}: same text, shared methods.",
        "change the route or the methods of one of them.",
    ),
    "setting-unfit": left_out(
        "with the value of {names}, which is not shown, the {type} is none that the host can read.",
        "correct the app setting here; look at the one of the deployed app, too.",
    ),
    "schedule-invalid": left_out("{reason}: {why}.", "write {nearest}."),
    "blob-path": left_out("the path {path!r} is not valid: {reason}.", "correct the path."),
    "route-invalid": not_started(
        "the route template {template!r} ({parts}) is not valid: {reason}.",
        "{remedy}.",
    ),
    "route-overlap": Rule(
        "no {requests} reaches it: {method} {path} is answered by {winner!r}, whose route is {route}.",
        "the host tries functions in the order of their names, ignoring case, and the first whose route fits answers.",
        "rename one of the two so that this one comes first, or change a route.",
    ),
    # names
    "function-not-found": of_test("there is no function {name!r}.{suggestion} {known}", "correct the name."),
    "function-excluded": of_test(
        "the function is left out by the 'functions' list of host.json.",
        "add it to that list, or remove the list.",
        "the host does not load it.",
    ),
    "function-object-unknown": of_test(
        "the object ({found}) is the entry point of no function of this app.", "{remedy}."
    ),
}
