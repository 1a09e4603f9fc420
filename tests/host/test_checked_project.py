"""A project's errors: whatever a test, the list or the checks refuse of what is declared is in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc import Host, Project, ProjectError
from tests.function_app import FunctionApp, Session, http_out, http_trigger, passed, queue_out, timer_trigger

MAIN = "def main(trigger, **others): pass"
BLOB = {"type": "blobTrigger", "direction": "in", "name": "trigger", "connection": "C"}


def queue_of(name: str) -> dict[str, Any]:
    return {"type": "queueTrigger", "direction": "in", "name": "trigger", "queueName": name, "connection": "C"}


# Bindings that the host refuses, and by which rule.
REFUSED: dict[str, tuple[list[dict[str, Any]], str]] = {
    "Schedule": ([timer_trigger("trigger", "0 0 * * * * MON")], "schedule-invalid"),
    "NoTime": ([timer_trigger("trigger", "every day")], "schedule-invalid"),
    "Container": ([{**BLOB, "path": "{name}/x"}], "blob-path"),
    "UpperCase": ([{**BLOB, "path": "Inbox/{name}"}], "blob-path"),
    "Capture": ([{**BLOB, "path": "inbox/{a.b}"}], "blob-path"),
    "Constraint": ([http_trigger("trigger", route="orders/{id:integer}"), http_out()], "route-invalid"),
    "Template": ([http_trigger("trigger", route="orders/{id"), http_out()], "route-invalid"),
    "Reserved": ([http_trigger("trigger", route="admin/x"), http_out()], "route-reserved"),
    "Unclosed": ([queue_of("orders-%A")], "setting-name"),
    "OfOutput": ([queue_of("orders"), queue_out("out", "%A%-%")], "setting-name"),
    "Nameless": ([queue_of("%%")], "setting-name"),
    "Retry": ([queue_of("orders")], "retry-value-missing"),
}
SOUND: dict[str, list[dict[str, Any]]] = {
    "Works": [queue_of("orders")],
    "Missing": [timer_trigger("trigger", "%NOT_SET%")],
    "Literal": [{**queue_of("orders"), "connection": "50%"}],
    "Route": [http_trigger("trigger", route="100%"), http_out()],
    "Files": [{**BLOB, "path": "inbox/{name}.txt"}],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    app = FunctionApp(tmp_path)
    for name, (bindings, _) in REFUSED.items():
        more = {"retry": {"strategy": "fixedDelay"}} if name == "Retry" else {}
        app.function(name, MAIN, *bindings, **more)
    for name, bindings in SOUND.items():
        app.function(name, MAIN, *bindings)
    return tmp_path


def test_errors_of_a_project(root: Path) -> None:
    project = Project.load(root)

    assert {name: error.rule for name, error in project.errors.items()} == {
        name: rule for name, (_, rule) in REFUSED.items()
    }
    assert list(project.errors) == sorted(REFUSED, key=str.upper)
    assert set(project.functions) == set(SOUND)
    assert repr(project) == f"<Project {root}: {len(SOUND)} functions, {len(REFUSED)} errors>"


def test_what_could_be_read_is_at_hand(root: Path) -> None:
    project = Project.load(root)

    assert set(project.declared) == {*SOUND, *REFUSED} - {"Reserved", "Retry"}
    assert set(project.refused) == {*REFUSED} - {"Reserved", "Retry"}
    assert project.refused["schedule"].trigger.properties["schedule"] == "0 0 * * * * MON"


def test_finding_and_invoking_raises_the_same_error(root: Path) -> None:
    project = Project.load(root)
    for name in REFUSED:
        with pytest.raises(ProjectError) as found:
            Project.load(root).find(name.upper())
        assert str(found.value) == str(project.errors[name])

    with Host.open(root) as host:
        for name in REFUSED:
            with pytest.raises(ProjectError) as invoked:
                host.invoke(name)
            assert str(invoked.value) == str(project.errors[name]), name


def test_a_bad_route_is_the_end_of_all_routes(root: Path) -> None:
    with Host.open(root) as host, pytest.raises(ProjectError) as caught:
        host.http.get("/api/100%25")

    assert caught.value.rule == "route-invalid"


def test_the_fixture_of_a_decorator_app(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "function_app.py": """
                import azure.functions as func

                app = func.FunctionApp()

                @app.blob_trigger(arg_name="b", path="{filename}", connection="C")
                def one(b: func.InputStream): ...

                @app.timer_trigger(arg_name="t", schedule="0 0 * * *  * MON")
                def two(t: func.TimerRequest): ...

                @app.route(route="x/{id:integer}")
                def three(req): ...

                @app.queue_trigger(arg_name="m", queue_name="%Q", connection="C")
                def four(m): ...

                @app.queue_trigger(arg_name="m", queue_name="%Q%", connection="C")
                def fine(m): ...
            """
        }
    )

    result = session.test(
        """
        import pytest

        RULES = {"one": "blob-path", "two": "schedule-invalid", "three": "route-invalid", "four": "setting-name"}

        def test_errors(azfunc_project):
            assert {name: error.rule for name, error in azfunc_project.errors.items()} == RULES
            assert list(azfunc_project.functions) == ["fine"]

        def test_invoke(invoke, azfunc_project):
            for name in RULES:
                with pytest.raises(type(azfunc_project.errors[name])) as caught:
                    invoke(name)
                assert caught.value is azfunc_project.errors[name]

        def test_by_object(invoke):
            import function_app

            with pytest.raises(Exception, match="container"):
                invoke(function_app.one)
        """
    )

    passed(result, 3)
