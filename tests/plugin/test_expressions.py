"""Binding expressions in calls: what comes of them, what fails a call, and what a report shows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.function_app import FunctionApp, Session, http_out, http_trigger, passed, queue_trigger, timer_trigger


def function(app: FunctionApp, name: str, trigger: dict[str, Any], *others: dict[str, Any]) -> None:
    """A function that sets each of its outputs to "x", and answers "done" where it has an HTTP response."""
    names = [binding["name"] for binding in (trigger, *others) if binding["name"] != "$return"]
    sets = [f"{binding['name']}.set('x')" for binding in others if binding["direction"] == "out" and binding in others]
    lines = [line for line in sets if not line.startswith("$")]
    returned = "return 'done'" if any(binding["name"] == "$return" for binding in others) else "return None"
    annotations = "\nimport azure.functions as func\nimport typing\n"
    outs = {binding["name"] for binding in others if binding["direction"] == "out"}
    parameters = ", ".join(f"{given}: func.Out[str]" if given in outs else given for given in names)
    app.function(
        name, f"{annotations}\ndef main({parameters}):\n    " + "\n    ".join([*lines, returned]), trigger, *others
    )


def blob(name: str, path: str, direction: str = "out") -> dict[str, Any]:
    return {"type": "blob", "direction": direction, "name": name, "path": path, "connection": "Storage"}


def queue(name: str, queue_name: str) -> dict[str, Any]:
    return {"type": "queue", "direction": "out", "name": name, "queueName": queue_name, "connection": "Storage"}


@pytest.fixture
def expressive(app: FunctionApp) -> FunctionApp:
    """An app with expressions in every corner."""
    source = {"type": "blobTrigger", "direction": "in", "name": "src", "path": "inbox/{name}.{ext}", "connection": "S"}
    function(app, "Copy", source, blob("dst", "done/{name}-copy.{EXT}"), queue("note", "Notes-{ext}"))
    function(app, "Lost", source, blob("dst", "done/{name}.{extension}"))
    function(app, "Orders", queue_trigger(), queue("out", "orders-{region}"), blob("file", "box/{customer.name}/{id}"))
    document = {
        "type": "cosmosDB", "direction": "in", "name": "doc", "databaseName": "shop",
        "containerName": "%BOX%", "id": "{Query.id}", "partitionKey": "{headers.x-tenant}", "connection": "C",
    }  # fmt: skip
    function(
        app, "Web", http_trigger(route="items/{kind}"), document, blob("log", "logs/{kind}/{Query.id}"), http_out()
    )
    function(app, "Clock", timer_trigger(), blob("out", "%BOX%/{datetime:yyyy-MM}/{sys.methodname}/{rand-guid:N}.txt"))
    function(app, "Plain", queue_trigger(), queue("out", "Plain"))
    function(app, "Broken", queue_trigger(), queue("out", "x-{id"))
    function(app, "Short", queue_trigger(), queue("out", "{id}"))
    return app


def test_addresses(expressive: FunctionApp, session: Session) -> None:
    result = session.test(
        """
        import re

        import azure.functions as func
        import pytest
        from pytest_azfunc import blob, http, queue

        def address(invocation, name):
            return invocation.outputs[name].address

        def test_captures(invoke):
            done = invoke("Copy", blob(b"x", name="inbox/a/cat.png"))
            assert (address(done, "dst"), address(done, "note")) == ("done/a/cat-copy.png", "notes-png")

        def test_a_payload(invoke):
            done = invoke("Orders", {"region": "EU", "id": 7, "customer": {"Name": "ada"}})
            assert (address(done, "out"), address(done, "file")) == ("orders-eu", "box/ada/7")

        @pytest.mark.azfunc(settings={"BOX": "shelf"})
        def test_a_request(azfunc_http):
            answer = azfunc_http.get("/api/items/cups?id=7", headers={"X-Tenant": "t1"})
            assert (answer.text, address(answer.invocation, "log")) == ("done", "logs/cups/7")
            assert answer.invocation.outputs["$return"].address == ""

        @pytest.mark.azfunc(settings={"box": "shelf"})
        def test_the_hosts_own_names(invoke):
            assert re.fullmatch(r"shelf/[0-9]{4}-[0-9]{2}/Clock/[0-9a-f]{32}\\.txt", address(invoke("Clock"), "out"))
            assert address(invoke("Clock"), "out") != address(invoke("Clock"), "out")

        def test_the_environment(invoke, monkeypatch):
            monkeypatch.setenv("box", "from-outside")
            assert address(invoke("Clock"), "out").startswith("from-outside/20")

        def test_no_expression(invoke):
            assert address(invoke("Plain", "x"), "out") == "plain"

        @pytest.mark.filterwarnings("ignore::pytest_azfunc.errors.AzfuncWarning")
        def test_a_setting_that_is_not_there(invoke):
            assert address(invoke("Clock"), "out").startswith("%BOX%/20")

        def test_an_object_of_the_sdk_tells_nothing_of_its_metadata(invoke):
            done = invoke("Orders", func.QueueMessage(body=b"x"))
            assert (address(done, "out"), address(done, "file")) == ("orders-{region}", "box/{customer.name}/{id}")

        def test_settings_may_change(invoke, azfunc_settings):
            for value in ("one", "two"):
                azfunc_settings["BOX"] = value
                assert address(invoke("Clock"), "out").startswith(f"{value}/20")
        """,
        "-W",
        "error::pytest_azfunc.errors.AzfuncWarning",
    )

    passed(result, 9)


def test_calls_that_fail(expressive: FunctionApp, session: Session) -> None:
    result = session.test(
        """
        import pytest
        from pytest_azfunc import BindingError, blob, http

        def test_a_capture_that_nobody_gives(invoke):
            with pytest.raises(BindingError) as caught:
                invoke("Lost", blob(b"x", name="inbox/cat.png"))
            assert str(caught.value).splitlines() == [
                "Lost.dst: path is 'done/{name}.{extension}', and the trigger gives no 'extension'.",
                "  where:  app/Lost/function.json:1:123",
                "  Azure:  the call fails when the function has run: No value for named parameter 'extension'.",
                "  remedy: name what the trigger gives. Did you mean 'ext'? "
                "It gives: BlobTrigger, ext, Metadata, name, Properties, Uri.",
                "  rule:   expression-name",
            ]

        def test_it_is_a_failure_of_the_call(invoke):
            failed = invoke("Lost", blob(b"x", name="inbox/cat.png"), check=False)
            assert failed.exception.rule == "expression-name"
            assert failed.outputs["dst"].text == "x"

        @pytest.mark.azfunc(settings={"BOX": "b"})
        def test_an_input_fails_before_the_function_runs(invoke):
            failed = invoke("Web", http("GET", "/api/items/cups?ID=7", headers={"X-Tenant": "t"}), check=False)
            assert failed.exception.problem == (
                "id is '{Query.id}', of which the host can make nothing: "
                "Error while accessing 'id': property doesn't exist."
            )
            assert "before the function runs" in failed.exception.azure
            assert (len(failed.outputs), failed.status_code) == (0, 500)

        @pytest.mark.azfunc(settings={"BOX": "b"})
        def test_a_client_gets_500(azfunc_host):
            azfunc_host.raise_exceptions = False
            assert azfunc_host.http.get("/api/items/cups").status_code == 500
            azfunc_host.failures.expect(BindingError, match="expression-value")

        @pytest.mark.parametrize("function, payload, reason", [
            ("Broken", {}, "Missing closing bracket at position 3"),
            ("Short", {"id": "no"}, 'A queue name must be from 3 to 63 characters long - "no"'),
            ("Short", {"id": "a_b"}, 'A queue name can contain only letters, numbers, and dash(-) characters - "a_b"'),
            ("Orders", {"region": "eu", "id": "7."}, None),
            ("Orders", {"region": "eu", "id": "x/", "customer": {"name": "n"}}, None),
        ])
        def test_what_no_service_can_have(invoke, function, payload, reason):
            failed = invoke(function, payload, check=False)
            assert failed.exception.rule in ("expression-value", "expression-name")
            assert reason is None or failed.exception.problem.endswith(f"{reason}.")
        """
    )

    passed(result, 9)


def test_what_a_report_shows(expressive: FunctionApp, session: Session) -> None:
    result = session.test(
        """
        import pytest

        @pytest.mark.azfunc(settings={"BOX": "the-box-of-the-day"})
        def test_report(azfunc_http):
            azfunc_http.get("/api/items/cups?id=7", headers={"X-Tenant": "t1"})
            assert 0

        @pytest.mark.azfunc(settings={"BOX": "the-box-of-the-day"})
        def test_settings_are_shown_by_name(invoke):
            invoke("Clock")
            assert 0
        """
    )

    output = result.stdout.str()
    assert "   in   doc <- %BOX%, id 7, partitionKey t1: nothing" in output
    assert "   out  log -> logs/cups/7: string 'x'" in output
    assert "   out  out -> %BOX%/20" in output
    assert "the-box-of-the-day/" not in output
