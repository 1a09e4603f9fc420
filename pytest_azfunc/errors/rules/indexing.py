"""Indexing a decorator app. (AppIndexError for one function, else FunctionLoadError)"""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule, not_indexed, not_loaded

INDEXING: Final[dict[str, Rule]] = {
    "script-name": not_indexed(
        "the value of PYTHON_SCRIPT_FILE_NAME is no name that the worker takes for a script.",
        "write the name of a .py file in the app's folder: letters, digits, '_' and '-' only, no folder.",
    ),
    "app-object-missing": not_indexed(
        "{script} has no function app at its top level.{hint}", "write, for example: app = func.FunctionApp()."
    ),
    "app-object-several": not_indexed(
        "{script} has more than one function app at its top level: {names}.{hint}",
        "keep one, and make the others blueprints: app.register_functions(...).",
    ),
    "params-missing-in-decorators": not_loaded(
        "the following parameters are declared in Python but not in the decorators: {names}.{suggestion}",
        "{remedy}.",
    ),
    "durable-context-name": not_loaded(
        "Durable Functions passes the context of an orchestrator or entity as 'context', not as {binding!r}.",
        'write context_name="context"; the function may call its parameter as it likes.',
    ),
}
