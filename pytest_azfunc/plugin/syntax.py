"""What statements and expressions of a file say, as far as it can be told without running them. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

_Blocks = (ast.If, ast.Try, ast.With, ast.AsyncWith, ast.For, ast.AsyncFor, ast.While)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a scope; those within ``if``, ``try`` and ``with`` too."""
    for statement in body:
        yield statement
        if isinstance(statement, _Blocks):
            for part in ("body", "orelse", "finalbody"):
                yield from statements(getattr(statement, part, []))
            for handler in getattr(statement, "handlers", []):
                yield from statements(handler.body)


def last(node: ast.AST) -> str:
    """The last name of ``a.b.c``."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def texts(nodes: Iterable[ast.AST]) -> list[str]:
    """The strings among the nodes."""
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def assigned(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """What a scope assigns to names: each name with its value."""
    for statement in statements(body):
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement.value
        elif (
            isinstance(statement, ast.AnnAssign)
            and statement.value is not None
            and isinstance(statement.target, ast.Name)
        ):
            yield statement.target.id, statement.value


def kept_texts(tree: ast.AST) -> set[str]:
    """The strings of a file that may be names of fixtures or arguments for somebody else to use.

    Those that are an argument of a call, or are compared, are used where they stand.
    """
    used: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and last(node.func) != "param":
            used.update(map(id, [*node.args, *(keyword.value for keyword in node.keywords)]))
        elif isinstance(node, ast.Compare):
            used.update(map(id, [node.left, *node.comparators]))
        elif isinstance(node, ast.Subscript):
            used.add(id(node.slice))
        elif isinstance(node, ast.Expr):  # a docstring
            used.add(id(node.value))
    return set(texts(node for node in ast.walk(tree) if id(node) not in used))
