"""Indexing: what Azure's worker and host make of a decorator app.

The worker imports the script, asks the app object for its functions and checks each of them; the first thing that it
refuses hides the whole app. The host then checks what the worker reports; that drops single functions only.

Source: azure-functions-runtime, handle_event.py (``load_function_metadata``) and loader.py.
"""

from __future__ import annotations

import contextvars
import gc
import importlib
import os
import re
import sys
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_azfunc.errors import AzfuncError, Location, ProjectError, UnsupportedFeature
from pytest_azfunc.process.standard_streams import streams_put_back
from pytest_azfunc.project.app_script import Script
from pytest_azfunc.project.binding_checks import (
    CARDINALITIES,
    Check,
    check_bindings,
    is_function_name,
    read_optional_enum,
    shape_of,
)
from pytest_azfunc.project.contents import Contents, IndexFailure, admit, in_host_order
from pytest_azfunc.project.function import Function, Source
from pytest_azfunc.project.indexing.annotations import AnnotationReader
from pytest_azfunc.project.indexing.culprits import culprit_in
from pytest_azfunc.project.indexing.decorators import (
    BindingReader,
    DecoratorSource,
    find_app,
    functions_of,
    source_of,
)
from pytest_azfunc.project.indexing.http_streaming import registry_for
from pytest_azfunc.project.indexing.index_failure import failure_of
from pytest_azfunc.project.indexing.retries import retry_of
from pytest_azfunc.project.indexing.signature import Signature, check_signature
from pytest_azfunc.project.retry_policy import parse_retry
from pytest_azfunc.project.user_errors import is_own

# validate_script_file_name of the worker.
SCRIPT_NAME = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_\-]*\.py")


@dataclass(frozen=True)
class Index:
    """What indexing has found.

    :ivar signatures: of the functions in :attr:`contents`, by name.
    """

    contents: Contents
    signatures: Mapping[str, Signature] = field(default_factory=dict)


Place = Callable[[], AbstractContextManager[None]]
"""Opens the surroundings in which code of the app runs."""


def index(script: Script, place: Place) -> Index:
    """Import the *script* and read its functions; a failure is part of what is returned.

    :raises BaseException: Ctrl-C, and what pytest itself raises, such as ``pytest.skip``.
    """
    with place(), streams_put_back():
        # In a context of its own: what a script sets in a context variable, no function sees.
        return contextvars.copy_context().run(_index, script)


def _index(script: Script) -> Index:
    if SCRIPT_NAME.fullmatch(script.name) is None:
        error = ProjectError("script-name", location=Location(script.root))
        return Index(Contents(failure=IndexFailure(error, error.location)))
    app = None
    with _without_garbage_collection():
        try:
            is_fresh = script.module not in sys.modules
            app = find_app(importlib.import_module(script.module), script.path)
            functions = functions_of(app, is_fresh=is_fresh)
        except BaseException as error:
            return Index(Contents(failure=failure_of(error, script.path, app, culprit_in(app)), app=app))
        return _Reading(script, app).read(functions)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Thousands of small objects are made, all of them to stay: to look for garbage among them takes its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if not gc.get_freeze_count():  # nobody has frozen objects, which would thaw with ours
                gc.freeze()  # they count as old from now on; otherwise all of them would be looked through at once
                gc.unfreeze()
            gc.enable()


class _Check(Check):
    """The host's checks of a decorated function."""

    __slots__ = ("_source",)

    # Utility.cs of host 4.1038 and later; function.json of older apps has stricter names.
    binding_name = re.compile(r"(?!.*__)[a-zA-Z_][a-zA-Z0-9_]{0,127}|\$return")
    allowed_name = "letters, digits and underscores, at most 128, no digit first and no two underscores in a row"

    def __init__(self, function: str, source: Source) -> None:
        super().__init__(function)
        self._source = source

    @property
    def source(self) -> Source:
        return self._source


