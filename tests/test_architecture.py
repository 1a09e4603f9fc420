"""Imports go down only: the rooms of the package and who may know whom, checked on the source itself."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "pytest_azfunc"
NAME = "pytest_azfunc"
LONGEST_MODULE = 350

# From the roof down: a room may use everything below its floor, and nothing beside it.
FLOORS = (
    ("plugin",),
    ("session_apps",),
    ("app",),
    ("app_durable", "app_http", "app_stores", "app_time"),
    ("app_services",),
    ("reports",),
    ("durable", "http_entrances"),
    ("http_client", "http_server"),
    ("host",),
    ("rpc",),
    ("project",),
    ("process",),
    ("clock",),
    ("errors",),
)
MAY_USE = {
    room: {below for floor in FLOORS[number + 1 :] for below in floor}
    for number, floor in enumerate(FLOORS)
    for room in floor
}
# The worker stands beside the host and does not know it; the app joins the two, for everything above it.
MAY_USE["worker"] = {"rpc", "project", "process", "errors"}
for _room in ("app", "session_apps", "plugin"):
    MAY_USE[_room] |= {"worker"}
# The public names: nothing is imported when the package is, and nothing inside uses them but what pytest sees.
MAY_USE["__init__"] = set(MAY_USE["plugin"])
MAY_USE["fixture_values"] = {"host", "worker"}
MAY_USE["__init__"] |= {"fixture_values"}
MAY_USE["hookspecs"] = {*MAY_USE["plugin"], "__init__"}
MAY_USE["plugin"] |= {"hookspecs", "__init__"}

THIRD_PARTY = {
    "pytest": {"plugin", "hookspecs"},
    "_pytest": {"plugin", "hookspecs"},
    "pluggy": {"plugin", "hookspecs"},
    "requests": {"http_client"},
    "urllib3": {"http_client"},
    "werkzeug": {"http_server"},
    "freezegun": {"clock"},
    "dateutil": {"worker"},
    "azure": {"worker", "project"},
}
VAGUE = {"utils", "util", "helpers", "helper", "manager", "data", "info", "misc", "common"}


@dataclass(frozen=True)
class Import:
    """One import statement, or call of ``import_module``, somewhere in a module."""

    module: str
    line: int
    target: str
    only_for_types: bool = False
    runs_at_import: bool = False

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def rooms_of(path: str) -> str:
    """The room of a dotted module path below the package; a public name such as ``Host`` is the package's own."""
    room = path.partition(".")[0]
    return room if room.islower() and not room.startswith("__") else "__init__"


def imports(source: str, module: str) -> Iterator[Import]:
    """Every import of a module, also inside functions; *module* is its dotted path below the package."""
    yield from _walk(ast.parse(source), module, for_types=False, at_import=True)


