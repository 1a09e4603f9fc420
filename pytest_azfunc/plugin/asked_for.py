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

from pytest_azfunc.plugin.given_values import GivenValues, given_by_place, patched
from pytest_azfunc.plugin.own_fixtures import fixture_name, imported, is_package, own_fixtures, starred
from pytest_azfunc.plugin.syntax import Function, assigned, kept_texts, last, statements, texts

MARK = "azfunc"

_NONE: frozenset[str] = frozenset()


class Asked(NamedTuple):
    """What a file asks for.

    :ivar fixtures: names of the fixtures that it takes from elsewhere.
    :ivar own: names of the fixtures that it defines for all of the file.
    :ivar stars: modules of which it imports all names.
    :ivar by_name: whether it uses the mark or the package.
    """

    fixtures: frozenset[str] = _NONE
    own: frozenset[str] = _NONE
    stars: frozenset[str] = _NONE
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
        reading.read(tree.body, _Scope(_NONE, reading.marked(tree.body)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Asked()
    by_name = any(map(_imports_package, tree.body)) or (MARK.encode() in source and _uses_package_or_mark(tree))
    own, stars = frozenset(own_fixtures(tree.body)), frozenset(starred(tree.body))
    return Asked(frozenset(reading.fixtures), own, stars, by_name)


class _Reading:
    """Goes through the functions and classes of a file, scope by scope.

    :param asks_by_text: whether there may be a call to which fixtures are named; to look for one takes its time.
    :ivar fixtures: what is asked for, as far as it was read.
    """

    def __init__(self, tree: ast.Module, names: Names, asks_by_text: bool = True) -> None:
        self.fixtures: set[str] = set()
        self._names = names
        self._given = GivenValues(tree)
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)] if asks_by_text else []
        wanted = [call for call in calls if last(call.func) in ("usefixtures", "getfixturevalue")]
        self._by_text = {id(call): texts(call.args) for call in wanted if last(call.func) == "usefixtures"}
        values = [call for call in wanted if last(call.func) == "getfixturevalue"]
        if any(texts(call.args) for call in values):
            self.fixtures.update(text for call in values for text in texts(call.args))
        if any(not texts(call.args) for call in values):  # a name from elsewhere in the file, mostly a parameter
            self.fixtures.update(filter(str.isidentifier, kept_texts(tree)))

    def marked(self, body: list[ast.stmt]) -> frozenset[str]:
        """What a scope's ``pytestmark`` gives values to; the fixtures that it names are asked for."""
        found: list[str] = []
        for name, value in assigned(body):
            if name == "pytestmark":
                found += self._decorated([value])
        return frozenset(found)

    def _decorated(self, decorators: list[ast.expr]) -> Iterator[str]:
        for decorator in decorators:
            for call in ast.walk(decorator):
                self.fixtures.update(self._by_text.get(id(call), ()))
            yield from self._given.by(decorator)

    def read(self, body: list[ast.stmt], scope: _Scope) -> None:
        """Read what stands in a scope."""
        inner = scope.outside | frozenset(own_fixtures(body)) | frozenset(imported(body))
        found = list(statements(body))
        for statement in found:
            if isinstance(statement, Function):
                self._function(statement, scope, inner)
            elif isinstance(statement, ast.Expr):  # a mark that a hook or a helper gives
                list(self._decorated([statement.value]))
        for kind, has_tests in self._classes([each for each in found if isinstance(each, ast.ClassDef)]):
            given = scope.given.union(self._decorated(kind.decorator_list), self.marked(kind.body))
            patches = scope.patches + patched(kind.decorator_list)
            self.read(kind.body, _Scope(inner, given, patches, has_tests and scope.has_tests))

    def _classes(self, classes: list[ast.ClassDef]) -> Iterator[tuple[ast.ClassDef, bool]]:
        """Those that pytest collects, and their bases in the same scope; with whether pytest's tests are in it.

        Tests of a class of unittest get no fixture by argument.
        """
        tests = {found.name for found in classes if _matches(found.name, self._names.classes)}
        others = {found.name for found in classes if any(last(base) != "object" for base in found.bases)} - tests
        for found in reversed(classes):  # a base stands above what derives from it
            if found.name in tests:
                tests.update(last(base) for base in found.bases)
        of_unittest: set[str] = set()
        for found in classes:
            if any(last(base).endswith("TestCase") or last(base) in of_unittest for base in found.bases):
                of_unittest.add(found.name)
            if found.name in tests or found.name in others:
                yield found, found.name in tests and found.name not in of_unittest

    def _function(self, function: Function, scope: _Scope, inner: frozenset[str]) -> None:
        given = frozenset(self._decorated(function.decorator_list))
        fixture = fixture_name(function)
        if fixture is not None:
            self.fixtures.update(_arguments(function) - (inner - ({fixture} - scope.outside)))
        elif scope.has_tests and _matches(function.name, self._names.functions):
            front, back = given_by_place(function)
            wanted = _arguments(function, scope.patches + front, back)
            self.fixtures.update(wanted - inner - scope.given - given - self._given.everywhere)


class _Scope(NamedTuple):
    """Where something stands.

    :ivar outside: names of fixtures that the scopes around it define.
    :ivar given: names that tests get their values of from elsewhere than fixtures.
    :ivar patches: how many arguments ``mock.patch`` on the class gives to each test.
    :ivar has_tests: whether there are tests of pytest's kind.
    """

    outside: frozenset[str]
    given: frozenset[str]
    patches: int = 0
    has_tests: bool = True


def _arguments(function: Function, front: int = 0, back: int = 0) -> frozenset[str]:
    """The arguments that pytest looks for fixtures for: those without a default.

    :param front: how many the decorators give at the front.
    :param back: how many they give at the end.
    """
    of = function.args
    named = [argument.arg for argument in of.args[: len(of.args) - max(0, len(of.defaults))]]
    if named[:1] in (["self"], ["cls"]):
        del named[0]
    only = [found.arg for found, default in zip(of.kwonlyargs, of.kw_defaults, strict=True) if default is None]
    return frozenset(named[front : len(named) - back] + only)


def _uses_package_or_mark(tree: ast.Module) -> bool:
    nodes = list(ast.walk(tree))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "pytest"]
    marks = {alias.asname or alias.name for node in imports for alias in node.names if alias.name == "mark"}
    return any(_is_use(node, marks) for node in nodes)


def _imports_package(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(is_package(alias.name) for alias in node.names)
    return isinstance(node, ast.ImportFrom) and not node.level and is_package(node.module)


def _is_use(node: ast.AST, marks: set[str]) -> bool:
    if _imports_package(node):
        return True
    if isinstance(node, ast.Attribute):
        of_pytest = isinstance(node.value, ast.Attribute) or last(node.value) in marks
        return node.attr == MARK and of_pytest and (last(node.value) == "mark" or last(node.value) in marks)
    if isinstance(node, ast.Call):
        named = texts(node.args[:1])
        if last(node.func) in ("importorskip", "import_module", "__import__"):
            return any(map(is_package, named))
        return last(node.func) == "add_marker" and named == [MARK]
    return False


def _matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether pytest takes a name for a test's: by the beginning, or as a pattern with wildcards."""
    return any(name.startswith(p) or (any(c in p for c in "*?[") and fnmatchcase(name, p)) for p in patterns)
