"""A function app on disk."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pytest_azfunc.errors import (
    AzfuncError,
    FunctionNotFound,
    Location,
    ProjectError,
    UnsupportedFeature,
    listing,
    suggestion,
)
from pytest_azfunc.project import binding_types, http_routes
from pytest_azfunc.project.function import Function
from pytest_azfunc.project.function_json import read_function
from pytest_azfunc.project.host_json import HostConfig, read_host_json
from pytest_azfunc.project.names import NameMapping, host_order
from pytest_azfunc.project.settings import FILE_NAME, read_settings_file

DECORATOR_SCRIPT = "function_app.py"


@dataclass(frozen=True)
class Project:
    """What the host finds in a function app's folder. Make one with :meth:`load`; no user code is imported.

    :ivar root: the app's folder.
    :ivar functions: name -> :class:`Function`, in the host's order; names are looked up without case.
    :ivar errors: name -> what the host objects to, for functions that it would leave out.
    :ivar host: what host.json says.
    :ivar excluded: names that host.json's ``functions`` leaves out.
    """

    root: Path
    functions: Mapping[str, Function] = field(default_factory=NameMapping)
    errors: Mapping[str, AzfuncError] = field(default_factory=NameMapping)
    host: HostConfig = field(default_factory=HostConfig)
    excluded: tuple[str, ...] = ()

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, binding_types: Mapping[str, str] | None = None) -> Project:
        """Read the function app in the folder *path*.

        :param binding_types: binding types of further extensions, lower case -> usual spelling.
        :raises ProjectError: no such folder, or a host.json with which the host would not start. A bad function
            does not raise: it is in :attr:`errors`, and the others stay usable, as in Azure.
        """
        given = os.fsdecode(path)
        root = os.path.abspath(given)
        if not os.path.isdir(root):
            raise ProjectError("project-missing", location=Location(root), path=given)
        host = read_host_json(root)
        if os.path.isfile(os.path.join(root, DECORATOR_SCRIPT)):
            raise _decorator_model(root)
        return _assemble(root, host, binding_types or {})

    def find(self, name: str) -> Function:
        """The function of that name, case ignored.

        :raises AzfuncError: what the host has against it, from :attr:`errors`.
        :raises FunctionNotFound: there is none; the message names the nearest.
        """
        function = self.functions.get(name)
        if function is not None:
            return function
        error = self.errors.get(name)
        if error is not None:
            raise error.with_traceback(None)
        if name.lower() in (excluded.lower() for excluded in self.excluded):
            raise FunctionNotFound("function-excluded", function=name, name=name)
        known = sorted([*self.functions, *self.errors], key=host_order)
        near, all_names = suggestion(name, known), listing("Known", known)
        raise FunctionNotFound("function-not-found", name=name, suggestion=near, known=all_names)

    @cached_property
    def file_settings(self) -> Mapping[str, str]:
        """``Values`` of local.settings.json, as they stand in the file; empty without one.

        :raises ProjectError: the file is not valid.
        """
        path = os.path.join(self.root, FILE_NAME)
        return read_settings_file(path) if os.path.lexists(path) else {}

    def __repr__(self) -> str:
        return f"<Project {self.root}: {len(self.functions)} functions, {len(self.errors)} errors>"


def _assemble(root: str, host: HostConfig, further_types: Mapping[str, str]) -> Project:
    known_types = {**binding_types.KNOWN, **{name.lower(): name for name in further_types}}
    functions: dict[str, Function] = {}
    errors: dict[str, AzfuncError] = {}
    allowed = None if host.functions is None else {name.lower() for name in host.functions}
    excluded = []
    for name in _folders(root):
        folder = f"{root}{os.sep}{name}"
        if allowed is not None and name.lower() not in allowed:
            if os.path.lexists(os.path.join(folder, "function.json")):
                excluded.append(name)
            continue
        try:
            function = read_function(name, folder, known_types)
        except ProjectError as error:
            errors[name] = error
            continue
        if function is not None:
            functions[name] = function
    _drop(functions, errors, _duplicates(functions.values()))
    _drop(functions, errors, http_routes.conflicts(functions.values()))
    found, problems = NameMapping(functions.items()), NameMapping(_keyed(errors, functions))
    return Project(Path(root), found, problems, host, tuple(excluded))


def _drop(functions: dict[str, Function], errors: dict[str, AzfuncError], found: Mapping[str, AzfuncError]) -> None:
    for name, error in found.items():
        errors[name] = error
        del functions[name]


def _duplicates(functions: Iterable[Function]) -> dict[str, AzfuncError]:
    """Functions whose name differs only in case from the name of one before."""
    errors: dict[str, AzfuncError] = {}
    first: dict[str, str] = {}
    for function in functions:
        other = first.setdefault(function.name.lower(), function.name)
        if other != function.name:
            errors[function.name] = ProjectError(
                "function-name-duplicate",
                function=function.name,
                location=function.location,
                name=function.name,
                other=other,
            )
    return errors


def _keyed(errors: Mapping[str, AzfuncError], functions: Mapping[str, Function]) -> Iterator[tuple[str, AzfuncError]]:
    """The errors by name, in the host's order; a mapping that ignores case has no room for ``foo`` beside ``Foo``."""
    taken = {name.lower() for name in functions}
    for name in sorted(errors, key=lambda name: (host_order(name), name)):
        key, number = name, 1
        while key.lower() in taken:
            number += 1
            key = f"{name} ({number})"
        taken.add(key.lower())
        yield key, errors[name]


def _folders(root: str) -> list[str]:
    """The folders of the app, in the host's order of functions."""
    try:
        with os.scandir(root) as entries:
            names = [entry.name for entry in entries if _may_be_folder(entry)]
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ProjectError("project-unreadable", location=Location(root), path=root, reason=reason) from None
    # Sorted twice, so that names that differ only in case come in the same order everywhere.
    return sorted(sorted(names), key=host_order)


def _may_be_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of symbolic links
        return False


def _decorator_model(root: str) -> UnsupportedFeature:
    return UnsupportedFeature(
        "unsupported",
        location=Location(os.path.join(root, DECORATOR_SCRIPT)),
        feature="the decorator programming model (function_app.py)",
        azure="the worker indexes function_app.py, and function.json files are ignored.",
        remedy="test an app of the function.json model; the decorator model is on its way.",
    )
