"""HTTP streaming: whether an app has it, and what its HTTP functions may be annotated with.

An app has it when it imports a web extension such as ``azurefunctions.extensions.http.fastapi``. In Azure the process
is asked whether it has been imported (azure-functions-runtime, http_v2.py, ``HttpV2Registry``). Here other apps live
in the process too, so what the app's own modules say is looked at. Only modules that are there already are used.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from pytest_azfunc.project.indexing.binding_registry import BindingRegistry

_BASE = "azurefunctions.extensions.base"
_DEPLOYED = ".python_packages" + os.sep
_LIBRARIES = f"{os.sep}site-packages{os.sep}"


class StreamingRegistry(BindingRegistry):
    """The annotations of an app with HTTP streaming: requests and responses are the web framework's.

    Source: azure-functions-runtime, bindings/meta.py (``INPUT_TYPE_CHECK_OVERRIDE_MAP`` and its counterpart).
    """

    def __init__(self, package: str) -> None:
        super().__init__()
        self.web_package = package

    def accepts_input(self, binding_type: str, annotation: Any) -> bool:
        """Whether an input of this type may be annotated so; an HTTP trigger takes the framework's request."""
        if binding_type == "httpTrigger":
            return bool(sys.modules[_BASE].RequestTrackerMeta.check_type(annotation))
        return super().accepts_input(binding_type, annotation)

    def accepts_output(self, binding_type: str, annotation: Any) -> bool:
        """Whether an output of this type may be annotated so; the response is the framework's."""
        if binding_type == "http":
            return bool(sys.modules[_BASE].ResponseTrackerMeta.check_type(annotation))
        return super().accepts_output(binding_type, annotation)


def registry_for(root: str) -> BindingRegistry:
    """The rules for the app's annotations.

    :param root: the app's folder. Its modules must have been imported.
    """
    package = streams_http(root)
    return BindingRegistry() if package is None else StreamingRegistry(package)


def web_module() -> str | None:
    """The module of the web extension that some app of this process has imported; None without one."""
    tracker = getattr(sys.modules.get(_BASE), "ModuleTrackerMeta", None)
    found = tracker.get_module() if tracker is not None else None
    return found if isinstance(found, str) else None


def streams_http(root: str) -> str | None:
    """The package with which this app streams HTTP, or None.

    :param root: the app's folder. Its modules must have been imported.
    """
    module = web_module()
    if module is None:
        return None
    package = module.removesuffix(".web")  # azurefunctions.extensions.http.fastapi
    return package if any(_imports(file, package) for file in _own_files(root)) else None


def _own_files(root: str) -> Iterator[str]:
    """Files of the app's imported modules. Tests in its folder are not its own, nor is a virtual environment."""
    below = root + os.sep
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    for file in files:
        if not isinstance(file, str) or not file.startswith(below) or not file.endswith(".py"):
            continue
        stem = os.path.basename(file)[:-3]
        is_test = stem.startswith("test_") or stem.endswith("_test") or stem == "conftest"
        is_foreign = _LIBRARIES in file and not file.startswith(below + _DEPLOYED)
        if not is_test and not is_foreign:
            yield file


def _imports(file: str, package: str) -> bool:
    """Whether the module in *file* imports the package while it is imported itself."""
    try:
        with open(file, encoding="utf-8", errors="replace") as content:
            text = content.read()
        if package.partition(".")[0] not in text:  # nearly always: there is no need to parse it
            return False
        return any(_names(statement, package) for statement in _executed(ast.parse(text).body))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return False


def _executed(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The simple statements that run when the module is imported, as far as that can be told."""
    for statement in statements:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(statement, ast.If) and ast.unparse(statement.test).endswith("TYPE_CHECKING"):
            yield from _executed(statement.orelse)
            continue
        inner: list[ast.stmt] = []
        for node in ast.iter_child_nodes(statement):
            if isinstance(node, ast.stmt):
                inner.append(node)
            elif isinstance(node, (ast.ExceptHandler, ast.match_case)):
                inner += node.body
        if inner:
            yield from _executed(inner)
        else:
            yield statement


def _names(statement: ast.stmt, package: str) -> bool:
    """Whether a statement imports the package or a module of it."""
    found: list[str] = []
    if isinstance(statement, ast.Import):
        found = [alias.name for alias in statement.names]
    elif isinstance(statement, ast.ImportFrom):
        if statement.level == 0 and statement.module:
            found = [f"{statement.module}.{alias.name}" for alias in statement.names]
    else:
        calls = (node for node in ast.walk(statement) if isinstance(node, ast.Call))
        found = [call.args[0].value for call in calls if _is_import(call)]  # type: ignore[attr-defined]
    return any(f"{name}.".startswith(f"{package}.") for name in found)


def _is_import(call: ast.Call) -> bool:
    """Whether it is ``import_module("...")`` or ``__import__("...")``, with the name written out."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
    if name not in ("import_module", "__import__") or not call.args:
        return False
    argument = call.args[0]
    return isinstance(argument, ast.Constant) and isinstance(argument.value, str)