def _walk(node: ast.AST, module: str, *, for_types: bool, at_import: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        for target in _targets(child, module):
            yield Import(module, child.lineno, target, for_types, at_import)  # type: ignore[attr-defined]
        in_function = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        if isinstance(child, ast.If) and _is_type_checking(child.test):
            for statement in child.body:
                yield from _walk(ast.Module([statement], []), module, for_types=True, at_import=False)
            for statement in child.orelse:
                wrapped = ast.Module([statement], [])
                yield from _walk(wrapped, module, for_types=for_types, at_import=at_import)
        else:
            yield from _walk(child, module, for_types=for_types, at_import=at_import and not in_function)


def _targets(node: ast.AST, module: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = _absolute(node, module)
        # `from package import room` names the room last.
        return [f"{base}.{alias.name}" for alias in node.names] if base == NAME else [base]
    if isinstance(node, ast.Call) and _called(node.func) in ("import_module", "__import__") and node.args:
        argument = node.args[0]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            return [argument.value]
    return []


def _absolute(node: ast.ImportFrom, module: str) -> str:
    if not node.level:
        return node.module or ""
    parents = [NAME, *module.split(".")][: -node.level]
    return ".".join([*parents, *([node.module] if node.module else [])])


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_type_checking(test: ast.expr) -> bool:
    return _called(test) == "TYPE_CHECKING"


def breaches(source: str, module: str) -> list[str]:
    """The imports of a module that the plan of the rooms does not allow."""
    return [f"{found} ({reason})" for found in imports(source, module) if (reason := _objection(found))]


def _objection(found: Import) -> str | None:
    room = rooms_of(found.module)
    top, _, rest = found.target.partition(".")
    if top == NAME:
        other = rooms_of(rest)
        if other != room and other not in MAY_USE[room]:
            return f"{room} may not know {other}"
        return None
    if top in sys.stdlib_module_names or found.only_for_types:
        return None
    allowed = THIRD_PARTY.get(top, set())
    return None if room in allowed else f"only {' and '.join(sorted(allowed)) or 'nobody'} may import {top}"


def modules() -> dict[str, Path]:
    """The package's modules by dotted path below it; a folder's __init__ goes by the folder's name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)] = path
    return found


MODULES = modules()
EVERY_MODULE = pytest.mark.parametrize("module", MODULES)


@EVERY_MODULE
def test_imports_go_down(module: str) -> None:
    assert breaches(MODULES[module].read_text(encoding="utf-8"), module) == []


@EVERY_MODULE
def test_modules_are_short(module: str) -> None:
    lines = len(MODULES[module].read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_MODULE


@EVERY_MODULE
def test_modules_have_telling_names(module: str) -> None:
    assert not VAGUE & set(module.split("."))


@EVERY_MODULE
def test_modules_say_what_they_are(module: str) -> None:
    assert ast.get_docstring(ast.parse(MODULES[module].read_text(encoding="utf-8")))


def test_every_room_has_its_place() -> None:
    assert {rooms_of(module) for module in MODULES} <= set(MAY_USE)


def test_the_public_names_import_nothing() -> None:
    found = imports(MODULES["__init__"].read_text(encoding="utf-8"), "__init__")
    assert {i.target for i in found if i.runs_at_import} <= {"__future__", "typing"}


# These import a third party at once, and are themselves imported by who needs them.
IMPORTED_WHEN_NEEDED = {
    "http_client.adapter",
    "http_client.preparation",
    "http_client.refused_arguments",
    "http_client.requests_internals",
    "http_client.responses",
    "http_client.retries",
    "http_client.session",
    "http_server",
    "http_server.live_server",
}


@pytest.mark.parametrize("third_party", ["azure", "requests", "urllib3", "werkzeug", "freezegun"])
def test_third_parties_are_imported_when_they_are_needed(third_party: str) -> None:
    found = [
        str(i)
        for module, path in MODULES.items()
        for i in imports(path.read_text(encoding="utf-8"), module)
        if i.runs_at_import and i.target.partition(".")[0] == third_party and module not in IMPORTED_WHEN_NEEDED
    ]
    assert found == []


def test_modules_with_third_parties_are_imported_when_they_are_needed() -> None:
    found = [
        str(i)
        for module, path in MODULES.items()
        for i in imports(path.read_text(encoding="utf-8"), module)
        if i.runs_at_import
        and i.target.removeprefix(f"{NAME}.") in IMPORTED_WHEN_NEEDED
        and module not in IMPORTED_WHEN_NEEDED
    ]
    assert found == []


# Circles


def knows() -> dict[str, set[str]]:
    """Module -> the package's modules that it imports, for types and inside functions too."""
    found: dict[str, set[str]] = {}
    for module, path in MODULES.items():
        found[module] = set()
        for i in named_imports(path.read_text(encoding="utf-8"), module):
            target = i.removeprefix(f"{NAME}.")
            while target and target not in MODULES:
                target = target.rpartition(".")[0]
            if target and target != module:
                found[module].add(target)
    return found


def named_imports(source: str, module: str) -> Iterator[str]:
    """What a module imports of the package, each name in full: it may be a module or something in one."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith(f"{NAME}."))
        elif isinstance(node, ast.ImportFrom) and _absolute(node, module).partition(".")[0] == NAME:
            yield from (f"{_absolute(node, module)}.{alias.name}" for alias in node.names)


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Modules that know each other, directly or by others: the strongly connected components of more than one."""
    order: list[str] = []
    seen: set[str] = set()

    def visit(start: str, edges: Mapping[str, set[str]], into: list[str]) -> None:
        stack = [(start, iter(sorted(edges[start])))]
        seen.add(start)
        while stack:
            node, targets = stack[-1]
            following = next((t for t in targets if t not in seen), None)
            if following is None:
                into.append(node)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(sorted(edges[following]))))

    for module in graph:
        if module not in seen:
            visit(module, graph, order)
    backwards: dict[str, set[str]] = {module: set() for module in graph}
    for module, targets in graph.items():
        for target in targets:
            backwards[target].add(module)
    seen.clear()
    components = []
    for module in reversed(order):
        if module not in seen:
            component: list[str] = []
            visit(module, backwards, component)
            components.append(sorted(component))
    return [component for component in components if len(component) > 1]


