"""What the text of a test file, or of a conftest.py, asks for: found out without importing it. Pure.

Comments and texts do not count, nor do functions that are no tests; of fixtures that the file defines itself only what
they ask for counts. What cannot be told from the text (a test that is inherited from another file, a fixture that is
imported) is not found here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

PACKAGE = "pytest_azfunc"
MARK = "azfunc"

_Function = (ast.FunctionDef, ast.AsyncFunctionDef)
_Blocks = (ast.If, ast.Try, ast.With, ast.AsyncWith, ast.For, ast.AsyncFor, ast.While)
_NONE: frozenset[str] = frozenset()


class Asked(NamedTuple):
    """What a file asks for.

    :ivar fixtures: names of the fixtures that it takes from elsewhere.
    :ivar own: names of the fixtures that it defines for all of the file.
    :ivar by_name: whether it uses the mark or the package.
    """

    fixtures: frozenset[str] = _NONE
    own: frozenset[str] = _NONE
    by_name: bool = False


class Names(NamedTuple):
    """Which functions and classes are tests, as the ini options ``python_functions`` and ``python_classes`` say."""

    functions: tuple[str, ...] = ("test",)
    classes: tuple[str, ...] = ("Test",)


# A conftest.py has no tests.
NO_TESTS = Names((), ())


def asked_for(source: bytes, names: Names) -> Asked:
    """What the file with this *source* asks for; nothing where it cannot be read, which its import will tell."""
    try:
        tree = ast.parse(source)
        reading = _Reading(tree, names, any(word in source for word in (b"usefixtures", b"getfixturevalue")))
        reading.read(tree.body, _NONE, reading.marked(tree.body))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Asked()
    own = frozenset(_fixtures_of(tree.body))
    by_name = any(map(_imports_package, tree.body)) or (MARK.encode() in source and _uses_package_or_mark(tree))
    return Asked(frozenset(reading.fixtures), own, by_name)


class _Reading:
    """Goes through the functions and classes of a file, scope by scope.

    :param asks_by_text: whether there may be a call to which fixtures are named; to look for one takes its time.
    :ivar fixtures: what is asked for, as far as it was read.
    """

    def __init__(self, tree: ast.Module, names: Names, asks_by_text: bool = True) -> None:
        self.fixtures: set[str] = set()
        self._names = names
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)] if asks_by_text else []
        wanted = [call for call in calls if _last(call.func) in ("usefixtures", "getfixturevalue")]
        self._by_text = {id(call): _texts(call.args) for call in wanted if _last(call.func) == "usefixtures"}
        values = [call for call in wanted if _last(call.func) == "getfixturevalue"]
        if any(_texts(call.args) for call in values):
            self.fixtures.update(text for call in values for text in _texts(call.args))
        if any(not _texts(call.args) for call in values):  # a name from elsewhere in the file, mostly a parameter
            self.fixtures.update(filter(str.isidentifier, _texts(ast.walk(tree))))

    def marked(self, body: list[ast.stmt]) -> frozenset[str]:
        """What a scope's ``pytestmark`` gives values to; the fixtures that it names are asked for."""
        found: list[str] = []
        for statement in _statements(body):
            if isinstance(statement, ast.Assign) and any(_last(target) == "pytestmark" for target in statement.targets):
                found += self._decorated([statement.value])
        return frozenset(found)

    def _decorated(self, decorators: list[ast.expr]) -> Iterator[str]:
        for decorator in decorators:
            for call in ast.walk(decorator):
                self.fixtures.update(self._by_text.get(id(call), ()))
            yield from _parametrized(decorator)

    def read(self, body: list[ast.stmt], outside: frozenset[str], given: frozenset[str], patches: int = 0) -> None:
        """Read a scope.

        :param outside: names that the scopes around it define.
        :param given: names that tests get their values of from elsewhere than fixtures.
        :param patches: how many arguments ``mock.patch`` on the class gives to each test.
        """
        defined = outside | frozenset(_fixtures_of(body)) | frozenset(_imported(body))
        statements = list(_statements(body))
        for statement in statements:
            if isinstance(statement, _Function):
                self._function(statement, outside, defined, given, patches)
            elif isinstance(statement, ast.Expr):  # a mark that a hook or a helper gives
                list(self._decorated([statement.value]))
        for found, is_test in self._classes([s for s in statements if isinstance(s, ast.ClassDef)]):
            own = frozenset(self._decorated(found.decorator_list)) | self.marked(found.body)
            reading = self if is_test else self._without_tests()
            reading.read(found.body, defined, given | own, patches + _patched(found.decorator_list))

    def _without_tests(self) -> _Reading:
        """For a class of unittest, whose tests get no fixture by argument."""
        other: _Reading = object.__new__(_Reading)
        other.fixtures, other._by_text, other._names = self.fixtures, self._by_text, NO_TESTS
        return other

    def _classes(self, classes: list[ast.ClassDef]) -> Iterator[tuple[ast.ClassDef, bool]]:
        """Those that pytest collects, and their bases in the same scope; with whether pytest's tests are in it."""
        tests = {found.name for found in classes if _matches(found.name, self._names.classes)}
        others = {found.name for found in classes if any(_last(base) != "object" for base in found.bases)} - tests
        for found in reversed(classes):  # a base stands above what derives from it
            if found.name in tests:
                tests.update(_last(base) for base in found.bases)
        for found in classes:
            if found.name in tests or found.name in others:
                yield found, found.name in tests

    def _function(
        self,
        function: ast.FunctionDef | ast.AsyncFunctionDef,
        outside: frozenset[str],
        defined: frozenset[str],
        given: frozenset[str],
        patches: int,
    ) -> None:
        own = frozenset(self._decorated(function.decorator_list))
        fixture = _fixture_name(function)
        if fixture is not None:
            self.fixtures.update(_arguments(function, 0) - (defined - ({fixture} - outside)))
        elif _matches(function.name, self._names.functions):
            patches += _patched(function.decorator_list)
            self.fixtures.update(_arguments(function, patches) - defined - given - own)


