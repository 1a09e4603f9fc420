"""The decorator model: an imported script -> the functions that its decorators declare, as Azure's worker reads them.

Source: azure-functions-runtime, loader.py (finding the app, retry policies) and the SDK's decorators/core.py (what
decorators declare). The functions of the app object are asked for once, and it is left as it was.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias

from pytest_azfunc.errors import FunctionLoadError, Location
from pytest_azfunc.project.indexing import sdk_internals

_DECORATORS = 10  # so many upon each other are looked through


class DecoratorSource(NamedTuple):
    """The place of a decorated function: its file and the line of its first decorator.

    :ivar bindings: names of its bindings, in their order.
    """

    path: str
    line: int | None = None
    bindings: tuple[str, ...] = ()

    def location(self, *keys: str | int) -> Location:
        """The line of the decorator that declares the binding at ``("bindings", index)``, or that of the function."""
        if len(keys) > 1 and keys[0] == "bindings" and isinstance(keys[1], int):
            return Location(self.path, self._decorator_of(self.bindings[keys[1]]) or self.line)
        return Location(self.path, self.line)

    def _decorator_of(self, binding: str) -> int | None:
        # Places are only asked for when something is shown to a person: the file is parsed again.
        try:
            with open(self.path, "rb") as file:
                tree = ast.parse(file.read())
        except (OSError, SyntaxError, ValueError):
            return None
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = [decorator.lineno for decorator in node.decorator_list]
                if self.line in (node.lineno, *lines):
                    return _line_of_binding(node.decorator_list, binding)
        return None


def _line_of_binding(decorators: list[ast.expr], binding: str) -> int | None:
    for decorator in decorators:
        for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
            if (keyword.arg or "").endswith("arg_name") and getattr(keyword.value, "value", None) == binding:
                return decorator.lineno
    # @app.route names its bindings itself.
    routes = [d for d in decorators if isinstance(d, ast.Call) and getattr(d.func, "attr", "") == "route"]
    return routes[0].lineno if routes else None


def source_of(function: Any) -> DecoratorSource | None:
    """Where the function is defined that an SDK function stands for; None for what has no code in Python."""
    main = sdk_internals.user_function(function, None)  # an app's own get_functions() may have returned anything
    code = getattr(_as_written(main) if getattr(main, "__dict__", None) else main, "__code__", None)
    if code is None:
        return None
    names = tuple([binding.name for binding in function.get_bindings()])
    return DecoratorSource(code.co_filename, code.co_firstlineno, names)


def _as_written(main: Any) -> Any:
    """The function as it stands in the app, below what ``functools.wraps`` and Durable Functions put around it."""
    for name in ("orchestrator_function", "entity_function"):
        main = getattr(main, name, main)
    return inspect.unwrap(main)


def find_app(module: ModuleType, script: str) -> Any:
    """The app object at the top level of the *module*.

    :raises FunctionLoadError: there is none, or there are two.
    """
    register = importlib.import_module("azure.functions").FunctionRegister
    app, found = None, ""
    for name in module.__dir__():
        value = getattr(module, name, None)
        if not isinstance(value, register):
            continue
        if app:
            raise FunctionLoadError(
                "app-object-several",
                location=Location(script),
                script=os.path.basename(script),
                names=f"{found!r} and {name!r}",
                hint=" They are the same object: one name must go." if value is app else "",
            )
        app, found = value, name
    if not app:
        raise FunctionLoadError(
            "app-object-missing",
            location=Location(script),
            script=os.path.basename(script),
            hint=_hint_for_missing_app(module, register),
        )
    return app


def _hint_for_missing_app(module: ModuleType, register: type) -> str:
    blueprint = importlib.import_module("azure.functions").Blueprint
    for name, value in vars(module).items():
        if isinstance(value, blueprint):
            return f" {name!r} is a Blueprint, which the worker passes over: register it with an app."
        values = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple, set)) else ()
        if not name.startswith("__") and any(isinstance(item, register) for item in values):
            return f" The one inside {name!r} is not seen."
    return ""


def functions_of(app: Any, *, is_fresh: bool) -> list[Any]:
    """The SDK's function objects of an app object, built and checked by the SDK.

    :param is_fresh: whether only the script itself has had the app object in its hands. What a test has asked it
        before does not count.
    :raises Exception: what the SDK raises: no trigger, one name for two functions.
    """
    with _left_as_it_was(app, is_fresh):
        found = app.get_functions()
        return list(found) if found else []  # None of an app's own get_functions() is as good as an empty list


@contextmanager
def _left_as_it_was(app: Any, is_fresh: bool) -> Iterator[None]:
    """The app object remembers the names that it has built, and would refuse them at the next time."""
    names = ("functions_bindings", sdk_internals.AUTH_LEVEL_IS_USED)
    saved = {name: vars(app)[name] for name in names if name in vars(app)}
    if not is_fresh:
        app.functions_bindings = None
    elif app.functions_bindings:
        saved["functions_bindings"] = dict(app.functions_bindings)
    # Otherwise it warns, on the root logger, that a level of authorization is no use in an app without HTTP.
    setattr(app, sdk_internals.AUTH_LEVEL_IS_USED, True)
    try:
        yield
    finally:
        for name in names:
            vars(app).pop(name, None)
        vars(app).update(saved)


def names_in(app: Any) -> list[tuple[str, Any]]:
    """The names of an app's functions with their SDK objects, as far as they can be read although one is bad."""
    found = []
    for builder in sdk_internals.builders(app):
        try:
            function = sdk_internals.built_function(builder)
            found.append((_name_of(function), function))
        except Exception:  # one that is beyond reading is only missing in a message
            continue
    return found


