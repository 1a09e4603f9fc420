"""The public names: all can be imported, have types for checkers, and are what the fixtures give."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pytest_azfunc
from pytest_azfunc import PayloadBuilders, errors, fixture_values
from tests.test_architecture import MODULES

SOURCE = Path(pytest_azfunc.__file__)


def imported_for_types(path: Path) -> dict[str, str]:
    """The names that a module imports from the package under ``TYPE_CHECKING``, and the module of each."""
    blocks = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.If)]
    statements = [found for block in blocks if "TYPE_CHECKING" in ast.unparse(block.test) for found in block.body]
    return {
        alias.asname or alias.name: str(statement.module)
        for statement in statements
        if isinstance(statement, ast.ImportFrom) and str(statement.module).startswith("pytest_azfunc")
        for alias in statement.names
    }


DECLARED = imported_for_types(SOURCE)


def test_type_checkers_know_the_same_names() -> None:
    assert sorted(DECLARED) == sorted(pytest_azfunc.__all__)


@pytest.mark.parametrize("name", pytest_azfunc.__all__)
def test_a_name_is_what_type_checkers_take_it_for(name: str) -> None:
    assert getattr(pytest_azfunc, name) is getattr(importlib.import_module(DECLARED[name]), name)
    assert inspect.getdoc(getattr(pytest_azfunc, name))


def test_every_exception_is_public() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert [kind.__name__ for kind in kinds if getattr(pytest_azfunc, kind.__name__, None) is not kind] == []


def test_there_are_no_other_names() -> None:
    with pytest.raises(AttributeError, match="module 'pytest_azfunc' has no attribute 'quue'"):
        _ = pytest_azfunc.quue  # type: ignore[attr-defined]
    assert set(pytest_azfunc.__all__) <= set(dir(pytest_azfunc))


def test_importing_the_package_imports_nothing_of_it() -> None:
    code = "import sys, pytest_azfunc; print([name for name in sys.modules if name.startswith('pytest_azfunc.')])"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"


# Fixtures


def fixtures() -> Iterator[tuple[str, str]]:
    """The plugin's fixtures, each with its return annotation."""
    for module, path in MODULES.items():
        if module.partition(".")[0] == "plugin":
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and "pytest.fixture" in map(ast.unparse, node.decorator_list):
                    yield node.name, ast.unparse(node.returns) if node.returns else ""


def test_what_fixtures_give_can_be_annotated() -> None:
    found = dict(fixtures())
    assert {"invoke": "Invoke", "ainvoke": "AsyncInvoke", "azfunc_trigger": "PayloadBuilders"}.items() <= found.items()
    assert [name for name, annotation in found.items() if annotation not in pytest_azfunc.__all__] == []


@pytest.mark.parametrize(
    ("protocol", "method"), [("Invoke", "invoke"), ("AsyncInvoke", "ainvoke"), ("ContextFactory", "context")]
)
def test_protocols_have_the_signatures_of_the_host(protocol: str, method: str) -> None:
    declared = inspect.signature(getattr(pytest_azfunc, protocol).__call__)
    actual = inspect.signature(getattr(pytest_azfunc.Host, method))
    assert str(declared) == str(actual)
    assert inspect.iscoroutinefunction(getattr(pytest_azfunc, protocol).__call__) == (method == "ainvoke")


# Payload builders


def test_every_builder_is_an_attribute_for_type_checkers() -> None:
    tree = ast.parse(Path(fixture_values.__file__).read_text(encoding="utf-8"))
    declared = {
        ast.unparse(node.targets[0]): ast.unparse(node.value)
        for found in ast.walk(tree)
        if isinstance(found, ast.ClassDef) and found.name == "PayloadBuilders"
        for node in ast.walk(found)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert declared == {name: f"staticmethod({name})" for name in pytest_azfunc.BUILDERS}


def test_every_builder_is_an_attribute_of_the_fixture() -> None:
    builders = PayloadBuilders(pytest_azfunc)
    for name in pytest_azfunc.BUILDERS:
        assert getattr(builders, name) is getattr(pytest_azfunc, name)
        assert name in dir(builders)


def test_a_builder_that_there_is_not() -> None:
    with pytest.raises(AttributeError, match="'PayloadBuilders' object has no attribute 'quue'"):
        _ = PayloadBuilders(pytest_azfunc).quue  # type: ignore[attr-defined]
