"""What two answers for an app of decorated functions must have in common: everything, but for our own refusals' words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tests.conformance.apps import Document
from tests.conformance.comparison import CAUSES, both, call_differences, comparable, same_refusal
from tests.conformance.decorator_apps import App

# Our rules, and what Microsoft's library for decorators says for the same cause: see the other CAUSES.
DECORATOR_CAUSES: dict[str, str] = {
    **CAUSES,
    "script-name": r"InvalidFileNameError: \('Invalid file name: %s', ",
    "app-object-missing": r"ValueError: Could not find top level function app instances in ",
    "app-object-several": r"ValueError: More than one \w+ or other top level function app instances are defined",
    "entry-point-not-a-function": r"TypeError: module, class, method, function, traceback, frame, or code object was expected"
    r"|TypeError: .* is not a module, class, method, or function|ValueError: no signature found for builtin",
    "return-not-out": r'"\$return" binding must have direction set to "out"',
    "params-missing-in-decorators": r"declared in Python but not in the function definition .*:  (?P<names>\{{.*\}})",
    "durable-context-name": r"the \"context\" parameter is expected to be of type|not present in Python: \{{'{binding}'\}}",
    "params-missing-in-python": r"declared as bindings but are not present in Python: (?P<names>\{{.*\}})",
    # the TypeError: once an app imports the base of the SDK's extensions, that is asked first
    "non-type-annotation": r"binding {binding} has invalid non-type annotation|TypeError: issubclass\(\) arg 1 must be a class",
    "annotation-mismatch": r"type of {binding} binding in the binding decorator .* does not match its Python annotation"
    r"|binding type \"'{binding}'\" and dataType .* do not match"
    r"|TypeError: issubclass\(\) arg|TypeError: Subscripted generics cannot be used with class and instance checks",
}

_STRATEGIES = {"fixed_delay": "fixedDelay", "exponential_backoff": "exponentialBackoff"}


def differences(app: App, ours: Document, theirs: Document, host_may_refuse: Callable[[str], bool]) -> dict[str, str]:
    """Each part in which the answers differ -> both sides of it. Empty where they agree.

    :param host_may_refuse: says of a rule of ours whether it is the host's, which Microsoft's library knows nothing of.
    """
    ours, theirs = comparable(ours), comparable(theirs)
    if ours["status"] != theirs["status"]:
        return {"index": both(ours, theirs)}
    if ours["status"] == "process ended":
        return {} if ours == theirs else {"index": both(ours, theirs)}
    if ours["status"] == "no response":
        return {} if ours["error"] == theirs["error"] else {"index": both(ours, theirs)}
    if ours["status"] == "failed":
        return {} if same_refusal(ours, theirs, DECORATOR_CAUSES) else {"index": both(ours, theirs)}
    found: dict[str, str] = {}
    for part, text in [*_function_differences(app, ours, theirs, host_may_refuse), *_call_differences(ours, theirs)]:
        found[part] = found.get(part, "") + text
    return found


def _function_differences(
    app: App, ours: Document, theirs: Document, host_may_refuse: Callable[[str], bool]
) -> Iterator[tuple[str, str]]:
    listed = {function["name"]: function for function in theirs["functions"]}
    refused = ours["refused"]
    if set(listed) != set(ours["functions"]) | set(refused):
        yield "functions", both([*ours["functions"], refused], list(listed))
    unexplained = {name: rule for name, rule in refused.items() if not host_may_refuse(rule)}
    if app.host_refuses != refused and (app.host_refuses or unexplained):
        yield "host", f"\n    refuses {refused}, but should {dict(app.host_refuses)}"
    for name, function in ours["functions"].items():
        for part, expected in _as_ours(listed.get(name, {})).items():
            if function[part] != expected:
                yield part, f"\n  {name}:{both(function[part], expected)}"


def _as_ours(function: Mapping[str, object]) -> Document:
    """A function as the library tells the host of it, in the form that ours has."""
    if not function:
        return {}
    retry = function["retry"]
    if isinstance(retry, dict):
        retry = {**retry, "strategy": _STRATEGIES[retry["strategy"]]}
    bindings = function["bindings"]
    assert isinstance(bindings, list)
    return {"bindings": [_binding(binding) for binding in bindings], "retry": retry}


def _binding(declared: Mapping[str, object]) -> Document:
    """The host reads names without case, and enums too."""
    binding = {name.lower(): value for name, value in declared.items()}
    for name in ("direction", "datatype", "cardinality"):
        if isinstance(binding.get(name), str):
            binding[name] = str(binding[name]).lower()
    if str(binding.get("type")).lower() == "httptrigger" and isinstance(binding.get("authlevel"), str):
        binding["authlevel"] = str(binding["authlevel"]).lower()
    return binding


def _call_differences(ours: Document, theirs: Document) -> Iterator[tuple[str, str]]:
    for number, (our_call, their_call) in enumerate(zip(ours["calls"], theirs["calls"], strict=True)):
        if our_call is not None:  # of a function that the host leaves out
            for part, text in call_differences(our_call, their_call):
                yield part, f"\n  call {number} of {their_call['function']}:{text}"
