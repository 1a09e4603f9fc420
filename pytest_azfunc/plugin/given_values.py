"""Which arguments of tests get their values from elsewhere than fixtures: found out from the text of a file. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_azfunc.plugin.syntax import Function, assigned, kept_texts, last, texts

_PARAMETRIZE = "parametrize"


class GivenValues:
    """What the decorators, marks and hooks of a file give values to.

    :ivar everywhere: names that any of its tests may get values for: by ``pytest_generate_tests``, or by a mark that a
        variable or a function holds.
    """

    def __init__(self, tree: ast.Module) -> None:
        aliases = {name for name, value in assigned(tree.body) if last(value) == _PARAMETRIZE}
        self._parametrize = frozenset([_PARAMETRIZE, *aliases])
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and self._parametrizes(node)]
        read_where_they_stand = set(map(id, _of_decorators(tree))) if calls else set()
        elsewhere = [call for call in calls if id(call) not in read_where_they_stand]
        self.everywhere = {name for call in elsewhere for name in _argument_names(call)}
        if any(not texts(ast.walk(_first(call))) for call in elsewhere):  # names from elsewhere in the file
            self.everywhere |= kept_texts(tree)

    def _parametrizes(self, call: ast.Call) -> bool:
        return last(call.func) in self._parametrize and bool(call.args or call.keywords)

    def by(self, decorator: ast.expr) -> Iterator[str]:
        """The names that a decorator gives values to."""
        for call in ast.walk(decorator):
            if not isinstance(call, ast.Call):
                continue
            if self._parametrizes(call):
                yield from _argument_names(call)
            elif call is decorator:  # such as @given(name=...)
                yield from (keyword.arg for keyword in call.keywords if keyword.arg)


def given_by_place(function: Function) -> tuple[int, int]:
    """How many arguments decorators give to a function: at its front (``mock.patch``), at its end (hypothesis)."""
    front = patched(function.decorator_list)
    calls = [decorator for decorator in function.decorator_list if isinstance(decorator, ast.Call)]
    return front, sum(len(call.args) for call in calls if last(call.func) == "given")


def patched(decorators: list[ast.expr]) -> int:
    """How many arguments ``mock.patch`` gives to a function, or to each test of a class."""
    count = 0
    for decorator in decorators:
        if not isinstance(decorator, ast.Call):
            continue
        of_object = last(decorator.func) == "object" and last(getattr(decorator.func, "value", decorator)) == "patch"
        if not of_object and last(decorator.func) != "patch":
            continue
        has_value = len(decorator.args) > 1 + of_object or any(keyword.arg == "new" for keyword in decorator.keywords)
        count += not has_value
    return count


def hook_gives(source: str) -> set[str]:
    """The names that a hook ``pytest_generate_tests`` with this *source* gives values to."""
    return set(GivenValues(ast.parse(source)).everywhere)


def _of_decorators(tree: ast.Module) -> Iterator[ast.AST]:
    """Whatever stands in decorators and in ``pytestmark``: it is read where it stands."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for decorator in node.decorator_list:
                yield from ast.walk(decorator)
        elif isinstance(node, ast.Assign) and any(last(target) == "pytestmark" for target in node.targets):
            yield from ast.walk(node.value)


def _first(call: ast.Call) -> ast.expr:
    """The argument of ``parametrize`` that names the arguments of the test."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == "argnames"]
    return [*named, *call.args, call.func][0]


def _argument_names(call: ast.Call) -> Iterator[str]:
    if any(keyword.arg == "indirect" for keyword in call.keywords):
        return  # fixtures get these
    names = _first(call)
    found = texts(names.elts if isinstance(names, (ast.List, ast.Tuple)) else [names])
    yield from (name.strip() for text in found for name in text.split(","))
