"""The fixture azfunc_durable, in apps of each kind and beside what else runs tests."""

from __future__ import annotations

import pytest

from tests.function_app import FunctionApp, Session, Sessions, http_out, http_trigger, passed
from tests.plugin.durable_apps import WAYS, write_decorators

pytest.importorskip("azure.durable_functions")

BLACK_BOX = """
    def test_black_box(azfunc_http, azfunc_host):
        started = azfunc_http.post("/api/orders", json={"id": 7})
        azfunc_host.drain()
        status = azfunc_http.get(started.json()["statusQueryGetUri"]).json()
        assert (status["runtimeStatus"], status["output"]) == ("Completed", {"id": 7, "status": "paid"})
"""
APPROVAL = """
    def test_nobody_approves(azfunc_durable, azfunc_host):
        request = azfunc_durable.start("Approval", {"amount": 5000})
        assert request.waits_for == ["Approved"]
        azfunc_host.advance(hours=72)
        assert request.output == "escalated"
"""
SUITE = (
    BLACK_BOX
    + APPROVAL
    + """
    def test_orchestration(azfunc_durable):
        order = azfunc_durable.start("OrderFlow", {"id": 7})
        assert order.activities == ["Reserve", "Charge", "Ship"]
        assert order.output == {"id": 7, "status": "paid"}

    def test_charge_recovers(azfunc_durable, azfunc_host):
        azfunc_durable.fail("Charge", TimeoutError("bank"), times=2)
        order = azfunc_durable.start("OrderFlow", {"id": 7})
        assert order.status == "Running"
        azfunc_host.advance(minutes=1)
        assert order.status == "Completed"
        assert order.activities == ["Reserve", "Charge", "Charge", "Charge", "Ship"]

    def test_counter(azfunc_durable):
        azfunc_durable.entity("Counter", "a").signal("add", 5)
        assert azfunc_durable.entity("Counter", "a").state == 5

    def test_somebody_approves(azfunc_durable):
        request = azfunc_durable.start("Approval")
        request.raise_event("Approved", True)
        assert request.output == "approved"

    def test_a_month(azfunc_durable, azfunc_host):
        import time
        before = time.perf_counter()
        month = azfunc_durable.start("Month")
        azfunc_host.advance(days=30)
        assert month.output == "a month later"
        assert time.perf_counter() - before < 5  # seconds; not a month

    def test_nothing_is_left_of_other_tests(azfunc_durable):
        assert azfunc_durable.instances == azfunc_durable.entities == []
"""
)


def test_in_every_way_to_write_an_app(sessions: Sessions) -> None:
    for way, write in WAYS.items():
        # What the library says of apps with function.json when it is imported is for its users to know.
        folder = sessions.add(way, "-W", "error", "-W", "ignore:Your application uses the legacy Python v1")
        write(folder.app)
        folder.write({"test_it.py": SUITE, "pytest.ini": "[pytest]\nazfunc_project = app\n"})
    for way, result in sessions.run().items():
        passed(result, 8, way)


def test_with_xdist(app: FunctionApp, session: Session) -> None:
    write_decorators(app)
    passed(session.test(SUITE, "-n", "2", plugins=("xdist",)), 8)


def test_a_starter_that_is_awaited(app: FunctionApp, session: Session) -> None:
    write_decorators(app)
    code = """
    import pytest
    from pytest_azfunc import http

    @pytest.mark.asyncio
    async def test_it(ainvoke, azfunc_durable, azfunc_host):
        result = await ainvoke("StartOrder", http("POST", "/api/orders", json={"id": 3}))
        assert result.status_code == 202
        order, = azfunc_durable.instances
        assert order.status == "Pending"
        order.run()
        assert order.output["status"] == "paid"

    @pytest.mark.asyncio
    async def test_again_on_another_loop(ainvoke, azfunc_durable):
        await ainvoke("StartOrder", http("POST", "/api/orders", json={"id": 3}))
        azfunc_durable.instances[0].run()
        assert azfunc_durable.instances[0].status == "Completed"
    """
    passed(session.test(code, "-W", "ignore:Module already imported", plugins=("asyncio",)), 2)


