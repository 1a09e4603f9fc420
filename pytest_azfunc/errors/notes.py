"""Notes and hints for exceptions of the user's own code: they reach the test unchanged, with these words added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pytest_azfunc.errors.wording import Location, kind_of

# What may be behind an exception that comes out of an import. Each begins with a blank, as it follows a sentence.
SETTING_HINT: Final = (
    " If the key is an app setting: it is not in local.settings.json, the environment, "
    "or @pytest.mark.azfunc(settings={...})."
)
PACKAGE_HINT: Final = " Is the package in requirements.txt?"
BARE_NAME_HINT: Final = (
    " A module that is imported by its bare name is in no package: import what lies beside it by its bare name too, "
    "without the dot."
)
NO_NAMESPACE_HINT: Final = " Only function.json apps have a package __app__: import the module by its bare name."
LEVEL_HINT: Final = " http_auth_level is 'FUNCTION', 'ANONYMOUS' or 'ADMIN', in capitals."

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


def raised_by_script(script: str, error: BaseException, hint: str) -> str:
    """Of an exception that the script of a decorator app raises while it is imported."""
    return f"azfunc: raised while {script} was imported. {_hidden_by(error)}{hint}"


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


def refused_output(binding_type: str, value: object) -> str:
    """Of the exception that an output binding raises for *value*, in the words of Azure's worker."""
    found = kind_of(value)
    if binding_type.lower() != "http":
        return f"azfunc: a {binding_type} output does not take {found}. In Azure the call fails with this exception."
    forgotten = "; is there a path without a return?" if value is None else "."
    return (
        f"azfunc: an HTTP function cannot answer with {found}{forgotten} In Azure the caller gets a 500. "
        "Return a func.HttpResponse or a str."
    )
