"""What two answers must have in common: everything, but for the words of our own refusals."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping

from tests.conformance.apps import Case, Document

# Our rules, and what Microsoft's library says for the same cause (a regular expression; {binding} is the binding's
# name). The TypeErrors come from converters that are asked about a typing construct.
CAUSES: dict[str, str] = {
    # the host refuses these two before a worker sees them
    "return-direction": r'"\$return" binding must have direction set to "out"',
    "http-direction": r"binding {binding} is declared to have the .in. direction|does not match its Python annotation",
    # the loader's
    "script-outside-app": r"script path %s is not relative to the specified directory",
    "script-not-python": r"invalid Python filename",
    "entry-point-missing": r"function %s\(\) is not present in",
    "entry-point-not-a-function": r"TypeError: .* is not a module, class, method, or function"
    r"|ValueError: no signature found for builtin|TypeError: .* is not a callable object",
    # the signature's
    "direction-inout": r'"inout" bindings are not supported',
    "context-annotation": r'the "context" parameter is expected to be of type azure.functions.Context',
    "params-missing-in-function-json": r"declared in Python but not in function.json: (?P<names>\{{.*\}})",
    "params-missing-in-python": r"declared in function.json but not in Python: (?P<names>\{{.*\}})",
    "out-annotation": r"binding {binding} has invalid Out annotation",
    "non-type-annotation": r"binding {binding} has invalid non-type annotation",
    "out-not-annotated-out": r"binding {binding} is declared to have the \"out\" direction",
    "in-annotated-out": r"binding {binding} is declared to have the \"in\" direction",
    "annotation-mismatch": r"type of {binding} binding in function.json .* does not match its Python annotation"
    r"|binding type \"'{binding}'\" and dataType .* do not match"
    r"|TypeError: issubclass\(\) arg|TypeError: Subscripted generics cannot be used with class and instance checks",
    "return-annotation-out": r"return annotation should not be azure.functions.Out",
    "return-annotation-non-type": r"has invalid non-type return annotation",
    "return-annotation-mismatch": r"Python return annotation .* does not match binding type"
    r"|TypeError: issubclass\(\) arg",
}

# Where an error of ours at run time has words of its own: pattern of ours -> pattern of Microsoft's.
_OWN_WORDS = {
    r"RuntimeError: function '.*' without a \$return binding returned a non-None value": r"RuntimeError: \('function %s without a \$return bindingreturned a non-None value', .*\)",
}

# Azure appends to the message of any ImportError at load, and sys.path after it. Ours stays as the script raised it.
_ADVICE = ". Cannot find module. Please check the requirements.txt file for the missing module."


def differences(case: Case, ours: Document, theirs: Document) -> dict[str, str]:
    """Each part in which the answers differ -> both sides of it. Empty where they agree."""
    ours, theirs = comparable(ours), comparable(theirs)
    if (ours["load"] is None) != (theirs["load"] is None):
        return {"load": both(ours["load"], theirs["load"])}
    if ours["load"] is not None:
        return (
            {} if same_refusal(ours["load"], theirs["load"], CAUSES) else {"load": both(ours["load"], theirs["load"])}
        )
    assert len(ours["calls"]) == len(theirs["calls"]) == len(case.calls)
    found: dict[str, str] = {}
    for number, (our_call, their_call) in enumerate(zip(ours["calls"], theirs["calls"], strict=True)):
        for part, text in call_differences(our_call, their_call):
            found[part] = f"{found.get(part, '')}\n  call {number} ({case.calls[number]}):{text}"
    return found


def comparable(answer: Document) -> Document:
    """Without the addresses of objects and the numbers of tasks in texts, and with a NaN that equals another."""
    text = re.sub(r"\b0x[0-9a-f]{6,}", "0x...", json.dumps(answer))
    text = re.sub(r"\bTask-\d+", "Task-...", text)
    comparable: Document = json.loads(text, parse_constant=str)
    return comparable


def both(ours: object, theirs: object) -> str:
    """Both sides of a difference, for a message."""
    return f"\n    ours:      {ours}\n    Microsoft: {theirs}"


def same_refusal(ours: Document, theirs: Document, causes: Mapping[str, str]) -> bool:
    """Whether both refuse for the same cause; *causes*: our rules -> a pattern of what Microsoft's library says."""
    if "error" in ours:  # the script's own exception
        return bool(theirs["error"] == ours["error"]) or theirs["error"].startswith(ours["error"].rstrip(".") + _ADVICE)
    cause = causes.get(ours["rule"])
    if cause is None:
        return False
    found = re.search(cause.format(binding=re.escape(ours["binding"] or "")), theirs["error"])
    if found is None:
        return False
    names = found.groupdict().get("names")
    return names is None or sorted(ast.literal_eval(names)) == ours["names"]


def call_differences(ours: Document, theirs: Document) -> Iterator[tuple[str, str]]:
    """Each part in which the answers to one call differ, with both sides of it."""
    if ours["status"] != theirs["status"]:
        yield "status", both(ours, theirs)
        return
    for part in ("error", "return", "outputs", "logs"):
        if part == "error" and "error" in ours and _same_error(ours["error"], theirs["error"]):
            continue
        if ours.get(part) != theirs.get(part):
            yield part, both(ours.get(part), theirs.get(part))


def _same_error(ours: str, theirs: str) -> bool:
    if ours == theirs:
        return True
    return any(re.fullmatch(our, ours) and re.fullmatch(their, theirs) for our, their in _OWN_WORDS.items())