FROZEN = {
    "freezegun": """
    import freezegun

    @freezegun.freeze_time("2031-03-01 12:00")
    def test_it(azfunc_durable, azfunc_host):
        request = azfunc_durable.start("Approval")
        assert request.created_at.isoformat() == "2031-03-01T12:00:00+00:00"
        assert [at.isoformat() for at in request.timers] == ["2031-03-04T12:00:00+00:00"]
        assert azfunc_durable.start("OrderFlow", {"id": 7}).output["status"] == "paid"
    """,
    "time-machine": """
    import time_machine

    @time_machine.travel("2031-03-01 12:00Z", tick=False)
    def test_it(azfunc_durable):
        request = azfunc_durable.start("Approval")
        assert request.created_at.isoformat() == "2031-03-01T12:00:00+00:00"
        assert [at.isoformat() for at in request.timers] == ["2031-03-04T12:00:00+00:00"]
        assert azfunc_durable.start("OrderFlow", {"id": 7}).output["status"] == "paid"
    """,
    "a clock that was set": """
    def test_it(azfunc_durable, azfunc_clock):
        azfunc_clock.move_to("2031-03-01T12:00:00Z")
        request = azfunc_durable.start("Approval")
        assert [at.isoformat() for at in request.timers] == ["2031-03-04T12:00:00+00:00"]
        azfunc_clock.move_to("2031-03-04T11:59:59Z")
        assert request.status == "Running"
        azfunc_clock.advance(seconds=1)
        assert request.output == "escalated"
        assert request.updated_at.isoformat() == "2031-03-04T12:00:00+00:00"
    """,
}


def test_with_frozen_time(sessions: Sessions) -> None:
    for row, code in FROZEN.items():
        folder = sessions.add(row)
        write_decorators(folder.app)
        folder.write({"test_it.py": code, "pytest.ini": "[pytest]\nazfunc_project = app\n"})
    for row, result in sessions.run().items():
        passed(result, 1, row)


def test_over_the_socket(app: FunctionApp, session: Session) -> None:
    write_decorators(app)
    code = """
    import requests

    def test_it(azfunc_live_server, azfunc_host):
        started = requests.post(azfunc_live_server.url + "/api/orders", json={"id": 7}, timeout=20)
        assert started.status_code == 202
        address = started.json()["statusQueryGetUri"]
        assert address.startswith(azfunc_live_server.url)
        assert requests.get(address, timeout=20).status_code == 202
        azfunc_host.drain()
        status = requests.get(address, timeout=20)
        assert (status.status_code, status.json()["output"]) == (200, {"id": 7, "status": "paid"})

    def test_events(azfunc_live_server, azfunc_durable, azfunc_host):
        request = azfunc_durable.start("Approval", id="one")
        hooks = azfunc_live_server.url + "/runtime/webhooks/durabletask/instances/one"
        assert requests.post(hooks + "/raiseEvent/Approved", json=True, timeout=20).status_code == 401
        key = {"code": azfunc_host.keys.system["default"]}
        sent = requests.post(hooks + "/raiseEvent/Approved", json=True, params=key, timeout=20)
        azfunc_host.drain()
        assert (sent.status_code, request.output) == (202, "approved")
    """
    passed(session.test(code), 2)


def test_two_apps_in_one_session(sessions: Sessions) -> None:
    folder = sessions.add("both")
    write_decorators(folder.app)
    other = FunctionApp(folder.path / "other")
    script = """
        import azure.durable_functions as df
        app = df.DFApp()

        @app.orchestration_trigger(context_name="context")
        def OrderFlow(context):
            return "of the other app"
            yield
    """
    other.write({"function_app.py": script})
    code = """
    import pytest

    def test_one(azfunc_durable):
        assert azfunc_durable.start("OrderFlow", {"id": 7}, id="same").output == {"id": 7, "status": "paid"}

    @pytest.mark.azfunc(project="other")
    def test_other(azfunc_durable):
        assert azfunc_durable.start("OrderFlow", {"id": 7}, id="same").output == "of the other app"

    def test_both_at_once(azfunc_durable):
        from pytest_azfunc import Host
        with Host.open("other") as other:
            assert other.durable.start("OrderFlow", id="same").output == "of the other app"
            assert azfunc_durable.start("OrderFlow", {"id": 1}, id="same").output == {"id": 1, "status": "paid"}
            assert len(other.durable) == len(azfunc_durable) == 1
    """
    folder.write({"test_it.py": code, "pytest.ini": "[pytest]\nazfunc_project = app\n"})
    for result in sessions.run().values():
        passed(result, 3)


def test_interrupted_inside_an_episode(app: FunctionApp, session: Session) -> None:
    body = """
        import signal
        import azure.durable_functions as df
        app = df.DFApp()

        @app.orchestration_trigger(context_name="context")
        def Flow(context):
            yield context.call_activity("Echo", 1)
            signal.raise_signal(signal.SIGINT)

        @app.activity_trigger(input_name="value")
        def Echo(value):
            return value
    """
    app.write({"function_app.py": body})
    session.write({"conftest.py": "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"})

    result = session.test("def test_it(azfunc_durable): azfunc_durable.start('Flow')\ndef test_next(): assert False")

    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" in result.stdout.str()
    assert "pytest_azfunc" not in result.stdout.str().replace("-p pytest_azfunc", "")


