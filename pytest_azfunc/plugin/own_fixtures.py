"""Which fixtures a file or a class defines, or takes from files of its own: found out from its text. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_azfunc.plugin.syntax import Function, assigned, last, statements, texts

PACKAGE = "pytest_azfunc"


def own_fixtures(body: list[ast.stmt]) -> Iterator[str]:
    """Names of the fixtures that a scope may define: by a decorator, whoever's, or by what it assigns."""
    for statement in statements(body):
        if isinstance(statement, Function):
            fixture = fixture_name(statement)
            if fixture is not None:
                yield fixture
            elif statement.decorator_list:
                yield statement.name
    yield from (name for name, value in assigned(body) if not isinstance(value, ast.Constant))


def fixture_name(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    """The name of the fixture that a function is; None where it is none."""
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if last(called).endswith("fixture"):
            for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
                if keyword.arg == "name":
                    return next(iter(texts([keyword.value])), function.name)
            return function.name
    return None


def imported(body: list[ast.stmt]) -> Iterator[str]:
    """Names that a scope imports: a fixture may come that way."""
    for statement in statements(body):
        if isinstance(statement, ast.ImportFrom) and not is_package(statement.module):
            yield from (alias.asname or alias.name for alias in statement.names)


def starred(body: list[ast.stmt]) -> Iterator[str]:
    """Modules of which a scope imports all names, with a dot for each level that they are relative to."""
    for statement in statements(body):
        if (
            isinstance(statement, ast.ImportFrom)
            and statement.names[0].name == "*"
            and not is_package(statement.module)
        ):
            yield "." * statement.level + (statement.module or "")


def is_package(name: str | None) -> bool:
    """Whether it is the name of this package, or of a module of it."""
    return name is not None and name.partition(".")[0] == PACKAGE