def test_no_circle_of_modules() -> None:
    assert circles(knows()) == []


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


# Private names

# The one module for the private names of each library.
FENCES = {
    "http_client.requests_internals",
    "plugin.known_fixtures",
    "process.environment",
    "process.event_loops",
    "process.import_state",
    "process.loggers",
    "process.warning_filters",
    "project.indexing.sdk_internals",
}
# Names that begin with an underscore, and are public all the same.
PUBLIC = {"_replace", "_asdict", "_fields", "_make"}


def strangers(source: str) -> list[str]:
    """Private names that a module takes from elsewhere: attributes it does not define itself, and imports."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    own = {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
    own |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_self(node.value)
    }
    found = []
    for node in nodes:
        if isinstance(node, ast.Attribute) and not _is_self(node.value) and _is_private(node.attr):
            if node.attr not in own:
                found.append(f"{node.lineno}: {ast.unparse(node)}")
        elif isinstance(node, ast.ImportFrom):
            found += [f"{node.lineno}: {alias.name}" for alias in node.names if _is_private(alias.name)]
        elif isinstance(node, ast.Call) and _called(node.func) in ("getattr", "setattr", "hasattr"):
            name = node.args[1] if len(node.args) > 1 else None
            if isinstance(name, ast.Constant) and isinstance(name.value, str) and _is_private(name.value):
                found += [f"{node.lineno}: {ast.unparse(node)}"] if name.value not in own else []
    return found


def _is_self(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return _called(node.func) == "super"
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC


@EVERY_MODULE
def test_private_names_stay_where_they_are(module: str) -> None:
    if module not in FENCES:
        assert strangers(MODULES[module].read_text(encoding="utf-8")) == []


def test_fences_stand() -> None:
    assert set(MODULES) >= FENCES


@pytest.mark.parametrize(
    "source",
    [
        "def f(host): return host._settings",
        "from pytest_azfunc.host.routing.routes import _Route",
        "getattr(logging, '_lock')",
        "def f(host): host._settings = 1",
        "events._set_running_loop(None)",
    ],
)
def test_a_stranger_is_found(source: str) -> None:
    assert len(strangers(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "class A:\n    def __init__(self): self._x = 1\n    def like(self, other): return other._x",
        "class A(B):\n    def f(self): return super()._f() + self._g",
        "row._replace(a=1)",
        "type(x).__name__",
        "_NAMES = 1\nprint(_NAMES)",
    ],
)
def test_own_names_are_none(source: str) -> None:
    assert strangers(source) == []


# The checker itself


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("errors", "from pytest_azfunc.project import Project"),
        ("errors", "import pytest_azfunc.rpc"),
        ("errors", "from pytest_azfunc import rpc"),
        ("errors", "from . import rpc"),
        ("project.function", "from pytest_azfunc.rpc import TypedData"),
        ("project.function", "from ..rpc import TypedData"),
        ("rpc", "from pytest_azfunc.host.routing.route_table import Route"),
        ("host.routing.route_table", "from pytest_azfunc.worker.loader import load"),
        ("host.bindings.http", "def f():\n    from pytest_azfunc.http_client import get"),
        ("host.routing.route_table", "import importlib\nimportlib.import_module('pytest_azfunc.worker')"),
        ("host.routing.route_table", "if TYPE_CHECKING:\n    from pytest_azfunc.app import Host"),
        ("host.routing.route_table", "import typing\nif typing.TYPE_CHECKING:\n    from pytest_azfunc.app import Host"),
        ("worker.worker", "from pytest_azfunc.host.outputs import Output"),
        ("worker.worker", "class A:\n    async def f(self):\n        import pytest_azfunc.clock"),
        ("reports.trace", "from pytest_azfunc.app import Host"),
        ("reports.trace", "from pytest_azfunc.worker.worker import Worker"),
        ("http_client", "from pytest_azfunc.worker.worker import Worker"),
        ("host.outputs", "from pytest_azfunc import Host"),
        ("project.function", "import pytest_azfunc"),
        ("app", "from pytest_azfunc.session_apps import SessionApps"),
        ("durable.work", "from pytest_azfunc.http_entrances import HttpEntrances"),
        ("http_client", "from pytest_azfunc.http_server import LiveServer"),
        ("http_server.wsgi", "from pytest_azfunc.http_client import prepare"),
        ("http_client", "def f():\n    import werkzeug"),
        ("session_apps", "from pytest_azfunc.plugin import x"),
        ("host.outputs", "import requests"),
        ("app", "def f():\n    import pytest"),
        ("host.outputs", "import azure.functions"),
        ("host.outputs", "from importlib import import_module\nimport_module('azure.functions')"),
        ("host.outputs", "__import__('requests')"),
        ("plugin", "import freezegun"),
        ("plugin", "import numpy"),
        ("worker.logs", "try:\n    import numpy\nexcept ImportError:\n    pass"),
        ("plugin", "if TYPE_CHECKING:\n    import ast\nelse:\n    import numpy"),
    ],
)
def test_the_checker_finds(module: str, source: str) -> None:
    assert len(breaches(source, module)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("plugin", "import pytest\nfrom pytest_azfunc import Host"),
        ("plugin", "from pytest_azfunc.app import Host\nfrom pytest_azfunc import hookspecs"),
        ("app", "from pytest_azfunc.worker.worker import Worker\nfrom pytest_azfunc.host.outputs import Output"),
        ("host.outputs", "from pytest_azfunc.host.routing.route_table import Route\nfrom . import routes\nimport json"),
        ("host.outputs", "if TYPE_CHECKING:\n    import requests"),
        ("worker.worker", "import importlib\nimportlib.import_module('azure.functions')"),
        ("worker.worker", "import importlib\nimportlib.import_module(name)"),
        ("project", "from pytest_azfunc.project.function import Function"),
        ("http_client", "import requests.adapters, urllib3"),
        ("http_server.live_server", "from werkzeug.serving import make_server"),
        ("errors", "import difflib"),
    ],
)
def test_the_checker_lets_pass(module: str, source: str) -> None:
    assert breaches(source, module) == []


def test_where_an_import_is() -> None:
    source = "import a\nif TYPE_CHECKING:\n    import b\ndef f():\n    import c\n"
    found = [(i.target, i.line, i.only_for_types, i.runs_at_import) for i in imports(source, "app")]
    assert found == [("a", 1, False, True), ("b", 3, True, False), ("c", 5, False, False)]