def _name_of(function: Any) -> str:
    """What a person calls a function: that of an inner one where a decorator has hidden it, and nobody named it."""
    name, main = str(function.get_function_name()), sdk_internals.user_function(function, None)
    inner = function_inside(function) if name == getattr(main, "__name__", None) else None
    return name if inner is None else _name_of(inner)


def function_inside(function: Any) -> Any:
    """The SDK function that an ordinary decorator has been given in the place of a ``def``; None for most.

    ``functools.wraps`` keeps what it was given, and else the inner function of the decorator does.
    """
    main = sdk_internals.user_function(function, None)
    for _ in range(_DECORATORS):
        if main is None:
            return None
        for given in (getattr(main, "__wrapped__", None), *map(_content, getattr(main, "__closure__", None) or ())):
            inner = sdk_internals.built_function(given, None)
            if inner is not None and sdk_internals.user_function(inner, None) is not None:
                return inner
        main = getattr(main, "__wrapped__", None)
    return None


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # it is empty yet
        return None


def declared_name(candidate: Any) -> str | None:
    """The name that decorators have given to what they made; None for a plain function."""
    function = sdk_internals.built_function(candidate, candidate)
    name = None if sdk_internals.user_function(function, None) is None else function.get_function_name()
    return name if isinstance(name, str) else None


def is_decorated(candidate: Any, user_function: Callable[..., Any]) -> bool:
    """Whether *candidate* is *user_function*, what decorators made of it, or another copy of its module's."""
    candidate = sdk_internals.built_function(candidate, candidate)
    candidate = sdk_internals.user_function(candidate, candidate)
    if candidate is user_function:
        return True
    if not callable(candidate):
        return False
    one, other = (getattr(inspect.unwrap(found), "__code__", None) for found in (candidate, user_function))
    if one is None or other is None:
        return False
    same_line = (one.co_name, one.co_firstlineno) == (other.co_name, other.co_firstlineno)
    return same_line and os.path.realpath(one.co_filename) == os.path.realpath(other.co_filename)


