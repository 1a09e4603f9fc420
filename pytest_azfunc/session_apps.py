"""Which function app a test uses, and with what: option, ini and mark brought together. Knows nothing of pytest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from pytest_azfunc.app import Host
from pytest_azfunc.errors import BindingError, Location, ProjectError, UnsupportedFeature, kind_of, suggestion
from pytest_azfunc.host.bindings.catalogue import BUILT_IN, Catalogue
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.project import Project
from pytest_azfunc.project.app_script import DECORATOR_SCRIPT, SCRIPT_SETTING
from pytest_azfunc.project.discovery import find_project, require_app
from pytest_azfunc.project.function_app import script_in_file
from pytest_azfunc.project.settings import read_settings_file, without_live_resources
from pytest_azfunc.worker import Worker, WorkerProcess

MARK_ARGUMENTS: dict[str, type | tuple[type, ...]] = {
    "project": (str, os.PathLike),
    "settings": Mapping,
    "storage": str,
    "strict": bool,
    "auth": bool,
}


@dataclass(frozen=True)
class Choice:
    """What option and ini say for the whole session; None where they are silent. Paths are absolute."""

    rootdir: str
    project: str | None = None
    settings: str | None = None
    strict: bool = True
    storage: str = "memory"


def merge_marks(marks: Iterable[tuple[tuple[Any, ...], Mapping[str, Any]]], test: Location) -> dict[str, Any]:
    """The arguments of all ``azfunc`` marks of a test, closest first; the closest wins key by key.

    :param test: where the test is.
    :raises BindingError: a positional argument, an unknown name, a wrong type.
    """
    merged: dict[str, Any] = {}
    for positional, named in marks:
        _check_mark(positional, named, test)
        for name, value in named.items():
            if name == "settings":
                merged[name] = {**value, **merged.get(name, {})}
            else:
                merged.setdefault(name, value)
    return merged


def _check_mark(positional: tuple[Any, ...], named: Mapping[str, Any], test: Location) -> None:
    known = ", ".join(MARK_ARGUMENTS)

    def wrong(reason: str) -> BindingError:
        return BindingError("mark", location=test, reason=reason, known=known)

    if positional:
        raise wrong(f"{kind_of(positional[0])} is given without a name")
    for name, value in named.items():
        kind = MARK_ARGUMENTS.get(name)
        if kind is None:
            raise wrong(f"{name!r} is no argument of it.{suggestion(name, MARK_ARGUMENTS)}".rstrip("."))
        if not isinstance(value, kind):
            raise wrong(f"{name} is {kind_of(value)}")
    for name, value in named.get("settings", {}).items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise wrong(f"the setting {name!r} is {kind_of(value)}, but settings are strings")


@contextmanager
def lent_to_environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Put settings into ``os.environ`` where it has none of that name, and take out again what is still there."""
    lent = {name: without_live_resources(value) for name, value in settings.items() if name not in os.environ}
    os.environ.update(lent)
    try:
        yield
    finally:
        for name, value in lent.items():
            if os.environ.get(name) == value:
                del os.environ[name]


