"""Loading a script: its place, its entry point, parameters and annotations. (FunctionLoadError)"""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule, not_loaded

SCRIPTS: Final[dict[str, Rule]] = {
    "script-outside-app": not_loaded(
        "the script {script} is not below the app's root {root}.", "move it into the app."
    ),
    "script-not-python": not_loaded(
        "the script {script} does not end in .py.", "point scriptFile at the Python script."
    ),
    "entry-point-not-a-function": not_loaded(
        "{entry_point} is no function whose parameters can be read.",
        "make it a plain def or async def; a callable object or functools.partial does not load.",
    ),
    "script-is-missing": not_loaded("the script {script} does not exist.", "write it, or set scriptFile."),
    "entry-point-missing": not_loaded(
        "{script} has no function {entry_point}().{suggestion}", "define it, or set entryPoint in function.json."
    ),
    "import-exits": Rule(
        "{script} calls sys.exit() while it is imported.",
        "the worker process ends and the host starts it again, over and over.",
        "keep sys.exit() for scripts: guard it with if __name__ == '__main__'.",
    ),
    "direction-inout": not_loaded("the direction 'inout' is not supported by the Python worker.", "use 'in' or 'out'."),
    "return-not-out": not_loaded("the $return binding must have the direction 'out'.", "{correction}."),
    "context-annotation": not_loaded(
        "the parameter 'context' is annotated {annotation}, but must be azure.functions.Context.",
        "annotate it as func.Context, or leave the annotation out.",
    ),
    "params-missing-in-function-json": not_loaded(
        "the following parameters are declared in Python but not in function.json: {names}.{suggestion}",
        "{remedy}.",
    ),
    "params-missing-in-python": not_loaded(
        "the following parameters are declared in {declared} but not in Python: {names}.{suggestion}",
        "{remedy}.",
    ),
    "out-annotation": not_loaded(
        "the annotation {annotation} of {binding!r} names no single type.", "write func.Out[str]."
    ),
    "non-type-annotation": not_loaded("the annotation {annotation} of {binding!r} is not a class.", "{remedy}."),
    "out-not-annotated-out": not_loaded(
        "{binding!r} is an output, but its annotation {annotation} is not func.Out[...].",
        "write func.Out[{annotation}], or leave the annotation out.",
    ),
    "in-annotated-out": not_loaded(
        "{binding!r} is an input, but its annotation is {annotation}.", "write {inner}, without func.Out."
    ),
    "annotation-mismatch": not_loaded(
        "the {type} binding {binding!r} does not take the annotation {annotation}.",
        "annotate it with one of the binding's classes{hint}, or leave the annotation out.",
    ),
    "return-annotation-out": not_loaded(
        "the return annotation is {annotation}, but func.Out is for parameters.", "annotate the value itself."
    ),
    "return-annotation-non-type": not_loaded(
        "the return annotation {annotation} is not a class.", "annotate one class, or leave the annotation out."
    ),
    "return-annotation-mismatch": not_loaded(
        "the return annotation {annotation} does not match the $return binding of type {type}.",
        "annotate what the binding takes ({hint}), or leave the annotation out.",
    ),
    "annotation-streaming": not_loaded(
        "the request {binding!r} is annotated {annotation}, but this app imports {package}.",
        "annotate its Request, as every HTTP function of such an app must, or leave the annotation out.",
    ),
    "return-annotation-streaming": not_loaded(
        "the return annotation {annotation} is none that {package} makes a response of.",
        "annotate one of its responses, a pydantic model, str, dict, list, int, float or bool, or leave it out.",
    ),
}