# Which attribute of a binding is which property; None for a class that makes its JSON in a way of its own.
Plan: TypeAlias = "tuple[tuple[str, str], ...] | None"
_NO_PLAN: tuple[list[str] | None, Plan] = (None, None)


class BindingReader:
    """Reads what decorators declare: the JSON that the worker sends to the host, without the detour over its text."""

    def __init__(self) -> None:
        core = importlib.import_module("azure.functions.decorators.core")
        words = importlib.import_module("azure.functions.decorators.utils")
        self._base = core.Binding.get_dict_repr
        self._excluded = frozenset(core.Binding.EXCLUDED_INIT_PARAMS)
        self._enum: type = words.StringifyEnum
        self._encoder: type[json.JSONEncoder] = words.StringifyEnumJsonEncoder
        self._camel_case: Callable[[str], str] = words.to_camel_case
        self._plans: dict[type, tuple[list[str] | None, Plan]] = {}
        self._words: dict[int, tuple[Any, str]] = {}  # members of enums by their ids, and what str() makes of them

    def read(self, binding: Any) -> dict[str, Any]:
        """The properties of one binding by lower-cased name; direction and data type in lower case.

        :raises Exception: what the SDK raises for a property that has no JSON form.
        """
        parameters, kind = getattr(binding, "init_params", None) or [], type(binding)
        known, plan = self._plans.get(kind, _NO_PLAN)
        if known != parameters:  # those of one class are nearly always the same
            plan = self._plan(kind, parameters)
            self._plans[kind] = list(parameters), plan
        declared = self._quickly(binding, plan) if plan is not None else None
        if declared is None:
            text = json.dumps(binding.get_dict_repr(), cls=self._encoder)
            declared = {key.lower(): value for key, value in json.loads(text).items()}
        declared["direction"] = declared["direction"].lower()
        if binding.data_type is not None:  # one that is no enum fails here, as it does in the worker
            declared["datatype"] = declared["datatype"].lower()
        return declared

    def _plan(self, kind: type, parameters: Iterable[str]) -> Plan:
        """Which attribute is which property; None for a class that makes its JSON in a way of its own."""
        if _innermost(getattr(kind, "get_dict_repr", None)) is not self._base:
            return None
        names = [name for name in dict.fromkeys(parameters) if name not in self._excluded]
        return tuple((name, self._camel_case(name).lower()) for name in names)

    def _quickly(self, binding: Any, plan: Sequence[tuple[str, str]]) -> dict[str, Any] | None:
        """The properties, when all of them are plain values; None when the SDK must do it."""
        declared = {"direction": sdk_internals.direction_name(binding)}
        data_type = sdk_internals.data_type(binding)
        if data_type is not None:
            if not isinstance(data_type, self._enum):
                return None
            declared["datatype"] = str(data_type)
        if binding.type is not None:
            declared["type"] = binding.type
        for name, key in plan:
            value = getattr(binding, name, None)
            if value is None:
                continue
            kind = type(value)
            if kind is not str and kind is not int and kind is not bool:
                value = self._plain(value)
                if value is None:
                    return None
                # As the host reads them, whatever their spelling.
                if key == "cardinality" or (key == "authlevel" and binding.type.lower() == "httptrigger"):
                    value = value.lower() if type(value) is str else value
            declared[key] = value
        return declared

    def _plain(self, value: Any) -> Any:
        word = self._words.get(id(value))
        if word is not None:
            return word[1]
        if isinstance(value, self._enum):  # to print one takes longer than all the rest
            self._words[id(value)] = value, str(value)
            return str(value)
        if type(value) is list:
            items = [item if type(item) is str else self._plain(item) for item in value]
            return None if None in items else items
        return None


def _innermost(function: Any) -> Any:
    """The function below the SDK's wrappers; its metaclass adds one per class."""
    while getattr(getattr(function, "__code__", None), "co_freevars", ()) == ("func",):
        function = function.__closure__[0].cell_contents
    return function