@dataclass
class RunningApps:
    """The apps of one session: each folder is read once, and each app has one worker process.

    :ivar types: the binding types, those of the hook among them.
    :ivar observers: called with every invocation.
    """

    choice: Choice
    types: Catalogue = BUILT_IN
    observers: list[Callable[[Invocation], None]] = field(default_factory=list)
    _found: dict[str, str] = field(default_factory=dict)
    _projects: dict[tuple[str, str], Project] = field(default_factory=dict)
    _processes: dict[tuple[str, str], WorkerProcess] = field(default_factory=dict)
    _scripts: dict[str, str] = field(default_factory=dict)
    _file_settings: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def root_for(self, folder: str, mark: Mapping[str, Any]) -> str:
        """The app's folder for a test in *folder*.

        :raises ProjectError: none, several, or the one that was named is none.
        """
        named = mark.get("project")
        if named is not None:
            beside = os.path.join(folder, os.fspath(named))
            return require_app(beside if os.path.isdir(beside) else os.path.join(self.choice.rootdir, os.fspath(named)))
        if self.choice.project is not None:
            return require_app(self.choice.project)
        found = self._found.get(folder)
        if found is None:
            found = self._found[folder] = find_project(folder, self.choice.rootdir)
        return found

    def project(self, root: str, mark: Mapping[str, Any]) -> Project:
        """The app in the folder *root*, read once for each script that its settings name."""
        script = self._script_of(root, mark)
        found = self._projects.get((root, script))
        if found is None:
            absolute = os.path.abspath(root)
            found = self._projects.get((absolute, script))
            if found is None:
                found = Project.read(absolute, binding_types=self.types.contributed, script=script)
            self._projects[root, script] = self._projects[absolute, script] = found
        return found

    def _script_of(self, root: str, mark: Mapping[str, Any]) -> str:
        """``PYTHON_SCRIPT_FILE_NAME``, an app setting like others, but one that is needed before any host is open."""
        given = mark.get("settings", {}).get(SCRIPT_SETTING, os.environ.get(SCRIPT_SETTING))
        if isinstance(given, str):
            return given
        found = self._scripts.get(root)
        if found is None:
            found = self._scripts[root] = self._script_in_file(root)
        return found

    def _script_in_file(self, root: str) -> str:
        if self.choice.settings is None:
            return script_in_file(root)
        try:
            return self._named_settings(self.choice.settings).get(SCRIPT_SETTING, DECORATOR_SCRIPT)
        except ProjectError:  # whoever needs the settings will say so
            return DECORATOR_SCRIPT

    def process(self, project: Project) -> WorkerProcess:
        """The worker process of an app: its modules are imported once in a session."""
        key = os.fspath(project.root), "" if project.script is None else project.script.name
        found = self._processes.get(key)
        if found is None:
            found = self._processes[key] = WorkerProcess(project)
        return found

    def open_host(self, folder: str, mark: Mapping[str, Any]) -> Host:
        """A fresh host for a test in *folder*."""
        storage = mark.get("storage", self.choice.storage)
        if storage != "memory":
            raise UnsupportedFeature(
                "unsupported",
                feature=f"storage={storage!r}",
                azure="functions read and write the storage account of the app.",
                remedy="use memory, the default.",
            )
        project = self.project(self.root_for(folder, mark), mark)
        host = Host(
            project,
            settings=mark.get("settings"),
            file_settings=self._settings_of(project),
            strict=mark.get("strict", self.choice.strict),
            auth=mark.get("auth", True),
            worker=Worker(self.process(project)),
            observers=self.observers,
            types=self.types,
        )
        host.begin()
        return host

    def _settings_of(self, project: Project) -> Mapping[str, str]:
        """Values of the settings file: the one that was named, none, or the app's own."""
        named = self.choice.settings
        return project.file_settings if named is None else self._named_settings(named)

    def _named_settings(self, named: str) -> Mapping[str, str]:
        if named == "none":
            return {}
        if named not in self._file_settings:
            if not os.path.isfile(named):
                raise ProjectError("settings-file-missing", path=named)
            self._file_settings[named] = read_settings_file(named)
        return self._file_settings[named]

    def function_list(self, folder: str, width: int) -> tuple[list[str], bool]:
        """The lines of ``--azfunc-list``, and whether a function would not load.

        :raises ProjectError: no app, or one with which the host would not start.
        """
        from pytest_azfunc.reports.app_notes import notes_of
        from pytest_azfunc.reports.function_list import list_functions
        from pytest_azfunc.reports.list_layout import heading, render

        with self.open_host(folder, {}) as host:
            project = host.project
            entries = list_functions(project, host.worker.load, host.script_host.bound, host.is_disabled, host.now)
            source = os.path.basename(self.choice.settings or "local.settings.json")
            head = heading(project, version("azure-functions"), host.settings, source)
            lines = render(entries, head, notes_of(project), project, width)
        return lines, any(entry.fails for entry in entries)

    @contextmanager
    def importable(self, folder: str, mark: Mapping[str, Any], *, with_settings: bool) -> Iterator[str | None]:
        """While a test file in *folder* is imported, or a test of it runs: the modules of its app are importable.

        They are the ones that will run, so a test can patch them before its host is open.

        :param with_settings: whether the values of the settings file are in ``os.environ``, where modules that are
            imported now may look for them.
        :returns: why they are not importable, or None.
        """
        try:
            project = self.project(self.root_for(folder, mark), mark)
            settings = self._settings_of(project) if with_settings else {}
            problem = None
        except Exception as error:
            problem = str(error)
        if problem is not None:
            yield problem
            return
        modules = self.process(project).modules
        modules.activate()
        try:
            with lent_to_environment(settings):
                yield None
        finally:
            modules.deactivate()

    def leave_alone(self, test_file: str) -> None:
        """Tell the app of a test file that the file, and what lies beside it, is not the app's."""
        try:
            project = self.project(self.root_for(os.path.dirname(test_file), {}), {})
        except Exception:
            return
        self.process(project).modules.leave_alone(test_file)
