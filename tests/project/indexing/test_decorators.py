"""Decorator apps as a bare ``Project.load`` reads them: the same frozen objects as function.json gives, or the cause."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from pytest_azfunc import FunctionLoadError, FunctionNotFound, Project, ProjectError, UnsupportedFeature
from pytest_azfunc.errors import AppIndexError, Location
from tests.project.app_on_disk import HOST, write_app, write_text

HEAD = "import azure.functions as func\napp = func.FunctionApp()\n"


def load(root: Path, script: str, host: Any = HOST, **files: str) -> Project:
    """An app with this script below an app object on line 2; further files by name, with ``__`` for a slash."""
    write(root, script, host, **files)
    return Project.load(root)


def write(root: Path, script: str, host: Any = HOST, **files: str) -> None:
    write_app(root, {}, host)
    for name, content in {"function_app": HEAD + dedent(script), **files}.items():
        write_text(root / f"{name.replace('__', '/')}.py", dedent(content))


@pytest.fixture(autouse=True)
def _in_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # so that places are shown short


# What is read


def test_functions_and_bindings(tmp_path: Path) -> None:
    project = load(
        tmp_path,
        """
        @app.route(route="orders/{id}", methods=["get", func.HttpMethod.POST])
        @app.queue_output(arg_name="receipt", queue_name="receipts", connection="Storage")
        def place_order(req: func.HttpRequest, receipt: func.Out[str]) -> func.HttpResponse: ...

        @app.function_name("Nightly")
        @app.timer_trigger(arg_name="timer", schedule="%SCHEDULE%", run_on_startup=False)
        @app.retry(strategy="fixed_delay", max_retry_count="3", delay_interval="00:00:61")
        async def nightly(timer): ...

        @app.event_hub_message_trigger(arg_name="many", event_hub_name="hub", connection="C", cardinality="many",
                                       data_type="binary")
        def events(many): ...
        """,
    )
    assert project.model == "decorators"
    assert list(project.functions) == ["events", "Nightly", "place_order"]
    assert (dict(project.errors), project.excluded, project.index_error) == ({}, (), None)

    order = project.functions["PLACE_ORDER"]
    assert {name: (b.type, b.direction) for name, b in order.bindings.items()} == {
        "receipt": ("queue", "out"),
        "req": ("httpTrigger", "in"),
        "$return": ("http", "out"),
    }
    properties = order.trigger.properties
    assert (properties["route"], properties["methods"], properties["authLevel"]) == (
        "orders/{id}",
        ["GET", "POST"],
        "function",
    )
    assert (order.directory, order.script_file, order.entry_point) == (
        tmp_path,
        tmp_path / "function_app.py",
        "place_order",
    )
    assert (order.http_type, order.retry) == ("function", None)
    assert order.user_function is not None
    assert order.user_function.__name__ == "place_order"

    nightly = project.functions["nightly"]
    assert (nightly.name, nightly.entry_point) == ("Nightly", "nightly")
    assert nightly.trigger.properties["schedule"] == "%SCHEDULE%"
    assert nightly.retry is not None
    assert (nightly.retry.strategy, nightly.retry.max_retry_count) == ("fixedDelay", 3)
    assert nightly.retry.delay_interval == timedelta(seconds=61)

    trigger = project.functions["events"].trigger
    assert (trigger.cardinality, trigger.data_type) == ("many", "binary")


def test_places(tmp_path: Path) -> None:
    project = load(
        tmp_path,
        """
        @app.function_name("Order")
        @app.route(route="orders")
        @app.queue_output(
            arg_name="receipt", queue_name="receipts", connection="Storage")
        def order(req, receipt): ...
        """,
    )
    function, file = project.functions["Order"], str(tmp_path / "function_app.py")
    assert function.location == Location(file, 4)
    assert {name: b.location for name, b in function.bindings.items()} == {
        "receipt": Location(file, 6),
        "req": Location(file, 5),
        "$return": Location(file, 5),
    }


def test_blueprints_take_the_level_of_the_app_that_registers_them(tmp_path: Path) -> None:
    project = load(
        tmp_path,
        "from orders.blueprint import bp\napp.register_functions(bp)",
        orders__blueprint="""
        import azure.functions as func
        bp = func.Blueprint()

        @bp.route()
        def placed(req): ...
        """,
        orders____init__="",
    )
    function = project.functions["placed"]
    assert function.trigger.properties["authLevel"] == "function"
    assert function.directory == tmp_path / "orders"
    assert function.location == Location(str(tmp_path / "orders" / "blueprint.py"), 5)


def test_the_two_models_give_equal_bindings(tmp_path: Path) -> None:
    decorated = load(
        tmp_path / "decorated",
        """
        @app.queue_trigger(arg_name="msg", queue_name="orders", connection="C", data_type="string")
        def order(msg): ...
        """,
    )
    json = {"name": "msg", "type": "queueTrigger", "queueName": "orders", "connection": "C", "dataType": "string"}
    written = Project.load(write_app(tmp_path / "written", {"order": [{**json, "direction": "in"}]}))
    mine, other = decorated.functions["order"].trigger, written.functions["order"].trigger
    assert (mine.name, mine.type, mine.direction, mine.data_type) == (
        other.name,
        other.type,
        other.direction,
        other.data_type,
    )
    assert {k.lower(): v for k, v in mine.properties.items()} == {k.lower(): v for k, v in other.properties.items()}


@pytest.mark.parametrize(
    "script", ["", "bp = func.Blueprint()\napp.register_functions(bp)\n@bp.route()\ndef f(req): ..."]
)
def test_an_app_without_functions(tmp_path: Path, script: str) -> None:
    project = load(tmp_path, script)
    assert (dict(project.functions), dict(project.errors), project.index_error) == ({}, {}, None)
    with pytest.raises(FunctionNotFound, match="Known: none"):
        project.find("f")


def test_the_list_of_host_json_counts_too(tmp_path: Path) -> None:
    script = "@app.route()\ndef one(req): ...\n@app.route()\ndef two(req): ..."
    project = load(tmp_path, script, {"version": "2.0", "functions": ["ONE"]})
    assert (list(project.functions), project.excluded) == (["one"], ("two",))


def test_function_json_beside_it_is_ignored(tmp_path: Path) -> None:
    write_app(tmp_path, {"Old": [{"type": "queueTrigger", "name": "msg", "queueName": "q"}]})
    assert list(load(tmp_path, "@app.route()\ndef new(req): ...").functions) == ["new"]


# When and where it runs


def test_reading_imports_nothing_and_loading_indexes(tmp_path: Path) -> None:
    project = load(tmp_path, "raise RuntimeError('imported')")
    assert repr(Project.read(tmp_path)) == f"<Project {tmp_path}: function_app.py, not indexed yet>"
    assert repr(project) == f"<Project {tmp_path}: 0 functions, 0 errors>"
    assert str(project.index_error) == "imported"


def test_it_is_read_once_and_the_process_is_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FROM_FILE", raising=False)
    write_text(tmp_path / "local.settings.json", '{"Values": {"FROM_FILE": "lent"}}')
    write(
        tmp_path,
        """
        import logging, os, sys, warnings
        assert os.environ["FROM_FILE"] == "lent"
        assert os.getcwd() == os.path.dirname(__file__)
        with open("imports.txt", "a") as file: file.write("x")
        os.environ["CHANGED"] = "yes"
        sys.path.insert(0, "/somewhere")
        logging.getLogger().setLevel(5)
        logging.getLogger("shop").disabled = True
        warnings.simplefilter("ignore")

        @app.timer_trigger(arg_name="t", schedule="0 0 * * * *")
        def f(t): ...
        """,
    )
    root = tmp_path / "elsewhere"
    root.mkdir()
    monkeypatch.chdir(root)
    import logging
    import warnings

    def state() -> list[Any]:
        loggers = [logging.root.level, logging.root.handlers[:], logging.getLogger("shop").disabled]
        return [dict(os.environ), os.getcwd(), sys.path[:], "function_app" in sys.modules, loggers, warnings.filters[:]]

    import azure.functions  # noqa: F401 - what it changes is not the app's doing

    before = state()
    project = Project.load(tmp_path)
    assert list(project.functions) == ["f"]
    assert list(project.functions) == ["f"]
    assert state() == before
    assert (tmp_path / "imports.txt").read_text() == "x"


def test_two_apps_have_modules_of_their_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        load(
            tmp_path / name,
            "import shared\n@app.function_name(shared.NAME)\n@app.route()\ndef f(req): ...",
            shared=f"NAME = '{name}'",
        )
    projects = [Project.load(tmp_path / name) for name in ("one", "two")]
    assert [list(project.functions) for project in projects] == [["one"], ["two"]]


def test_the_app_object_is_left_as_it_was(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    project = load(tmp_path, "@app.timer_trigger(arg_name='t', schedule='0 0 * * * *')\ndef f(t): ...")
    function = project.functions["f"].user_function
    assert function is not None
    assert caplog.records == []  # of the SDK's warning that authorization is no use here
    app = function.__globals__["app"]
    assert [found.get_function_name() for found in app.get_functions()] == ["f"]


# The script's name


@pytest.mark.parametrize("where", ["environment", "file"])
def test_a_script_of_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    write_text(tmp_path / "my-app.py", HEAD + "@app.route()\ndef hello(req): ...")
    write_app(tmp_path, {})
    monkeypatch.delenv("PYTHON_SCRIPT_FILE_NAME", raising=False)
    if where == "file":
        write_text(tmp_path / "local.settings.json", '{"Values": {"PYTHON_SCRIPT_FILE_NAME": "my-app.py"}}')
    else:
        monkeypatch.setenv("PYTHON_SCRIPT_FILE_NAME", "my-app.py")
    assert list(Project.load(tmp_path).functions) == ["hello"]


def test_a_script_that_is_not_there_means_function_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_SCRIPT_FILE_NAME", "other.py")
    project = load(tmp_path, "@app.route()\ndef hello(req): ...")
    assert (project.model, dict(project.functions)) == ("function.json", {})


@pytest.mark.parametrize("name", ["", "src/main.py", "a.b.py"])
def test_a_name_that_no_script_may_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("PYTHON_SCRIPT_FILE_NAME", name)
    write_app(tmp_path, {})
    if name:
        write_text(tmp_path / name, HEAD)
    error = Project.load(tmp_path).index_error
    assert str(error).splitlines() == [
        "the value of PYTHON_SCRIPT_FILE_NAME is no name that the worker takes for a script.",
        "  where:  .",
        "  Azure:  the worker indexes no function of the app: 0 functions found.",
        "  remedy: write the name of a .py file in the app's folder: letters, digits, '_' and '-' only, no folder.",
        "  rule:   script-name",
    ]


# What hides the whole app


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("del app", "function_app.py has no function app at its top level."),
        (
            "apps = [app]\ndel app",
            "function_app.py has no function app at its top level. The one inside 'apps' is not seen.",
        ),
        (
            "app = func.Blueprint()",
            "function_app.py has no function app at its top level. 'app' is a Blueprint, which the worker passes over: "
            "register it with an app.",
        ),
        (
            "application = app",
            "function_app.py has more than one function app at its top level: 'app' and 'application'. "
            "They are the same object: one name must go.",
        ),
        (
            "api = func.FunctionApp()",
            "function_app.py has more than one function app at its top level: 'app' and 'api'.",
        ),
    ],
)
def test_app_objects(tmp_path: Path, script: str, problem: str) -> None:
    lines = str(load(tmp_path, script).index_error).splitlines()
    assert lines[:3] == [
        problem,
        "  where:  function_app.py",
        "  Azure:  the worker indexes no function of the app: 0 functions found.",
    ]


@pytest.mark.parametrize("name", ["app", "application", "_hidden"])
def test_the_app_may_have_any_name(tmp_path: Path, name: str) -> None:
    script = "@app.route()\ndef hello(req): ..." + ("" if name == "app" else f"\n{name} = app\ndel app")
    assert list(load(tmp_path, script).functions) == ["hello"]


GOOD = "@app.route()\ndef good(req): ...\n"
# Where Python sees a decorator being applied: at the decorator, or at the function in older versions.
APPLIED = 0 if sys.version_info >= (3, 11) else 1


@pytest.mark.parametrize(
    ("script", "kind", "text", "line"),
    [
        ("import nothing_like_this", ModuleNotFoundError, "No module named 'nothing_like_this'", 3),
        ("import os\nos.environ['ORDERS_URL']", KeyError, "'ORDERS_URL'", 4),
        ("def f(:", SyntaxError, "invalid syntax (function_app.py, line 3)", 3),
        (
            "import asyncio\nasync def f(): ...\nc = f()\ntry: asyncio.run(c)\nfinally: c.close()",
            RuntimeError,
            "asyncio.run() cannot be called from a running event loop",
            6,
        ),
        ("@app.route(methods='GET')\ndef f(req): ...", KeyError, None, 3 + APPLIED),
        ("@app.route(auth_level='nobody')\ndef f(req): ...", KeyError, None, 3 + APPLIED),
        ("app = func.FunctionApp(http_auth_level='anonymous')", KeyError, "'anonymous'", 3),
        ("@app.timer_trigger('t', '0 * * * * *')\n@app.route()\ndef f(req): ...", ValueError, None, 3 + 2 * APPLIED),
        ("@app.route(5 / 0)\ndef f(req): ...", ZeroDivisionError, "division by zero", 3),
        ("app.register_functions(app)", TypeError, "functions can not be type of FunctionRegister!", 3),
    ],
)
def test_what_the_script_raises(tmp_path: Path, script: str, kind: type, text: str | None, line: int) -> None:
    project = load(tmp_path, script)
    error, failure = project.index_error, project.failure
    assert type(error) is kind
    assert text is None or str(error) == text
    assert failure is not None
    assert failure.location == Location(str(tmp_path / "function_app.py"), line)
    assert (failure.function, failure.lost) == (None, ())
    with pytest.raises(Exception) as raised:
        project.find("anything")
    assert raised.value is error
    assert error is not None
    steps = traceback.extract_tb(failure.traceback)
    last = [step for step in steps if step.filename not in (os.__file__, "<frozen os>")][-1:]
    is_shown = isinstance(error, SyntaxError) or [(step.filename, step.lineno) for step in last] == [
        (str(tmp_path / "function_app.py"), line)
    ]
    place = "" if is_shown else f" (function_app.py:{line})"
    note = f"azfunc: raised while function_app.py was imported{place}. In Azure the worker indexes no function of the app then: 0 functions found."
    assert error.__notes__[0].startswith(note)  # type: ignore[attr-defined, unused-ignore]


@pytest.mark.parametrize(
    ("bad", "kind", "text", "hint"),
    [
        ("@app.function_name('bad')\ndef bad(): ...", ValueError, "Function bad does not have a trigger. A valid function must have one and only one trigger registered.", "Add the decorator of a trigger, such as @app.route() or @app.queue_trigger(...)."),
        ("@app.function_name('good')\n@app.route()\ndef bad(req): ...", ValueError, "Function good does not have a unique function name. Please change @app.function_name() or the function method name to be unique.", "The other one is at function_app.py:3."),
        ("@app.retry('fixed_delay', '3')\n@app.route()\ndef bad(req): ...", TypeError, None, "@app.retry with strategy='fixed_delay' needs delay_interval, such as '00:00:30'."),
        ("@app.retry('fixed_delay', 'three', '00:00:01')\n@app.route()\ndef bad(req): ...", ValueError, "invalid literal for int() with base 10: 'three'", "max_retry_count of @app.retry is a whole number, such as '3', or '-1' for ever."),
        ("@app.retry('fixed_delay', '3', '30')\n@app.route()\ndef bad(req): ...", ValueError, None, "An interval of @app.retry is written hh:mm:ss, such as '00:00:30', below a day."),
        ("@app.retry('sometimes', '3', minimum_interval='00:00:01', maximum_interval='00:00:02')\n@app.route()\ndef bad(req): ...", ValueError, 'unknown enum label "sometimes"', "The strategies of @app.retry are 'fixed_delay' and 'exponential_backoff', not 'sometimes'."),
        ("@app.route()\ndef bad(req: 'Nothing'): ...", NameError, "name 'Nothing' is not defined", ""),
        ("@app.generic_trigger('req', 'someTrigger', odd=object())\ndef bad(req): ...", TypeError, "Object of type object is not JSON serializable", ""),
    ],
)  # fmt: skip
def test_one_function_hides_the_whole_app(tmp_path: Path, bad: str, kind: type, text: str | None, hint: str) -> None:
    project = load(tmp_path, GOOD + bad)
    failure = project.failure
    assert failure is not None
    assert type(failure.error) is kind
    assert text is None or str(failure.error) == text
    assert (failure.location, failure.lost) == (Location(str(tmp_path / "function_app.py"), 5), ("good",))
    assert (dict(project.functions), dict(project.errors)) == ({}, {})
    with pytest.raises(kind):
        project.find("good")
    name = "good" if "good" in bad else "bad"
    assert failure.error.__notes__ == [  # type: ignore[attr-defined, unused-ignore]
        f"azfunc: raised for the function {name!r} (function_app.py:5) while it was indexed. In Azure the worker "
        f"indexes no function of the app then: 0 functions found. Lost with it: good. {hint}".rstrip()
    ]


@pytest.mark.parametrize("given", ["", ", minimum_interval='00:00:01'", ", maximum_interval='00:00:09'"])
def test_a_growing_delay_without_both_its_ends(tmp_path: Path, given: str) -> None:
    """Azure runs Python 3.13 with another worker than 3.12 and older, where this hides the whole app."""
    project = load(tmp_path, GOOD + f"@app.retry('exponential_backoff', '3'{given})\n@app.route()\ndef f(req): ...")
    if sys.version_info < (3, 13):
        assert type(project.index_error) is TypeError
        assert project.failure is not None
        assert project.failure.function == "f"
    else:
        retry = project.functions["f"].retry
        assert retry is not None
        assert retry.minimum_interval == timedelta(seconds=1 if "minimum" in given else 0)
        assert retry.maximum_interval == timedelta(seconds=9 if "maximum" in given else 2**31 - 1)


@pytest.mark.parametrize("frozen", [False, True])
def test_the_garbage_collector_is_as_it_was(tmp_path: Path, frozen: bool) -> None:
    try:
        if frozen:
            gc.freeze()
        some_were_frozen = gc.get_freeze_count() > 0  # by the interpreter itself in Python 3.12
        assert load(tmp_path, GOOD).functions
        assert gc.isenabled()
        assert (gc.get_freeze_count() > 0) == some_were_frozen
    finally:
        gc.unfreeze()


def test_a_signature_hides_the_whole_app(tmp_path: Path) -> None:
    project = load(tmp_path, GOOD + "@app.route()\ndef bad(req, limit=5): ...")
    failure = project.failure
    assert failure is not None
    assert isinstance(failure.error, AppIndexError)
    assert str(failure.error).splitlines() == [
        "bad: the following parameters are declared in Python but not in the decorators: limit.",
        "  where:  function_app.py:5",
        "  Azure:  the worker indexes no function of the app: 0 functions found.",
        "  remedy: correct the name, add a binding for it, or remove the parameter; a default value does not help.",
        "  rule:   params-missing-in-decorators",
    ]
    assert (failure.function, failure.lost) == ("bad", ("good",))


@pytest.mark.parametrize(
    ("function", "rule"),
    [
        ("def bad(): ...", "params-missing-in-python"),
        ("def bad(req, *rest): ...", "params-missing-in-decorators"),
        ("def bad(req: int): ...", "annotation-mismatch"),
        ("def bad(req: {}): ...", "non-type-annotation"),
        ("def bad(req) -> dict: ...", "return-annotation-mismatch"),
        ("def bad(req) -> None: ...", "return-annotation-mismatch"),
        ("def bad(req: func.Out[str]): ...", "in-annotated-out"),
        ("def bad(req, context: int): ...", "context-annotation"),
        ("def bad(req, ctx: func.Context): ...", "params-missing-in-decorators"),
    ],
)
def test_signatures(tmp_path: Path, function: str, rule: str) -> None:
    error = load(tmp_path, f"@app.route()\n{function}").index_error
    assert isinstance(error, AppIndexError)
    assert error.rule == rule


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        (
            """
            def logged(function):
                def inner(*args, **kwargs): ...
                return inner

            @app.route()
            @logged
            def f(req): ...
            """,
            [
                "inner: the following parameters are declared in Python but not in the decorators: args, kwargs.",
                "  where:  function_app.py:5",
                "  Azure:  the worker indexes no function of the app: 0 functions found.",
                "  remedy: write @functools.wraps(function) in the decorator that has them: it hides the function's own "
                "parameters.",
            ],
        ),
        (
            "@app.route()\n@app.function_name\ndef f(req): ...",
            [
                "decorator: the following parameters are declared in Python but not in the decorators: func.",
                "  where:  function_app.py",
                "  Azure:  the worker indexes no function of the app: 0 functions found.",
                "  remedy: write the parentheses of the SDK's decorator: without them it takes the function for an "
                "argument.",
            ],
        ),
        (
            "@app.queue_trigger(arg_name=None, queue_name='q', connection='C')\ndef f(msg): ...",
            [
                "f: the following parameters are declared in Python but not in the decorators: msg.",
                "  where:  function_app.py:3",
            ],
        ),
        (
            "@app.queue_trigger(arg_name=5, queue_name='q', connection='C')\ndef f(): ...",
            ["f: the following parameters are declared in the decorators but not in Python: 5.", "  where:  function_app.py:3"],
        ),
        (
            # As Durable Functions makes one of a function of the app.
            """
            from durable import made
            def orchestrator(ctx): ...

            app.generic_trigger(arg_name="ctx", type="orchestrationTrigger")(made(orchestrator))
            """,
            [
                "handle.ctx: Durable Functions passes the context of an orchestrator or entity as 'context', not as 'ctx'.",
                "  where:  function_app.py:5",
            ],
        ),
    ],
    ids=["no wraps", "no parentheses", "no name", "a number for a name", "a context of Durable Functions"],
)  # fmt: skip
def test_the_cause_and_its_place(tmp_path: Path, script: str, lines: list[str]) -> None:
    durable = """
        def made(function):
            def handle(context: int): ...
            handle.orchestrator_function = function
            return handle
    """
    project = load(tmp_path, script, **{".python_packages__lib__site-packages__durable": durable})
    assert str(project.index_error).splitlines()[: len(lines)] == lines


@pytest.mark.parametrize(
    "function",
    [
        "def f(req: 'func.HttpRequest', context: func.Context) -> str: ...",
        "async def f(req, *, context): ...",
        "def f(req=[]): ...",
    ],
)
def test_signatures_that_load(tmp_path: Path, function: str) -> None:
    assert list(load(tmp_path, f"@app.route()\n{function}").functions) == ["f"]


def test_sys_exit(tmp_path: Path) -> None:
    error = load(tmp_path, "import sys\nsys.exit(3)").index_error
    assert str(error).splitlines() == [
        "function_app.py calls sys.exit() while it is imported.",
        "  where:  function_app.py:4",
        "  Azure:  the worker process ends and the host starts it again, over and over.",
        "  remedy: keep sys.exit() for scripts: guard it with if __name__ == '__main__'.",
        "  rule:   import-exits",
    ]


@pytest.mark.parametrize(
    ("script", "line"),
    [
        ("import config", "config.py:3"),
        ("import argparse\nargparse.ArgumentParser(prog='x').parse_args(['--no-such'])", "function_app.py:4"),
        (
            "class Mine(func.FunctionApp):\n    def get_functions(self): raise SystemExit\napp = Mine()",
            "function_app.py:4",
        ),
    ],
    ids=["in another module", "in a library", "when functions are asked for"],
)
def test_the_line_that_exits(tmp_path: Path, script: str, line: str) -> None:
    failure = load(tmp_path, script, config="def check():\n    import sys\n    sys.exit('no')\ncheck()").failure
    assert failure is not None
    assert isinstance(failure.error, FunctionLoadError)
    assert (failure.error.rule, str(failure.location)) == ("import-exits", line)


def test_what_is_no_exception_but_raised(tmp_path: Path) -> None:
    failure = load(tmp_path, "class Stop(BaseException): ...\nraise Stop('mine')").failure
    assert failure is not None
    assert (repr(failure.error), str(failure.location)) == ("Stop('mine')", "function_app.py:4")
    if sys.version_info >= (3, 11):
        assert failure.error.__notes__ == [
            "azfunc: raised while function_app.py was imported. "
            "In Azure the worker gives no answer then, and no function of the app runs."
        ]


@pytest.mark.parametrize(
    ("script", "hint"),
    [
        ("import nothing_like_this", "Is the package in requirements.txt?"),
        ("from azure.no_such_sdk import client", "Is the package in requirements.txt?"),
        ("from other import missing", ""),
        (
            "from . import other",
            "A module that is imported by its bare name is in no package: import what lies beside "
            "it by its bare name too, without the dot.",
        ),
        (
            "from __app__.other import x",
            "Only function.json apps have a package __app__: import the module by its bare name.",
        ),
        (
            "{}['a']",
            "If the key is an app setting: it is not in local.settings.json, the environment, or "
            "@pytest.mark.azfunc(settings={...}).",
        ),
        (
            "func.FunctionApp(http_auth_level='anonymous')",
            "http_auth_level is 'FUNCTION', 'ANONYMOUS' or 'ADMIN', in capitals.",
        ),
        ("@app.route(auth_level='nobody')\ndef f(req): ...", ""),
        ("@app.route(methods='GET')\ndef f(req): ...", 'methods is a list, such as methods=["GET"].'),
        ("1 / 0", ""),
        ("@app.route()\ndef f(req): ...\n@app.route('x')\ndef f(req): ...", "The other one is at function_app.py:3."),
        (
            "bp = func.Blueprint()\n@bp.route()\ndef f(req): ...\n" + 2 * "app.register_functions(bp)\n",
            "It is there twice, with a blueprint that is registered twice.",
        ),
        (
            "@app.function_name('f')\ndef f(req): ...",
            "Add the decorator of a trigger, such as @app.route() or @app.queue_trigger(...).",
        ),
        (
            "@app.function_name('f')\n@app.generic_input_binding('client', 'durableClient')\ndef f(req, client): ...",
            "@app.durable_client_input drops what stands below it: write it below the trigger.",
        ),
    ],
)
def test_hints(tmp_path: Path, script: str, hint: str) -> None:
    failure = load(tmp_path, script, other="x = 1").failure
    assert failure is not None
    assert failure.hint == hint
    if sys.version_info >= (3, 11):
        assert failure.error.__notes__[0].endswith(hint)


@pytest.mark.parametrize("raised", ["KeyboardInterrupt()", "pytest.skip('mine')", "pytest.fail('mine')"])
def test_what_is_meant_for_whoever_runs_the_tests(tmp_path: Path, raised: str) -> None:
    write(tmp_path / "other", "import azure.functions as func\napp = func.FunctionApp()")
    Project.load(tmp_path / "other")  # what the first app needs of the package is imported then
    before = (os.getcwd(), list(sys.path), dict(os.environ), set(sys.modules))
    write(tmp_path, f"import os, pytest\nos.environ['MINE'] = '1'\nos.chdir('/')\nraise {raised}")
    with pytest.raises((KeyboardInterrupt, pytest.skip.Exception, pytest.fail.Exception)):
        Project.load(tmp_path)
    assert (os.getcwd(), list(sys.path), dict(os.environ), set(sys.modules)) == before


@pytest.mark.parametrize(("made", "kind"), [("[5]", AttributeError), ("5", TypeError), ("1 / 0", ZeroDivisionError)])
def test_an_apps_own_get_functions_may_go_wrong(tmp_path: Path, made: str, kind: type) -> None:
    script = f"class Mine(func.FunctionApp):\n    def get_functions(self): return {made}\napp = Mine()"
    error = load(tmp_path, script).index_error
    assert type(error) is kind
    if sys.version_info >= (3, 11):
        assert error is not None
        assert error.__notes__ == [
            "azfunc: raised while the functions of function_app.py were read. "
            "In Azure the worker indexes no function of the app then: 0 functions found."
        ]


# What drops single functions


@pytest.mark.parametrize(
    ("script", "name", "lines"),
    [
        (
            "@app.route()\ndef _private(req): ...",
            "_private",
            [
                "_private: '_private' is not a valid function name.",
                "  where:  function_app.py:5",
                "  remedy: rename the function, or write @app.function_name(...): a letter, then up to 127 letters, digits, '_' or '-'; not 'host'.",
                "  rule:   function-name",
            ],
        ),
        (
            "@app.route()\n@app.queue_output('an__out', 'q', 'C')\ndef f(req, an__out): ...",
            "f",
            [
                'f: "an__out" is not a valid binding name.',
                "  where:  function_app.py:5",
                "  remedy: rename it (and the parameter): letters, digits and underscores, at most 128, no digit first and no two underscores in a row.",
                "  rule:   binding-name",
            ],
        ),
        (
            "@app.route(route='admin/x')\ndef f(req): ...",
            "f",
            [
                "f: the route 'admin/x' begins with 'admin', which the host keeps for itself.",
                "  where:  function_app.py:5",
                "  remedy: choose another route.",
                "  rule:   route-reserved",
            ],
        ),
        (
            "@app.route(route='GOOD')\ndef other(req): ...",
            "other",
            [
                "other: the route 'GOOD' conflicts with the one of function 'good': same text, shared methods.",
                "  where:  function_app.py:5",
                "  remedy: change the route or the methods of one of them.",
                "  rule:   route-conflict",
            ],
        ),
        (
            "@app.retry('exponential_backoff', '-2', minimum_interval='00:00:01', maximum_interval='00:00:02')\n@app.route()\ndef f(req): ...",
            "f",
            [
                "f: the retry policy's maxRetryCount is -2, but must be an integer from -1 (for ever) to 2147483647.",
                "  where:  function_app.py:5",
                '  remedy: correct "retry".',
                "  rule:   retry-value",
            ],
        ),
    ],
)  # fmt: skip
def test_the_host_drops_single_functions(tmp_path: Path, script: str, name: str, lines: list[str]) -> None:
    project = load(tmp_path, GOOD + script)
    assert project.index_error is None
    assert list(project.functions) == ["good"]
    assert list(project.errors) == [name]
    first, where, *rest = lines
    azure = "  Azure:  the host puts the function in error and leaves it out; the others run."
    assert str(project.errors[name]).splitlines() == [first, where, azure, *rest]
    with pytest.raises(ProjectError):
        project.find(name)


@pytest.mark.parametrize("binding", ["an_out", "_out", "OUT_1"])
def test_binding_names_of_todays_host(tmp_path: Path, binding: str) -> None:
    script = f"@app.route()\n@app.queue_output('{binding}', 'q', 'C')\ndef f(req, {binding}): ..."
    assert list(load(tmp_path, script).functions) == ["f"]


def test_names_that_differ_in_case(tmp_path: Path) -> None:
    project = load(tmp_path, GOOD + "@app.route(route='x')\ndef Good(req): ...")
    assert list(project.functions) == ["Good"]
    assert [str(error).splitlines()[0] for error in project.errors.values()] == [
        "good: the function name 'good' differs only in case from 'Good'."
    ]


# What is not emulated


def test_sdk_types_are_refused_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    class SdkType: ...

    class GrpcClientType: ...

    class BlobClient(SdkType): ...

    class Settler(GrpcClientType): ...

    base = SimpleNamespace(SdkType=SdkType, GrpcClientType=GrpcClientType, BlobClient=BlobClient, Settler=Settler)
    monkeypatch.setitem(sys.modules, "azurefunctions.extensions.base", base)
    project = load(
        tmp_path,
        GOOD
        + """