def _arguments(function: ast.FunctionDef | ast.AsyncFunctionDef, patches: int) -> frozenset[str]:
    """The arguments that pytest looks for fixtures for: those without a default, behind those that patches give."""
    of = function.args
    named = [argument.arg for argument in of.args[: len(of.args) - max(0, len(of.defaults))]]
    if named[:1] in (["self"], ["cls"]):
        del named[0]
    only = [found.arg for found, default in zip(of.kwonlyargs, of.kw_defaults, strict=True) if default is None]
    return frozenset(named[patches:] + only)


def _patched(decorators: list[ast.expr]) -> int:
    """How many arguments ``mock.patch`` gives to a function."""
    count = 0
    for decorator in decorators:
        if not isinstance(decorator, ast.Call):
            continue
        of_object = _last(decorator.func) == "object" and _last(getattr(decorator.func, "value", decorator)) == "patch"
        if not of_object and _last(decorator.func) != "patch":
            continue
        has_value = len(decorator.args) > 1 + of_object or any(keyword.arg == "new" for keyword in decorator.keywords)
        count += not has_value
    return count


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a scope; those within ``if``, ``try`` and ``with`` too."""
    for statement in body:
        yield statement
        if isinstance(statement, _Blocks):
            for part in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(statement, part, []))
            for handler in getattr(statement, "handlers", []):
                yield from _statements(handler.body)


def _fixtures_of(body: list[ast.stmt]) -> Iterator[str]:
    """Names of the fixtures that a scope defines."""
    for statement in _statements(body):
        if isinstance(statement, _Function):
            fixture = _fixture_name(statement)
            if fixture is not None:
                yield fixture
        elif isinstance(statement, ast.Assign) and _makes_fixture(statement.value):
            yield from (_last(target) for target in statement.targets)


def _makes_fixture(value: ast.expr) -> bool:
    """Whether it is ``pytest.fixture(...)(function)``."""
    while isinstance(value, ast.Call):
        value = value.func
    return _last(value).endswith("fixture")


def _imported(body: list[ast.stmt]) -> Iterator[str]:
    """Names that a scope imports: a fixture may come that way."""
    for statement in _statements(body):
        if isinstance(statement, ast.ImportFrom) and not _is_package(statement.module):
            yield from (alias.asname or alias.name for alias in statement.names)


def _fixture_name(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    """The name of the fixture that a function is; None where it is none."""
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if _last(called).endswith("fixture"):
            for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
                if keyword.arg == "name":
                    return next(iter(_texts([keyword.value])), function.name)
            return function.name
    return None


def _parametrized(decorator: ast.expr) -> Iterator[str]:
    """Names that ``parametrize`` gives values to: no fixture is asked for them."""
    for call in ast.walk(decorator):
        if isinstance(call, ast.Call) and _last(call.func) == "parametrize" and call.args:
            if any(keyword.arg == "indirect" for keyword in call.keywords):
                continue
            names = call.args[0]
            texts = _texts(names.elts if isinstance(names, (ast.List, ast.Tuple)) else [names])
            yield from (name.strip() for text in texts for name in text.split(","))


def _uses_package_or_mark(tree: ast.Module) -> bool:
    nodes = list(ast.walk(tree))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "pytest"]
    marks = {alias.asname or alias.name for node in imports for alias in node.names if alias.name == "mark"}
    return any(_is_use(node, marks) for node in nodes)


def _imports_package(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(_is_package(alias.name) for alias in node.names)
    return isinstance(node, ast.ImportFrom) and not node.level and _is_package(node.module)


def _is_use(node: ast.AST, marks: set[str]) -> bool:
    if _imports_package(node):
        return True
    if isinstance(node, ast.Attribute):
        of_pytest = isinstance(node.value, ast.Attribute) or _last(node.value) in marks
        return node.attr == MARK and of_pytest and (_last(node.value) == "mark" or _last(node.value) in marks)
    if isinstance(node, ast.Call):
        named = _texts(node.args[:1])
        if _last(node.func) in ("importorskip", "import_module", "__import__"):
            return any(map(_is_package, named))
        return _last(node.func) == "add_marker" and named == [MARK]
    return False


def _is_package(name: str | None) -> bool:
    return name is not None and name.partition(".")[0] == PACKAGE


def _matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether pytest takes a name for a test's: by the beginning, or as a pattern with wildcards."""
    return any(name.startswith(p) or (any(c in p for c in "*?[") and fnmatchcase(name, p)) for p in patterns)


def _texts(nodes: Iterable[ast.AST]) -> list[str]:
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def _last(node: ast.AST) -> str:
    """The last name of ``a.b.c``."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
