"""A function app on disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

from pytest_azfunc.errors import AzfuncError, FunctionNotFound, Location, ProjectError, listing, suggestion
from pytest_azfunc.project import binding_types
from pytest_azfunc.project.app_script import DECORATOR_SCRIPT, SCRIPT_SETTING, Script
from pytest_azfunc.project.contents import Contents, IndexFailure, admit, in_host_order
from pytest_azfunc.project.function import Function
from pytest_azfunc.project.function_json import read_function
from pytest_azfunc.project.host_json import HostConfig, read_host_json
from pytest_azfunc.project.host_settings import is_over_host_json, settings_over_host_json
from pytest_azfunc.project.names import host_order
from pytest_azfunc.project.settings import FILE_NAME, FileSettings, read_host_section, read_settings_file
from pytest_azfunc.project.without_functions import why_none

Self = TypeVar("Self", bound="Project")


@dataclass(frozen=True, repr=False)
class Project:
    """What the host finds in a function app's folder. Make one with :meth:`load`.

    :ivar root: the app's folder.
    :ivar host: what host.json says.
    :ivar script: the script that declares a decorator app's functions; None in the function.json model.
    :ivar contents: everything that was read of the app's functions; None while a decorator app is not indexed.
    """

    root: Path
    host: HostConfig = field(default_factory=HostConfig)
    script: Script | None = field(default=None, compare=False)
    contents: Contents | None = field(default_factory=Contents)

    @classmethod
    def load(
        cls: type[Self],
        path: str | os.PathLike[str],
        *,
        binding_types: Mapping[str, str] | None = None,
        script: str | None = None,
    ) -> Self:
        """Read the function app in the folder *path*.

        No user code is imported to read function.json files. Decorators are declared by running the script, so that
        of a decorator app is imported; afterwards the process is as before.

        :param binding_types: binding types of further extensions, lower case -> usual spelling.
        :param script: what ``PYTHON_SCRIPT_FILE_NAME`` is; None to look it up in the environment and in
            local.settings.json.
        :raises ProjectError: no such folder, or a host.json with which the host would not start. A bad function
            does not raise: it is in :attr:`errors`, and the others stay usable, as in Azure.
        :raises BaseException: what the script raises for whoever runs the tests, such as ``pytest.skip``. All else that
            is wrong with it is in :attr:`failure`.
        """
        project = cls.read(path, binding_types=binding_types, script=script)
        if project.script is None:
            return project
        from pytest_azfunc.project.indexing.without_host import index_without_host

        return project.indexed(index_without_host(project.script, project.file_settings))

    @classmethod
    def read(
        cls: type[Self],
        path: str | os.PathLike[str],
        *,
        binding_types: Mapping[str, str] | None = None,
        script: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Self:
        """Read the function app in the folder *path*, and import nothing: of a decorator app no function is known.

        For other arguments and errors see :meth:`load`, which indexes it too.

        :param settings: the app settings that lie over host.json, from :func:`settings_over_host_json`; None for those
            of the environment and of local.settings.json.
        """
        given = os.fsdecode(path)
        root = os.path.abspath(given)
        if not os.path.isdir(root):
            raise ProjectError("project-missing", location=Location(root), path=given)
        if settings is None:
            settings = settings_over_host_json(settings_in_file(root))
        host = read_host_json(root, settings)
        known_types = {**_KNOWN, **{name.lower(): name for name in binding_types or ()}}
        if script is None:
            script = os.environ.get(SCRIPT_SETTING, script_in_file(root))
        # As in the worker, the script's being there decides the model. A name that no script may have is an error that
        # indexing reports.
        if not os.path.exists(os.path.join(root, script)):
            return cls(Path(root), host, None, _read_folders(root, host, known_types))
        return cls(Path(root), host, Script(root, script, host.functions, known_types), None)

    def configured(self: Self, settings: Mapping[str, str]) -> Self:
        """The same app with these app settings, of which those that lie over host.json count.

        :raises ProjectError: the host would not start with them.
        """
        if not any(map(is_over_host_json, settings)):
            return self
        over = settings_over_host_json(settings_in_file(os.fspath(self.root)), settings)
        host = read_host_json(os.fspath(self.root), over)
        if host.functions == self.host.functions:
            return replace(self, host=host)
        return self.read(self.root, script=None if self.script is None else self.script.name, settings=over)

    def indexed(self: Self, contents: Contents) -> Self:
        """The same app with the functions that indexing has found."""
        return replace(self, contents=contents)

    @property
    def model(self) -> Literal["function.json", "decorators"]:
        """How the app declares its functions."""
        return "function.json" if self.script is None else "decorators"

    @property
    def declared(self) -> Mapping[str, Function]:
        """Name -> every function that could be read; the host may leave some of them out."""
        return self.read_contents.functions

    def refusal(self, function: Function) -> AzfuncError | None:
        """What the host has against a function that could be read; None for nothing, as far as it is known here."""
        return None

    @property
    def read_contents(self) -> Contents:
        """What was read, before any further check. Of a decorator app: once it is indexed."""
        assert self.contents is not None, "the app is not indexed yet"
        return self.contents

    @cached_property
    def _known(self) -> Contents:
        read = self.read_contents
        refusals = {name: self.refusal(function) for name, function in read.functions.items()}
        found = {name: error for name, error in refusals.items() if error is not None}
        return read.without(found) if found else read

    @property
    def functions(self) -> Mapping[str, Function]:
        """Name -> :class:`Function`, in the host's order; names are looked up without case."""
        return self._known.functions

    @property
    def errors(self) -> Mapping[str, AzfuncError]:
        """Name -> what the host objects to, for functions that it would leave out."""
        return self._known.errors

    @property
    def unsupported(self) -> Mapping[str, Function]:
        """Functions that run in Azure, and are refused by name here; why is in :attr:`errors`."""
        return self._known.unsupported

    @property
    def refused(self) -> Mapping[str, Function]:
        """Functions that could be read, and that the host leaves out all the same; why is in :attr:`errors`."""
        return self._known.refused

    @property
    def excluded(self) -> tuple[str, ...]:
        """Names that host.json's ``functions`` leaves out."""
        return self.read_contents.excluded

    @property
    def failure(self) -> IndexFailure | None:
        """What hides all functions of a decorator app, with its place and what is lost; None when nothing does."""
        return self.read_contents.failure

    @property
    def index_error(self) -> BaseException | None:
        """The exception that hides all functions of a decorator app: Azure would show none. The user's own, or ours."""
        return None if self.failure is None else self.failure.error

    def raise_failure(self) -> None:
        """Raise :attr:`index_error`, if there is one, with the traceback of the app's own code."""
        __tracebackhide__ = True
        failure = self.failure
        if failure is not None:
            raise failure.error.with_traceback(failure.traceback)

    def find(self, name: str) -> Function:
        """The function of that name, case ignored.

        :raises AzfuncError: what the host has against it, from :attr:`errors`.
        :raises BaseException: :attr:`index_error`, when nothing of the app could be indexed.
        :raises FunctionNotFound: there is none; the message names the nearest.
        """
        __tracebackhide__ = True
        self.raise_failure()
        function = self.declared.get(name)  # for one function not all are looked at
        error = self.errors.get(name) if function is None else self.refusal(function)
        if function is not None and error is None:
            return function
        if error is not None:
            raise error.with_traceback(None)
        if name.lower() in (excluded.lower() for excluded in self.excluded):
            raise FunctionNotFound("function-excluded", function=name, name=name)
        for cause in why_none(os.fspath(self.root), self.script, self.read_contents):
            raise FunctionNotFound("function-of-none", name=name, reason=cause.problem, remedy=cause.remedy)
        known = sorted([*self.functions, *self.errors], key=host_order)
        near, all_names = suggestion(name, known), listing("Known", known)
        raise FunctionNotFound("function-not-found", name=name, suggestion=near, known=all_names)

    def find_object(self, candidate: Any, is_entry_point: Callable[[str, Any], bool]) -> Function:
        """The function that *candidate* is: an object of the app's modules, as it is there.

        :param is_entry_point: whether an object may be the entry point of the function of that name. It may be so for
            several, such as those that one ``def`` in a loop makes.
        :raises AzfuncError: what the host has against it, from :attr:`errors`.
        :raises Exception: :attr:`index_error`, when nothing of the app could be indexed.
        :raises FunctionNotFound: it is none of this app.
        """
        __tracebackhide__ = True
        self.raise_failure()
        name = None
        if self.script is not None:
            from pytest_azfunc.project.indexing.decorators import declared_name

            name = declared_name(candidate)
            named = self.declared.get(name or "")
            if named is not None and is_entry_point(named.name, candidate):
                return self.find(named.name)
            if name is not None and name in self.read_contents.errors:
                raise self.read_contents.errors[name].with_traceback(None)
        functions = self.declared.values()
        exact = (found for found in functions if found.user_function is not None and found.user_function is candidate)
        alike = (found for found in functions if is_entry_point(found.name, candidate))
        function = next(exact, None) or next(alike, None)
        if function is None:
            from pytest_azfunc.project.unknown_objects import unknown_object

            raise unknown_object(candidate, self.declared, name, is_entry_point)
        return self.find(function.name)

    @cached_property
    def file_settings(self) -> FileSettings:
        """``Values`` of local.settings.json, as they stand in the file; empty without one.

        :raises ProjectError: the file is not valid.
        """
        return _values(os.fspath(self.root))

    @cached_property
    def local_host_section(self) -> Mapping[str, Any]:
        """``Host`` of local.settings.json, with names in lower case: what ``func start`` is told; empty without it.

        :raises ProjectError: the file is not valid.
        """
        return read_host_section(os.path.join(self.root, FILE_NAME))

    def __repr__(self) -> str:
        if self.script is not None and self.contents is None:
            return f"<Project {self.root}: {self.script.name}, not indexed yet>"
        return f"<Project {self.root}: {len(self.functions)} functions, {len(self.errors)} errors>"


_KNOWN = binding_types.KNOWN


def _values(root: str) -> FileSettings:
    path = os.path.join(root, FILE_NAME)
    return read_settings_file(path) if os.path.lexists(path) else FileSettings()


def settings_in_file(root: str) -> FileSettings:
    """``Values`` of local.settings.json, as far as it can be read."""
    try:
        return _values(root)
    except ProjectError:  # whoever needs the settings will say so
        return FileSettings()


def script_in_file(root: str) -> str:
    """What local.settings.json says of ``PYTHON_SCRIPT_FILE_NAME``, or else the usual name."""
    return settings_in_file(root).get(SCRIPT_SETTING, DECORATOR_SCRIPT)


def _read_folders(root: str, host: HostConfig, known_types: Mapping[str, str]) -> Contents:
    functions: list[Function] = []
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
            functions.append(function)
    return admit(functions, errors, excluded)


def _folders(root: str) -> list[str]:
    """The folders of the app, in the host's order of functions."""
    try:
        with os.scandir(root) as entries:
            names = [entry.name for entry in entries if _may_be_folder(entry)]
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ProjectError("project-unreadable", location=Location(root), path=root, reason=reason) from None
    return in_host_order(names)


def _may_be_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of symbolic links
        return False