import sys, typing
base = sys.modules["azurefunctions.extensions.base"]

@app.blob_trigger("client", "c/{name}", "C")
def blob(client: base.BlobClient): ...

@app.blob_trigger("clients", "c/{name}", "C")
def blobs(clients: typing.List[base.BlobClient]): ...

@app.service_bus_queue_trigger("msg", "C", "q")
def settle(msg, client: base.Settler): ...
""",
    )
    assert list(project.functions) == ["good"]
    assert [(name, type(error)) for name, error in project.errors.items()] == [
        ("blob", UnsupportedFeature),
        ("blobs", UnsupportedFeature),
        ("settle", UnsupportedFeature),
    ]
    assert list(project.unsupported) == ["blob", "blobs", "settle"]
    assert str(project.errors["blob"]).splitlines() == [
        "blob.client: the SDK type BlobClient on a blobTrigger binding is not emulated by pytest-azfunc.",
        "  where:  function_app.py:9",
        "  Azure:  the worker makes the client from the connection setting.",
        "  remedy: test the other functions here, and what this one does with the client in a function of its own.",
        "  rule:   unsupported",
    ]


def test_the_host_judges_them_like_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the host drops, it drops; and where one of them has a route, the next function cannot have it."""
    from types import SimpleNamespace

    class SdkType: ...

    monkeypatch.setitem(sys.modules, "azurefunctions.extensions.base", SimpleNamespace(SdkType=SdkType))
    project = load(
        tmp_path,
        """
        import sys
        SdkType = sys.modules["azurefunctions.extensions.base"].SdkType

        @app.route("same")
        @app.blob_input("client", "c/x", "C")
        def a(req, client: SdkType): ...

        @app.route("same")
        def b(req): ...

        @app.route("admin/x")
        @app.blob_input("client", "c/x", "C")
        def c(req, client: SdkType): ...
        """,
    )
    assert list(project.unsupported) == ["a"]
    assert {name: error.rule for name, error in project.errors.items()} == {
        "a": "unsupported",
        "b": "route-conflict",
        "c": "route-reserved",
    }
