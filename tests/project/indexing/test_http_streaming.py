"""Which apps stream HTTP, and what their functions may be annotated with; with a web extension made up here."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from pytest_azfunc.errors import AppIndexError
from pytest_azfunc.project import Project
from tests.project.app_on_disk import HOST, write_app, write_text

PACKAGE = "azurefunctions.extensions.http.fastapi"
IMPORT = f"from {PACKAGE} import Request, Response\n"
ROUTE = "@app.route()\ndef good(req{}){}: ...\n"


@pytest.fixture(autouse=True)
def _in_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # so that places are shown short


@pytest.fixture(autouse=True)
def extension(monkeypatch: pytest.MonkeyPatch) -> None:
    """The web extension, as if some app of this process had imported it already."""

    class Request: ...

    class Response: ...

    def checks(*allowed: type) -> SimpleNamespace:
        return SimpleNamespace(check_type=lambda kind: isinstance(kind, type) and issubclass(kind, allowed))

    made: dict[str, ModuleType] = {}
    for name in (*_parents(f"{PACKAGE}.web"), "azurefunctions.extensions.base"):
        made[name] = module = ModuleType(name)
        module.__path__ = []
        monkeypatch.setitem(sys.modules, name, module)
        parent, _, leaf = name.rpartition(".")
        if parent:
            setattr(made[parent], leaf, module)
    vars(made[PACKAGE]).update(Request=Request, Response=Response)
    vars(made["azurefunctions.extensions.base"]).update(
        ModuleTrackerMeta=SimpleNamespace(get_module=lambda: f"{PACKAGE}.web"),
        RequestTrackerMeta=checks(Request),
        ResponseTrackerMeta=checks(Response, str, dict),
    )


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]


def load(root: Path, script: str, **files: str) -> Project:
    write_app(root, {}, HOST)
    for name, content in {
        "function_app": "import azure.functions as func\napp = func.FunctionApp()\n" + script,
        **files,
    }.items():
        write_text(root / f"{name.replace('__', '/')}.py", content)
    return Project.load(root)


@pytest.mark.parametrize(
    "statement",
    [
        f"import {PACKAGE}",
        f"import {PACKAGE} as web",
        f"import {PACKAGE}.web",
        IMPORT,
        f"import os, {PACKAGE}",
        "from azurefunctions.extensions.http import fastapi",
        "from azurefunctions.extensions.http import fastapi as web",
        f"if True:\n    import {PACKAGE}",
        f"try:\n    import {PACKAGE}\nexcept ImportError: ...",
        f"try:\n    import nothing_like_this\nexcept ImportError:\n    import {PACKAGE}",
        f"with open(__file__):\n    import {PACKAGE}",
        f"class A:\n    import {PACKAGE}",
        f"import importlib\nweb = importlib.import_module('{PACKAGE}')",
        f"from typing import TYPE_CHECKING\nif TYPE_CHECKING: ...\nelse:\n    import {PACKAGE}",
    ],
)
def test_apps_that_stream(tmp_path: Path, statement: str) -> None:
    project = load(tmp_path, f"{statement}\n{ROUTE.format('', '')}")
    assert project.functions["good"].streams_http


@pytest.mark.parametrize(
    "statement",
    [
        "",
        f"# import {PACKAGE}",
        f"'''\nimport {PACKAGE}\n'''",
        f"PACKAGE = '{PACKAGE}'",
        f"def later():\n    import {PACKAGE}",
        f"async def later():\n    import {PACKAGE}",
        f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {PACKAGE}",
        f"import typing\nif typing.TYPE_CHECKING:\n    import {PACKAGE}",
        "import azurefunctions.extensions.http",
        "from azurefunctions.extensions import http",
        "import azurefunctions.extensions.base",
    ],
)
def test_apps_that_do_not(tmp_path: Path, statement: str) -> None:
    project = load(tmp_path, f"{statement}\n{ROUTE.format(': func.HttpRequest', ' -> func.HttpResponse')}")
    assert not project.functions["good"].streams_http


def test_a_module_of_the_app_may_import_it(tmp_path: Path) -> None:
    project = load(
        tmp_path,
        "from orders import bp\napp.register_functions(bp)\n@app.timer_trigger('t', '0 0 * * * *')\ndef tick(t): ...\n",
        orders=f"import azure.functions as func\n{IMPORT}bp = func.Blueprint()\n@bp.route()\ndef order(req: Request): ...\n",
    )
    assert {name: function.streams_http for name, function in project.functions.items()} == {
        "order": True,
        "tick": False,
    }


def test_neither_tests_nor_a_virtual_environment_are_the_apps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("test_it.py", "conftest.py", ".venv/lib/site-packages/library.py"):
        write_text(tmp_path / name, IMPORT)
        module = ModuleType(name)
        module.__file__ = str(tmp_path / name)
        monkeypatch.setitem(sys.modules, name, module)
    assert not load(tmp_path, ROUTE.format(": func.HttpRequest", "")).functions["good"].streams_http


def test_a_deployed_library_is(tmp_path: Path) -> None:
    library = {".python_packages/lib/site-packages/library": IMPORT}
    project = load(tmp_path, f"import library\n{ROUTE.format('', '')}", **library)
    assert project.functions["good"].streams_http


@pytest.mark.parametrize(
    ("request_", "returns"),
    [("", ""), (": Request", ""), (": Request", " -> Response"), (": Request", " -> str"), ("", " -> dict")],
)
def test_annotations(tmp_path: Path, request_: str, returns: str) -> None:
    assert list(load(tmp_path, IMPORT + ROUTE.format(request_, returns)).functions) == ["good"]


def test_requests_of_another_kind(tmp_path: Path) -> None:
    project = load(tmp_path, IMPORT + ROUTE.format(": func.HttpRequest", ""))
    assert isinstance(project.index_error, AppIndexError)
    assert str(project.index_error).splitlines() == [
        f"good.req: the request 'req' is annotated func.HttpRequest, but this app imports {PACKAGE}.",
        "  where:  function_app.py:4",
        "  Azure:  the worker indexes no function of the app: 0 functions found.",
        "  remedy: annotate its Request, as every HTTP function of such an app must, or leave the annotation out.",
        "  rule:   annotation-streaming",
    ]


@pytest.mark.parametrize(
    ("annotation", "shown"), [("func.HttpResponse", "func.HttpResponse"), ("bytes", "bytes"), ("int", "int")]
)
def test_responses_of_another_kind(tmp_path: Path, annotation: str, shown: str) -> None:
    project = load(tmp_path, IMPORT + ROUTE.format("", f" -> {annotation}"))
    assert str(project.index_error).splitlines() == [
        f"good: the return annotation {shown} is none that {PACKAGE} makes a response of.",
        "  where:  function_app.py:4",
        "  Azure:  the worker indexes no function of the app: 0 functions found.",
        "  remedy: annotate one of its responses, a pydantic model, str, dict, list, int, float or bool, or leave it out.",
        "  rule:   return-annotation-streaming",
    ]


def test_other_bindings_keep_their_rules(tmp_path: Path) -> None:
    queue = "@app.queue_trigger('msg', 'q', 'C')\ndef order(msg: {}): ...\n"
    assert list(load(tmp_path / "good", IMPORT + queue.format("func.QueueMessage")).functions) == ["order"]
    error = load(tmp_path / "bad", IMPORT + queue.format("Request")).index_error
    assert isinstance(error, AppIndexError)
    assert error.rule == "annotation-mismatch"
