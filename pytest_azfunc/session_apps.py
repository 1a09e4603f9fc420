"""Which function app a test uses, and with what: option, ini and mark brought together. Knows nothing of pytest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_azfunc.app import Host
from pytest_azfunc.errors import ProjectError
from pytest_azfunc.host.bindings.catalogue import BUILT_IN, Catalogue
from pytest_azfunc.host.checked_project import Project
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.storage import check_storage
from pytest_azfunc.process.borrowed import give_back_what_came_back
from pytest_azfunc.process.environment import variable
from pytest_azfunc.process.undoing import undo
from pytest_azfunc.project.app_script import DECORATOR_SCRIPT, SCRIPT_SETTING
from pytest_azfunc.project.discovery import find_projects, require_app, the_nearest, the_one_of
from pytest_azfunc.project.function_app import settings_in_file
from pytest_azfunc.project.host_settings import settings_over_host_json
from pytest_azfunc.project.settings import FILE_NAME, FileSettings, every_value, read_settings_file
from pytest_azfunc.worker import Worker, WorkerProcess, limited

if TYPE_CHECKING:
    from pytest_azfunc.reports.styled_line import StyledLine

_NO_SETTINGS: Mapping[str, str] = {}
_Items = tuple[tuple[str, str], ...]
_NO_MARK: Mapping[str, Any] = {}


class Choice(NamedTuple):
    """What option and ini say for the whole session; None where they are silent. Paths are absolute, times seconds.

    :ivar project_by: what names the project, for an error.
    :ivar projects: the folders of the apps; empty to look for them.
    """

    rootdir: str
    projects: tuple[str, ...] = ()
    settings: str | None = None
    strict: bool = True
    storage: str = "memory"
    project_by: str = ""
    timeout: float | None = None


class AppOfTests:
    """One app, as tests find it.

    :ivar project: what is on disk.
    :ivar process: its worker process, in which its modules are imported once in a session.
    """

    def __init__(self, project: Project, process: WorkerProcess, read_settings: Callable[[], FileSettings]) -> None:
        self.project = project
        self.process = process
        self._read_settings = read_settings

    @cached_property
    def file_settings(self) -> FileSettings:
        """The settings of the file that option or ini name, or else of the app's own.

        :raises ProjectError: there is no such file, or it is not valid.
        """
        return self._read_settings()

    @property
    def known_settings(self) -> Mapping[str, str]:
        """The same; none where they cannot be read, which the first test will say."""
        try:
            return self.file_settings
        except ProjectError:
            return {}


class SessionApps:
    """The apps of one session: each folder is read once, and each app has one worker process.

    :ivar types: the binding types, those of the hook among them.
    :ivar observers: called with every invocation.
    """

    def __init__(self, choice: Choice, types: Catalogue = BUILT_IN) -> None:
        self.choice = choice
        self.types = types
        self.observers: list[Callable[[Invocation], None]] = []
        self._found: dict[tuple[str, Any, str | None, _Items], AppOfTests] = {}
        self._read: dict[tuple[str, str, _Items], AppOfTests] = {}
        self._processes: dict[tuple[str, str, tuple[str, ...] | None], WorkerProcess] = {}
        self._named_settings: FileSettings | None = None

    def find(self, folder: str, mark: Mapping[str, Any]) -> AppOfTests:
        """The app for a test in *folder*, found once for each folder, project of a mark and name of a script.

        :raises ProjectError: none, several, or the one that was named is none, or the host would not start with it.
        """
        # App settings like others, but ones that are needed before any host is open.
        given = mark.get("settings", _NO_SETTINGS)
        script = given[SCRIPT_SETTING] if SCRIPT_SETTING in given else variable(SCRIPT_SETTING)
        key = folder, mark.get("project"), script, _items(settings_over_host_json(given=given))
        found = self._found.get(key)
        if found is None:
            root = os.path.abspath(self._root_for(folder, key[1]))
            found = self._found[key] = self._app_in(root, script, given)
        return found

    def is_found(self, folder: str, mark: Mapping[str, Any]) -> bool:
        """Whether there is one, without an error where there is none."""
        try:
            self.find(folder, mark)
        except Exception:
            return False
        return True

    def _root_for(self, folder: str, named: str | os.PathLike[str] | None) -> str:
        """The app's folder for a test in *folder*, with what its mark says."""
        if named is not None:
            beside = os.path.join(folder, named)
            path = beside if os.path.isdir(beside) else os.path.join(self.choice.rootdir, named)
            return require_app(path, "@pytest.mark.azfunc(project=...)")
        rootdir = self.choice.rootdir
        return the_one_of(self.roots(folder), folder, rootdir) if self.choice.projects else the_nearest(folder, rootdir)

    def roots(self, folder: str) -> list[str]:
        """The folders of all apps that may be meant in *folder*: those that are named, or what is found.

        :raises ProjectError: there is none, or a folder that was named holds none.
        """
        named = dict.fromkeys(
            os.path.abspath(require_app(project, self.choice.project_by)) for project in self.choice.projects
        )
        return list(named) or find_projects(folder, self.choice.rootdir)

    def _app_in(self, root: str, script: str | None, given: Mapping[str, str]) -> AppOfTests:
        """The app in the folder *root*, read once for each script that settings name, and for each host.json."""
        in_file = self._values_for(root)
        if script is None:
            script = in_file.get(SCRIPT_SETTING, DECORATOR_SCRIPT)
        settings = settings_over_host_json(in_file, given)
        key = root, script, _items(settings)
        found = self._read.get(key)
        if found is None:
            project = Project.read(root, binding_types=self.types.contributed, script=script, settings=settings)
            named = self.choice.settings
            found = self._read[key] = AppOfTests(
                project,
                self._process_of(project),
                (lambda: project.file_settings) if named is None else (lambda: self._settings_in(named)),
            )
        return found

    def _process_of(self, project: Project) -> WorkerProcess:
        """One for all hosts of an app, whatever settings they have, unless these leave out other functions."""
        key = os.fspath(project.root), "" if project.script is None else project.script.name, project.host.functions
        found = self._processes.get(key)
        if found is None:
            found = self._processes[key] = WorkerProcess(project)
        return found

    def _values_for(self, root: str) -> Mapping[str, str]:
        """The values of the settings file of the app in *root*, as far as it can be read."""
        if self.choice.settings is None:
            return settings_in_file(root)
        try:
            return self._settings_in(self.choice.settings)
        except ProjectError:  # whoever needs the settings will say so
            return _NO_SETTINGS

    def _settings_in(self, named: str) -> FileSettings:
        if self._named_settings is None:
            if named == "none":
                self._named_settings = FileSettings()
            elif os.path.isfile(named):
                self._named_settings = read_settings_file(named)
            else:
                raise ProjectError("settings-file-missing", path=named)
        return self._named_settings

    def open_host(self, folder: str, mark: Mapping[str, Any]) -> Host:
        """A fresh host for a test in *folder*.

        :raises AzfuncError: there is no app, it does not start, or the mark asks for what is not emulated.
        """
        if "storage" in mark:
            check_storage(mark["storage"], "@pytest.mark.azfunc(storage={})")
        else:
            check_storage(self.choice.storage, "--azfunc-storage {}")
        app = self.find(folder, mark)
        worker = Worker if self.choice.timeout is None else limited(self.choice.timeout)
        host = Host(
            app.project,
            settings=mark.get("settings"),
            file_settings=app.file_settings,
            strict=mark.get("strict", self.choice.strict),
            auth=mark.get("auth", True),
            retry=mark.get("retry", True),
            worker=worker(app.process, config=app.project.host),
            observers=self.observers,
            types=self.types,
        )
        return host.begin()

    def close(self) -> None:
        """The session is over: end what runs in the worker processes."""
        undo([partial(_end, process) for process in self._processes.values()])

    def function_lists(self, folder: str, width: int) -> tuple[list[StyledLine], bool]:
        """The lines of ``--azfunc-list``, and whether something would not load: of every app that may be meant.

        :raises ProjectError: no app; or there is only one, and the host would not start with it.
        """
        from pytest_azfunc.reports.list_layout import not_readable
        from pytest_azfunc.reports.styled_line import StyledLine

        roots, fails = self.roots(folder), False
        lines: list[StyledLine] = []
        for root in roots:
            try:
                shown, failed = self._function_list(root, width)
            except ProjectError as error:
                if len(roots) == 1:
                    raise
                shown, failed = not_readable(root, error), True
            lines += [*([StyledLine("")] if lines else ()), *shown]
            fails = fails or failed
        return lines, fails

    def _function_list(self, root: str, width: int) -> tuple[list[StyledLine], bool]:
        from pytest_azfunc.reports.app_check import AppCheck
        from pytest_azfunc.reports.app_notes import notes_of
        from pytest_azfunc.reports.function_list import list_functions, silence
        from pytest_azfunc.reports.list_layout import heading, not_for_python, render

        with self.open_host(root, {"project": root}) as host:
            with silence():  # the functions of a decorator app are read by importing it
                project = host.project
            head = heading(project, host.settings, self._settings_file)
            check = AppCheck(project, self.types.contributed)
            if check.other_language:
                return not_for_python(head, check.other_language, width), False
            entries = list_functions(
                project, check, host.worker.load, host.script_host.bound, host.is_disabled, host.now
            )
            lines = render(entries, head, notes_of(project, check.unseen), project, width)
        return lines, any(entry.fails for entry in entries)

    def lines(self) -> list[str]:
        """A line for each app that was found so far."""
        from pytest_azfunc.project.app_line import app_line

        found = {id(app.project): app for app in self._read.values()}
        return [", ".join(app_line(app.project, app.known_settings, self._settings_file)) for app in found.values()]

    @property
    def _settings_file(self) -> str:
        return os.path.basename(self.choice.settings or FILE_NAME)

    @contextmanager
    def importable(self, folder: str, mark: Mapping[str, Any]) -> Iterator[str | None]:
        """While a test file in *folder* is imported, or a test of it runs: the modules of its app are importable.

        They are the ones that will run, so a test can patch them before its host is open. The values of the settings
        file are in ``os.environ`` while code of one is executed, where it may look for them, and nowhere else.

        :returns: why they are not importable, or None.
        """
        problem = None
        try:
            app = self.find(folder, mark)
            settings = app.file_settings.harmless
        except Exception as error:
            problem = str(error)
        if problem is not None:
            yield problem
            return
        modules, turn = app.process.modules, object()
        try:
            modules.activate(turn, settings)
            yield None
        finally:
            undo([give_back_what_came_back, partial(modules.deactivate, turn)])

    def values_to_hide(self, folder: str, mark: Mapping[str, Any]) -> dict[str, str]:
        """Every value of a setting of the app for a test in *folder*, as far as file and mark give it."""
        given = {name: value for name, value in mark.get("settings", _NO_SETTINGS).items() if isinstance(value, str)}
        try:
            path = self.choice.settings or os.path.join(self.find(folder, mark).project.root, FILE_NAME)
        except Exception:  # no app, no settings
            return given
        return {**every_value(os.fspath(path)), **given}

    def leave_alone(self, test_file: str) -> None:
        """Tell the app of a test file that the file, and what lies beside it, is not the app's."""
        try:
            app = self.find(os.path.dirname(test_file), _NO_MARK)
        except Exception:
            return
        app.process.modules.leave_alone(test_file)


def _items(settings: Mapping[str, str]) -> _Items:
    return tuple(sorted(settings.items()))


def _end(process: WorkerProcess) -> None:
    with suppress(Exception, SystemExit):  # the last words of the app's tasks, and nobody is left to hear them
        process.end()
