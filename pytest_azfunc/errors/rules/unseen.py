"""Functions that are written, and that Azure does not see; apps in which it sees none. (ProjectError)"""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule

_IN_SILENCE: Final = "they are not there, and nothing says so."
_NONE: Final = "0 functions found, and nothing says why."

UNSEEN: Final[dict[str, Rule]] = {
    "blueprint-not-registered": Rule(
        "Azure does not see {functions}, as {name!r} is registered too early or not at all.",
        _IN_SILENCE,
        "write app.register_functions({name}) in {script}, after all its functions are declared.",
    ),
    "app-not-read": Rule(
        "Azure does not see {functions}, as {name!r} is not the function app of {script}.",
        _IN_SILENCE,
        "make it a func.Blueprint(), and register it there.",
    ),
    "decorator-without-parentheses": Rule(
        "Azure does not see {functions}, as its decorator is written without parentheses, such as @app.route instead "
        "of @app.route().",
        _IN_SILENCE,
        "write the parentheses.",
    ),
    "functions-none": Rule("{script} declares no function.", _NONE, "declare one, or register a blueprint."),
    "functions-none-in-folders": Rule(
        "the app has no function: there is no function_app.py, and no folder with a function.json.",
        _NONE,
        "write one, or name another folder with --azfunc-project PATH.",
    ),
    "functions-elsewhere": Rule("the host finds no function beside {beside}; {found}.", _NONE, "{remedy}."),
    "functions-left-out": Rule(
        "the list 'functions' of host.json leaves out all functions: {names}.", _NONE, "add them to it, or remove it."
    ),
    "script-not-there": Rule(
        "PYTHON_SCRIPT_FILE_NAME names a file that is not there, and there is no function.json either.",
        _NONE,
        "correct the app setting, or remove it.",
    ),
    # FunctionNotFound
    "function-of-none": Rule("there is no function {name!r}. Known: none. {reason}", _NONE, "{remedy}"),
}
