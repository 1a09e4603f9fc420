"""What it costs to index a large app of decorated functions."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc import Project

FUNCTION = """
@app.route(route="orders{0}/{{id}}", methods=["GET", "POST"])
@app.queue_output(arg_name="out", queue_name="orders", connection="Storage")
def order{0}(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse:
    out.set("x")
    return func.HttpResponse("x")
"""


@pytest.fixture(scope="module")
def large_app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("decorated")
    (root / "host.json").write_text('{"version": "2.0"}')
    functions = "".join(FUNCTION.format(number) for number in range(1000))
    (root / "function_app.py").write_text(f"import azure.functions as func\n\napp = func.FunctionApp()\n{functions}")
    return root


def import_and_get_functions(root: Path) -> int:
    """The least that anyone can do: import the script, and ask the SDK."""
    sys.path.append(str(root))
    try:
        return len(importlib.import_module("function_app").app.get_functions())
    finally:
        sys.path.remove(str(root))
        del sys.modules["function_app"]


@pytest.mark.parametrize("way", ["importing and get_functions", "Project.load"])
def test_indexing(benchmark: Any, large_app: Path, way: str) -> None:
    benchmark.group = "index 1,000 decorated functions"
    if way == "Project.load":
        assert len(benchmark(lambda: Project.load(large_app).functions)) == 1000
    else:
        assert benchmark(import_and_get_functions, large_app) == 1000