class _Reading:
    """SDK functions -> functions as host and worker know them."""

    def __init__(self, script: Script, app: Any) -> None:
        self.script = script
        self.app = app
        self.bindings = BindingReader()
        self.registry = registry_for(script.root)
        self.annotations = AnnotationReader()
        self.folders: dict[str, str] = {}
        self.own_files: dict[str, bool] = {}
        self.functions: dict[str, Function] = {}
        self.signatures: dict[str, Signature] = {}
        self.retries: dict[str, Mapping[str, Any]] = {}
        self.errors: dict[str, AzfuncError] = {}
        self.unsupported: dict[str, UnsupportedFeature] = {}
        self.shapes: dict[str, tuple[Any, ...] | None] = {}
        self.sound: set[tuple[Any, ...] | None] = set()

    def read(self, found: list[Any]) -> Index:
        """Index the functions one after the other; the first that the worker refuses is the end."""
        for function in found:
            try:
                self._index(function)
            except BaseException as error:
                failure = failure_of(error, self.script.path, self.app, function)
                return Index(Contents(failure=failure, app=self.app))
        return Index(self._admitted()._replace(app=self.app), self.signatures)

    def _index(self, sdk_function: Any) -> None:
        """The worker's part: whatever is raised here hides the whole app."""
        main, name = sdk_function.get_user_function(), sdk_function.get_function_name()
        if not isinstance(name, str):
            uuid.uuid5(uuid.NAMESPACE_OID, name)  # the worker makes an id of it, which fails
        declared = tuple([self.bindings.read(binding) for binding in sdk_function.get_bindings()])
        source = source_of(sdk_function)
        if source is None or not self._is_own(source.path):  # the SDK's own file, of AsgiFunctionApp
            source = DecoratorSource(self.script.path, bindings=tuple([str(raw.get("name")) for raw in declared]))
        code = getattr(main, "__code__", None)
        file = code.co_filename if code else source.path
        folder = self.folders.get(file)
        if folder is None:
            folder = self.folders[file] = os.path.dirname(file)
        function = Function(
            name,
            folder,
            declared,
            entry_point=getattr(main, "__name__", name),
            user_function=main,
            http_type=sdk_function.http_type,
            streams_http=self.registry.web_package is not None and _is_http(declared),
            declared_in=source,
        )
        shape = self.shapes[name] = shape_of(declared)
        try:
            self.signatures[name] = check_signature(function, main, self.registry, self.annotations, shape)
        except UnsupportedFeature as error:  # ours, not the worker's: in Azure it works
            self.unsupported[name] = error
        retry = retry_of(sdk_function)
        if retry is not None:
            self.retries[name] = retry
        self.functions[name] = function

    def _is_own(self, path: str) -> bool:
        if path not in self.own_files:
            self.own_files[path] = is_own(path, self.script.root)
        return self.own_files[path]

    def _admitted(self) -> Contents:
        """The host's part: what it objects to is dropped, and the rest runs."""
        allowed = None if self.script.allowed is None else {name.lower() for name in self.script.allowed}
        functions, excluded = [], []
        for name in in_host_order(self.functions):
            if allowed is not None and name.lower() not in allowed:
                excluded.append(name)
                continue
            try:
                functions.append(self._checked(self.functions[name]))
            except ProjectError as error:
                self.errors[name] = error
        return admit(functions, self.errors, excluded, self.unsupported)

    def _checked(self, function: Function) -> Function:
        """*function* as the host keeps it: its retry policy read, its enums in their usual form."""
        name = function.name
        shape = self.shapes[name]
        is_named = is_function_name(name)
        if is_named and name not in self.retries and shape in self.sound:
            return function
        check = _Check(name, function.source)
        if not is_named:
            raise check.error("function-name", name=name, what="the function, or write @app.function_name(...)")
        retry = self.retries.get(name)
        if retry is not None:
            function = replace(function, retry=parse_retry(retry, check.retry_error))
        for index, binding in enumerate(function.declared):
            if "cardinality" in binding:
                read_optional_enum(index, binding, "cardinality", CARDINALITIES, check)  # type: ignore[arg-type]
        check_bindings(function.declared, check, self.script.known_types)  # type: ignore[arg-type]
        if shape is not None and shape == shape_of(function.declared):  # nothing had to be put into another form
            self.sound.add(shape)
        return function


def _is_http(declared: Iterable[Mapping[str, Any]]) -> bool:
    return any(binding.get("type", "").lower() == "httptrigger" for binding in declared)
