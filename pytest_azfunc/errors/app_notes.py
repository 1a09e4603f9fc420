"""What ``--azfunc-list`` notes of an app as a whole, although nothing is wrong with it: what Azure would pass over."""

from __future__ import annotations

from pytest_azfunc.errors.wording import Location


def script_not_there(setting: str) -> str:
    """The app setting names a script that does not exist. Its value, as that of any setting, is not shown."""
    return f"{setting} names a file that is not there: Azure reads function.json."


def no_function(script: str) -> str:
    """The script of a decorator app has no function."""
    return f"{script} declares no function."


def falls_back(folders: str) -> str:
    """The script has no function, and there are folders of the other model."""
    return (
        f"with Python 3.12 and older, Azure falls back to function.json of {folders}; "
        "with later versions it shows 0 functions."
    )


def folders_not_read(folders: str, script: str) -> str:
    """The script has functions, and there are folders of the other model."""
    return f"function.json of {folders} is not read: where {script} declares functions, Azure takes no others."


def no_parentheses(function: str, place: Location) -> str:
    """A decorator of the SDK was given the function itself."""
    return (
        f"Azure does not see {function} ({place}), as its decorator is written without parentheses, such as @app.route "
        "instead of @app.route()."
    )


def further_app(functions: str, name: str, script: str) -> str:
    """Functions are declared with an app object that the worker does not read."""
    return (
        f"Azure does not see {functions}, as {name!r} is not the function app of {script}. "
        "Make it a func.Blueprint(), and register it there."
    )


def blueprint_not_registered(functions: str, name: str, script: str) -> str:
    """Functions are declared with a blueprint that the app does not have, or had before they were declared."""
    return (
        f"Azure does not see {functions}, as {name!r} is registered too early or not at all. "
        f"Write app.register_functions({name}) in {script}, after all its functions are declared."
    )
