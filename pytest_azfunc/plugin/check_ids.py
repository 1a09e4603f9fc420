"""The ids of checks on the command line: ``pytest azfunc::ProcessOrder`` runs the check of one function."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest

ROOT = "azfunc"

_CHOSEN: pytest.StashKey[ChosenChecks] = pytest.StashKey()


class ChosenChecks:
    """The checks that the command line names; all, where it names none.

    :param ids: what it names.
    """

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._missing = {found: found.lower() for found in ids}
        self._ids = tuple(self._missing.values())
        self._known: list[str] = []

    def among(self, checks: list[pytest.Item]) -> list[pytest.Item]:
        """Those of the checks of an app that are named. Case does not count, as in names of functions."""
        if not self._ids:
            return checks
        self._known += [check.nodeid for check in checks]
        self._missing = {
            given: name
            for given, name in self._missing.items()
            if not any(_is_meant(name, check.nodeid) for check in checks)
        }
        return [check for check in checks if any(_is_meant(name, check.nodeid) for name in self._ids)]

    def complain(self) -> None:
        """Say so if one that was named is none of any app.

        :raises pytest.UsageError: there is no check of that name.
        """
        for name in self._missing:
            from pytest_azfunc.errors import listing, suggestion

            nearest = suggestion(_last(name), map(_last, self._known))
            raise pytest.UsageError(f"not found: {name}.{nearest} {listing('Known', self._known)}")


def _last(name: str) -> str:
    return name.rpartition("::")[2]


def _is_meant(name: str, check: str) -> bool:
    return f"{check.lower()}::".startswith(f"{name}::")


def take_ids(config: pytest.Config) -> None:
    """Take the ids of checks out of the arguments, in which pytest looks for files, and ask for the checks."""
    found = {argument: name for argument in config.args if (name := _check_id(config, argument)) is not None}
    if found:
        config.stash[_CHOSEN] = ChosenChecks(found.values())
        config.args = [argument for argument in config.args if argument not in found]
        config.option.azfunc_check = True


def chosen_checks(config: pytest.Config) -> ChosenChecks:
    """Which checks of this session are to be run."""
    return config.stash.setdefault(_CHOSEN, ChosenChecks())


def _check_id(config: pytest.Config, argument: str) -> str | None:
    """The id; None where the argument is none. From a folder below rootdir pytest shows it as ``../azfunc::Name``."""
    path, separator, name = argument.partition("::")
    folder = config.invocation_params.dir
    if not separator or os.path.exists(folder / path):
        return None
    for candidate in (path, os.path.relpath(os.path.abspath(folder / path), config.rootpath)):
        if candidate == ROOT or candidate.startswith(f"{ROOT}:"):
            return f"{candidate}::{name}"
    return None
