"""Notes and hints for exceptions of the user's own code: they reach the test unchanged, with these words added."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Final

from pytest_azfunc.errors.wording import Location, kind_of, setting_name, shown

# What may be behind an exception that comes out of an import. Each begins with a blank, as it follows a sentence.
SETTING_HINT: Final = (
    " If the key is an app setting: it is not in local.settings.json, the environment, "
    "or @pytest.mark.azfunc(settings={...})."
)
AWAIT_HINT: Final = " Did you forget await? A coroutine stands where its result is meant."
LOOP_HINT: Final = " The worker's event loop is running here: make the function async, and await what you run."
LOOP_AT_IMPORT_HINT: Final = (
    " The worker's event loop is running while it imports a script: await the coroutine when a function is called."
)
BODY_HINT: Final = ' Give the text of it: func.HttpResponse(json.dumps(value), mimetype="application/json").'
METHODS_HINT: Final = ' methods is a list, such as methods=["GET"].'
ONE_TRIGGER_HINT: Final = " Take one of the two decorators away, or make two functions of it."
PACKAGE_HINT: Final = " Is the package in requirements.txt?"
BARE_NAME_HINT: Final = (
    " A module that is imported by its bare name is in no package: import what lies beside it by its bare name too, "
    "without the dot."
)
NO_NAMESPACE_HINT: Final = " Only function.json apps have a package __app__: import the module by its bare name."
LEVEL_HINT: Final = " http_auth_level is 'FUNCTION', 'ANONYMOUS' or 'ADMIN', in capitals."


def no_setting(name: str, near: str) -> str:
    """A hint: a name that the environment has not.

    :param near: a suggestion, behind a blank, or an empty text.
    """
    return (
        f" There is no app setting {setting_name(name)}: give it in local.settings.json, the environment, "
        f"or @pytest.mark.azfunc(settings={{...}}).{near}"
    )


def other_module(name: str) -> str:
    """A hint: a module of another name lies where the import looks."""
    return f" Did you mean the module {name!r}?"


BETWEEN_HINT: Final = (
    " An ordinary decorator stands between two of the app's, so that they declare two functions: "
    "write it below all of them, next to the def."
)
TRIGGER_HINT: Final = " Add the decorator of a trigger, such as @app.route() or @app.queue_trigger(...)."
CLIENT_HINT: Final = " @app.durable_client_input drops what stands below it: write it below the trigger."


def retry_strategy(found: object) -> str:
    """A hint: a strategy that ``@app.retry`` does not have."""
    return f" The strategies of @app.retry are 'fixed_delay' and 'exponential_backoff', not {shown(found)}."


def retry_missing(strategy: str, names: str) -> str:
    """A hint: what a strategy of ``@app.retry`` needs."""
    return f" @app.retry with strategy={strategy!r} needs {names}, such as '00:00:30'."


RETRY_COUNT_HINT: Final = " max_retry_count of @app.retry is a whole number, such as '3', or '-1' for ever."
RETRY_INTERVAL_HINT: Final = " An interval of @app.retry is written hh:mm:ss, such as '00:00:30', below a day."

_NAMED = 10  # of more functions that are lost with one, only the first are named


def missing_settings(subject: str, binding_type: str, names: Sequence[str]) -> str:
    """Of a binding that names app settings which are not there.

    :param subject: function and binding.
    """
    several = len(names) > 1
    listed = ", ".join(f"%{name}%" for name in names)
    return (
        f"{subject}: the {binding_type} names {'app settings that are' if several else 'an app setting that is'} not "
        f"there: {listed}. In Azure the function would not load; here its address keeps the "
        f"{'names' if several else 'name'}. Set {'them' if several else 'it'} in local.settings.json, the environment, "
        "or @pytest.mark.azfunc(settings={...})."
    )


def raised_by_import(script: str, function: str, hint: str) -> str:
    """Of an exception that the script of one function raises while it is imported.

    :param hint: one of the hints, or an empty text.
    """
    return (
        f"azfunc: raised while {script} of {function!r} was imported. "
        f"In Azure the worker refuses to load the function; every call of it fails.{hint}"
    )


def raised_by_module(hint: str) -> str:
    """Of an exception that a module of the app raises when a test imports it, or patches a name of it.

    :param hint: one of the hints.
    """
    return f"azfunc: raised while a module of the app was imported.{hint}"


def raised_by_call(hint: str) -> str:
    """Of an exception that a function raises.

    :param hint: one of the hints.
    """
    return f"azfunc: in Azure the call fails with this exception.{hint}"


def raised_by_script(script: str, place: Location | None, error: BaseException, hint: str) -> str:
    """Of an exception that the script of a decorator app raises while it is imported.

    :param place: the line of the app that leads to it, where that is not the line that raises it.
    """
    where = f" ({place})" if place else ""
    return f"azfunc: raised while {script} was imported{where}. {_hidden_by(error)}{hint}"


def raised_by_reading(script: str, error: BaseException, lost: Sequence[str]) -> str:
    """Of an exception that the SDK raises when it is asked for the functions of a decorator app."""
    return f"azfunc: raised while the functions of {script} were read. {_hidden_by(error)}{_lost(lost)}"


def raised_by_indexing(
    function: str, place: Location | None, error: BaseException, lost: Sequence[str], hint: str
) -> str:
    """Of an exception that the SDK raises for one function of a decorator app.

    :param lost: names of the functions that are lost with it.
    """
    where = f" ({place})" if place else ""
    start = f"azfunc: raised for the function {function!r}{where} while it was indexed. "
    return f"{start}{_hidden_by(error)}{_lost(lost)}{hint}"


def _hidden_by(error: BaseException) -> str:
    if isinstance(error, Exception):
        return "In Azure the worker indexes no function of the app then: 0 functions found."
    # The worker catches no others.
    return "In Azure the worker gives no answer then, and no function of the app runs."


def _lost(names: Sequence[str]) -> str:
    more = f", ... ({len(names)})" if len(names) > _NAMED else ""
    return f" Lost with it: {', '.join(names[:_NAMED])}{more}." if names else ""


def value_without_binding(is_http: bool, is_decorated: bool) -> str:
    """Of the exception that the worker raises for a value that is returned although no output takes it."""
    if is_http:
        remedy = 'Add to function.json: {"type": "http", "direction": "out", "name": "$return"}.'
    elif is_decorated:
        remedy = 'Return nothing, or give an output decorator arg_name="$return".'
    else:
        remedy = 'Return nothing, or call an output of function.json "$return".'
    return f"azfunc: no binding takes what the function returns. In Azure the call fails with this exception. {remedy}"


def no_json_output(name: str) -> str:
    """Of a text that is read as JSON."""
    return f"azfunc: what the output {name!r} holds is no JSON; read its .text or .body."


def unknown_name(name: str, near: str, known: str) -> str:
    """Of a name that a mapping of ours does not have.

    :param near: a suggestion, behind a blank, or an empty text.
    :param known: the names that it has, as a sentence.
    """
    return f"azfunc: there is no {name!r} here.{near} {known}"


def fixture_is_no_name_of_the_package(name: str) -> str:
    """A fixture that somebody imports."""
    return f"{name!r} is a fixture: do not import it, ask for it by argument, as in def test_it({name}): ..."


AWAIT_AINVOKE: Final = "azfunc: did you forget await? What ainvoke(...) gives is the result when it is awaited."


def narrow_fixture(name: str, scope: str) -> str:
    """Of a fixture of ours that one of a wider scope has asked for."""
    return (
        f"azfunc: {name} lives for one test, so no fixture with scope={scope!r} can have it. Open a host there: "
        'with pytest_azfunc.Host.open("path/to/app") as host: yield host. Or give the fixture the scope of a test.'
    )


def other_fixture(name: str, place: Location | None) -> str:
    """Of a fixture of others that is called like one of ours."""
    where = f" ({place})" if place else ""
    return (
        f"azfunc: {name} is not the fixture of pytest-azfunc here, but one of the same name{where}. Rename that one, "
        f"or let it ask for {name} too and return what it makes of it."
    )


def refused_output(binding_type: str, name: str, value: object) -> str:
    """Of the exception that an output binding raises for *value*, in the words of Azure's worker.

    :param name: the binding's name.
    """
    found, is_response = kind_of(value), binding_type.lower() == "http"
    if inspect.isawaitable(value):
        remedy = "Did you forget await?"
    elif is_response:
        remedy = "Return a func.HttpResponse or a str."
    else:
        remedy = "Set a str (such as json.dumps(value)) or bytes."
    if not is_response:
        told = f"the {binding_type} output {name!r} does not take {found}. In Azure the call fails with this exception."
    else:
        forgotten = "; is there a path without a return?" if value is None else "."
        told = f"an HTTP function cannot answer with {found}{forgotten} In Azure the caller gets a 500."
    return f"azfunc: {told} {remedy}"