def test_warnings_of_the_library_are_no_errors(app: FunctionApp, session: Session) -> None:
    body = """
        import json
        import azure.durable_functions as df
        app = df.DFApp()

        class Point:
            def __init__(self, x):
                self.x = x
            def to_json(self):
                return str(self.x)
            @staticmethod
            def from_json(text):
                return Point(int(text))

        @app.orchestration_trigger(context_name="context")
        def Flow(context):
            point = yield context.call_activity("Make", context.get_input())
            first = yield context.wait_for_external_event("Go")
            second = yield context.wait_for_external_event("Go")
            return [point.x, first, second]

        @app.activity_trigger(input_name="value")
        def Make(value):
            return Point(value)
    """
    app.write({"function_app.py": body})
    code = """
    def test_it(azfunc_durable):
        flow = azfunc_durable.start("Flow", 3, run=False)
        flow.raise_event("Go", 1)
        assert flow.output == [3, 1, 1]
    """
    passed(session.test(code, "-W", "error"), 1)


def test_a_disabled_function(app: FunctionApp, session: Session) -> None:
    write_decorators(app)
    app.write({"local.settings.json": {"IsEncrypted": False, "Values": {"AzureWebJobs.Charge.Disabled": "true"}}})
    code = """
    import pytest
    from pytest_azfunc import DurableError

    def test_it(azfunc_durable):
        with pytest.raises(DurableError, match="there is no activity called 'Charge'.*Charge .disabled."):
            azfunc_durable.start("OrderFlow", {"id": 7})
    """
    passed(session.test(code), 1)


def test_an_app_without_durable_functions_imports_nothing_of_them(app: FunctionApp, session: Session) -> None:
    app.function("Page", "import azure.functions as func\ndef main(req): return 'hello'", http_trigger(), http_out())
    code = """
    import sys

    def test_it(azfunc_http, azfunc_host, azfunc_live_server):
        assert azfunc_http.get("/api/Page").text == "hello"
        azfunc_host.drain()

    def test_afterwards():
        names = [name for name in sys.modules if name.startswith(("pytest_azfunc.durable", "azure.durable_functions"))]
        assert names == []
    """
    passed(session.test(code), 2)


FAILING = """
    import logging
    import azure.durable_functions as df
    app = df.DFApp()

    @app.orchestration_trigger(context_name="context")
    def Flow(context):
        yield context.call_sub_orchestrator("Child")

    @app.orchestration_trigger(context_name="context")
    def Child(context):
        yield context.call_activity("Charge", 7)

    @app.orchestration_trigger(context_name="context")
    def Waiting(context):
        yield context.task_any([
            context.wait_for_external_event("Go"),
            context.create_timer(context.current_utc_datetime.replace(day=3)),
        ])

    @app.activity_trigger(input_name="order")
    def Charge(order):
        logging.warning("no money for %s", order)
        raise ValueError("declined")
"""


def test_what_a_failed_test_shows(app: FunctionApp, session: Session) -> None:
    app.write({"function_app.py": FAILING})
    result = session.test(
        """
    def test_output(azfunc_durable):
        assert azfunc_durable.start("Flow", id="one").output == {"status": "paid"}

    def test_status(azfunc_durable):
        assert azfunc_durable.start("Flow", id="one").status == "Completed"

    def test_waits(azfunc_durable, azfunc_clock):
        azfunc_clock.move_to("2031-01-01T00:00:00Z")
        azfunc_durable.start("Waiting", id="two")
        azfunc_durable.start("Waiting", id="three", run=False)
        assert False
    """
    )

    assert result.parseoutcomes() == {"failed": 3}
    result.stdout.fnmatch_lines(
        [
            "*_ test_output _*",
            "E*the orchestration has failed in Charge: ValueError: declined",
            "E*app/function_app.py:24: in Charge",
            'E*raise ValueError("declined")',
            "E*log*WARNING*no money for 7",
            "*azfunc orchestrations (call)*",
            "Flow one has failed: *Orchestrator function *Charge*failed:  ValueError: declined*",
            "*_ test_status _*",
            "E*assert 'Failed' == 'Completed'",
            "E*the orchestration has failed in Charge: ValueError: declined",
            "*_ test_waits _*",
            "*azfunc orchestrations (call)*",
            "Waiting two still waits for the event 'Go', for a timer at 2031-01-03 00:00:00Z",
            "Waiting three has not run: azfunc_host.drain() runs it",
        ]
    )
