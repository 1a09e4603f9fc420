"""What option and ini say of the function app, and the apps of the session that follow from it."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_azfunc.host.invocation import Invocation
    from pytest_azfunc.session_apps import SessionApps

_APPS: pytest.StashKey[SessionApps] = pytest.StashKey()


def session_apps(config: pytest.Config) -> SessionApps:
    """The apps of this session. What runs them is imported when they are first asked for."""
    apps = config.stash.get(_APPS, None)
    if apps is None:
        from pytest_azfunc.host.bindings.catalogue import Catalogue
        from pytest_azfunc.session_apps import Choice, SessionApps

        added = [item for found in config.hook.pytest_azfunc_binding_types(config=config) for item in found or ()]
        stores = [found for found in config.hook.pytest_azfunc_stores(config=config) if found is not None]
        choice = Choice(
            str(config.rootpath),
            _projects(config),
            _path(config, "settings"),
            _truth(config, "azfunc_strict"),
            config.getoption("azfunc_storage") or "memory",
            "--azfunc-project" if config.getoption("azfunc_project") else "the ini option azfunc_project",
            _timeout(config.getini("azfunc_timeout")),
        )
        apps = config.stash[_APPS] = SessionApps(choice, Catalogue(added, _makers(stores)))
        config.add_cleanup(apps.close)
        apps.observers.append(_teller(config.hook.pytest_azfunc_invoked))
    return apps


def _makers(found: Sequence[object]) -> dict[str, Callable[[Any], Any]]:
    """What makes the stores that hooks add; the implementation that pytest calls first wins.

    :raises pytest.UsageError: what a hook has returned is no mapping of names to makers: the session ends.
    """
    makers: dict[str, Callable[[Any], Any]] = {}
    for stores in reversed(found):
        if not isinstance(stores, Mapping):
            raise _wrong_makers(stores, "its stores")
        for name, make in stores.items():
            if not isinstance(name, str) or not callable(make):
                raise _wrong_makers(make, repr(name))
            makers[name] = make
    return makers


def _wrong_makers(found: object, name: str) -> pytest.UsageError:
    from pytest_azfunc.errors import BindingError, kind_of

    return pytest.UsageError(str(BindingError("store-maker", found=kind_of(found), name=name)))


def _teller(hook: Any) -> Callable[[Invocation], None]:
    """Calls the hook where anybody implements it: a call for nobody is felt in each invocation."""

    def tell(invocation: Invocation) -> None:
        if hook.get_hookimpls():
            hook(invocation=invocation)

    return tell


def apps_so_far(config: pytest.Config) -> SessionApps | None:
    """The apps of this session; None where nobody has asked for one."""
    return config.stash.get(_APPS, None)


def close_session_apps(config: pytest.Config) -> None:
    """End the worker processes of the session's apps, if there are any."""
    apps = apps_so_far(config)
    if apps is not None:
        apps.close()


def _truth(config: pytest.Config, name: str) -> bool:
    """An ini option that is true or false.

    :raises pytest.UsageError: it is neither. (pytest's own error does not say which option it is about.)
    """
    try:
        return bool(config.getini(name))
    except (TypeError, ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"the ini option {name} must be true or false: {error}") from None


def _projects(config: pytest.Config) -> tuple[str, ...]:
    given = [os.path.join(config.invocation_params.dir, path) for path in config.getoption("azfunc_project") if path]
    ini = config.getini("azfunc_project")
    return tuple(given) or ((os.path.join(_ini_folder(config), ini),) if ini else ())


def _path(config: pytest.Config, name: str) -> str | None:
    """An option, relative to where pytest was started, or an ini value, relative to the ini file."""
    option = config.getoption(f"azfunc_{name}")
    if option:
        return "none" if option == "none" else os.path.join(config.invocation_params.dir, option)
    value = config.getini(f"azfunc_{name}")
    return value or None if not value or value == "none" else os.path.join(_ini_folder(config), value)


def _timeout(text: str) -> float | None:
    """What ``azfunc_timeout`` says; None for no limit.

    :raises pytest.UsageError: it is no number of seconds: the session ends.
    """
    try:
        seconds = float(text or 0)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= threading.TIMEOUT_MAX:
        from pytest_azfunc.errors import BindingError, shown

        raise pytest.UsageError(str(BindingError("timeout-value", found=shown(text))))
    return seconds or None


def _ini_folder(config: pytest.Config) -> str:
    return str(config.inipath.parent if config.inipath else config.rootpath)


def start_folder(config: pytest.Config) -> str:
    """Where pytest was started: what no test asks for, such as the list, looks for the app from there."""
    return str(config.invocation_params.dir)
