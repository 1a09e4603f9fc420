"""The fixtures that run functions: ``invoke`` and ``ainvoke``."""

from __future__ import annotations

import pytest

from tests.function_app import (
    FunctionApp,
    Session,
    error_lines,
    http_out,
    http_trigger,
    passed,
    queue_out,
    queue_trigger,
)

PROCESS_ORDER = """
    import json
    import logging

    import azure.functions as func


    def main(msg: func.QueueMessage, receipt: func.Out[str]) -> None:
        order = msg.get_json()
        if msg.dequeue_count > 1:
            logging.warning("order %s seen %s times", order["id"], msg.dequeue_count)
        logging.info("charged %s", order["id"])
        receipt.set(json.dumps({"id": order["id"], "status": "paid"}))
"""

ENRICH = """
    import json


    def main(msg, customer):
        return json.dumps({**msg.get_json(), "name": json.load(customer)["name"]})
"""

HELLO_OF_THE_GUIDE = """
    def main(req):
        user = req.params.get('user')
        return f'Hello, {user}!'
"""

ANNOTATED_HELLO_OF_THE_GUIDE = """
    import azure.functions


    def main(req: azure.functions.HttpRequest) -> str:
        user = req.params.get('user')
        return f'Hello, {user}!'
"""

CONTEXT_OF_THE_GUIDE = """
    import azure.functions


    def main(req: azure.functions.HttpRequest,
             context: azure.functions.Context) -> str:
        return f'{context.invocation_id}'
"""


def test_the_first_examples_of_the_design(app: FunctionApp, session: Session) -> None:
    app.function("ProcessOrder", PROCESS_ORDER, queue_trigger(), queue_out("receipt", "receipts"))
    customer = {"type": "blob", "direction": "in", "name": "customer", "path": "customers/{id}.json"}
    app.function("Enrich", ENRICH, queue_trigger(), customer, queue_out("$return", "enriched"))

    result = session.test(
        """
        from pytest_azfunc import blob, batch, http, queue, timer

        def test_process_order(invoke):
            result = invoke("ProcessOrder", {"id": 7})                 # JSON on the queue
            assert result.outputs["receipt"].json() == {"id": 7, "status": "paid"}
            assert "charged" in result.logs

        def test_redelivered(invoke):
            result = invoke("ProcessOrder", queue({"id": 7}, dequeue_count=4))
            assert result.logs.at("WARNING").messages == ["order 7 seen 4 times"]

        def test_input_binding(invoke):
            result = invoke("Enrich", {"id": 1}, customer={"id": "1", "name": "Ada"})   # input binding by name
            assert result.outputs["$return"].json()["name"] == "Ada"
        """
    )

    passed(result, 3)


def test_the_examples_of_the_python_guide(app: FunctionApp, session: Session) -> None:
    app.function("Hello", HELLO_OF_THE_GUIDE, http_trigger(), http_out())
    app.function("Annotated", ANNOTATED_HELLO_OF_THE_GUIDE, http_trigger(), http_out())
    app.function("WithContext", CONTEXT_OF_THE_GUIDE, http_trigger(), http_out())

    result = session.test(
        """
        import uuid

        import pytest
        from pytest_azfunc import http

        @pytest.mark.parametrize("function", ["Hello", "Annotated"])
        def test_hello(invoke, function):
            result = invoke(function, http("GET", params={"user": "Ada"}))
            assert (result.status_code, result.text, result.return_value) == (200, "Hello, Ada!", "Hello, Ada!")

        def test_context(invoke, azfunc_context):
            result = invoke("WithContext")
            assert result.text == result.context.invocation_id == str(uuid.UUID(result.text))
            context = azfunc_context("WithContext", invocation_id="3f1d0c5e-0000-4000-8000-000000000001")
            assert invoke("WithContext", context=context).text == "3f1d0c5e-0000-4000-8000-000000000001"
        """
    )

    passed(result, 3)


def test_a_function_is_named_in_any_case_or_given_as_an_object(app: FunctionApp, session: Session) -> None:
    app.function("Greet", "def main(msg): print('hello', msg.get_body().decode())")
    app.function("Leave", "def main(msg): print('bye')")

    result = session.test(
        """
        import Greet
        import Leave

        def test_any_case(invoke, capsys):
            assert [invoke(name, "Ada").function for name in ("Greet", "greet", "GREET")] == ["Greet"] * 3
            assert capsys.readouterr().out == "hello Ada\\n" * 3

        def test_object(invoke):
            assert invoke(Leave.main).function == "Leave"
            assert invoke(Greet.main, "Ada").function == "Greet"
        """
    )

    passed(result, 2)


def test_entry_point_and_script_file(app: FunctionApp, session: Session) -> None:
    app.function("Entry", "def run(msg): print('run in Entry')", entryPoint="run")
    app.write(
        {
            "Script/function.json": {"bindings": [queue_trigger()], "scriptFile": "handler.py"},
            "Script/handler.py": "def main(msg): print('main in', __name__)",
            "Shared/function.json": {
                "bindings": [queue_trigger()],
                "scriptFile": "../lib/handlers.py",
                "entryPoint": "go",
            },
            "lib/handlers.py": "def go(msg): print('go in', __name__)",
            "Single/function.json": {"bindings": [queue_trigger()]},
            "Single/only.py": "def main(msg): print('main in', __name__)",
        }
    )

    result = session.test(
        """
        import pytest

        @pytest.mark.parametrize(("function", "printed"), [
            ("Entry", "run in Entry"),
            ("Script", "main in __app__.Script.handler"),
            ("Shared", "go in __app__.lib.handlers"),
            ("Single", "main in __app__.Single.only"),
        ])
        def test_it(invoke, capsys, function, printed):
            invoke(function)
            assert capsys.readouterr().out == printed + "\\n"
        """
    )

    passed(result, 4)


def test_the_functions_own_exception_is_raised_or_kept(app: FunctionApp, session: Session) -> None:
    app.function("Fails", "def main(msg): raise LookupError('order 7')")
    app.function("Works", "def main(msg): pass")

    result = session.test(
        """
        import pytest

        def test_raised(invoke):
            with pytest.raises(LookupError, match="^order 7$") as caught:
                invoke("Fails")
            assert type(caught.value) is LookupError

        def test_kept(invoke):
            result = invoke("Fails", check=False)
            assert (type(result.exception), result.ok, dict(result.outputs)) == (LookupError, False, {})
            with pytest.raises(LookupError) as caught:
                invoke("Fails")
            assert caught.value is not result.exception

        def test_nothing_to_keep(invoke):
            result = invoke("Works", check=False)
            assert (result.exception, result.ok) == (None, True)
            assert repr(result) == "<Invocation Works: ok>"
        """
    )

    passed(result, 3)


def test_inputs_by_keyword_and_in_a_mapping(app: FunctionApp, session: Session) -> None:
    def blob(name: str) -> dict[str, str]:
        return {"type": "blob", "direction": "in", "name": name, "path": f"in/{name}"}

    app.function(
        "Read",
        "def main(msg, check: str, other: str): print(check, other)",
        queue_trigger(),
        blob("check"),
        blob("other"),
    )

    result = session.test(
        """
        import pytest
        from pytest_azfunc import BindingError

        def test_both(invoke, capsys):
            invoke("Read", inputs={"check": "1"}, other="2")
            invoke("Read", inputs={"check": "1", "other": "2"})
            invoke("Read", other="2")
            assert capsys.readouterr().out == "1 2\\n1 2\\nNone 2\\n"

        @pytest.mark.parametrize(("given", "rule"), [
            ({"othr": "2"}, "input-unknown"),
            ({"inputs": {"other": "2"}, "other": "2"}, "input-twice"),
            ({"msg": "2"}, "input-is-trigger"),
            ({"other": object()}, "payload-not-json"),
            ({"inputs": ["other"]}, "payload-value"),
            ({"context": "abc"}, "payload-value"),
        ])
        def test_errors(invoke, given, rule):
            with pytest.raises(BindingError) as caught:
                invoke("Read", **given)
            assert caught.value.rule == rule
            assert caught.value.function in ("Read", None)
        """
    )

    passed(result, 7)


def test_a_context_that_is_none_reads_well(app: FunctionApp, session: Session) -> None:
    app.function("Order", "def main(msg): pass")

    result = session.test("def test_it(invoke): invoke('Order', context='4f5c')")

    assert error_lines(result) == [
        "pytest_azfunc.errors.BindingError: invoke(): context is '4f5c', but must be what azfunc_context(...) returns.",
        "  remedy: correct the argument.",
        "  rule:   payload-value",
    ]


def test_a_misspelt_input_reads_well(app: FunctionApp, session: Session) -> None:
    customer = {"type": "blob", "direction": "in", "name": "customer", "path": "customers/1.json"}
    app.function("Enrich", ENRICH, queue_trigger(), customer, queue_out("$return", "enriched"))

    result = session.test("def test_it(invoke): invoke('Enrich', {}, custmer={})")

    assert error_lines(result) == [
        "pytest_azfunc.errors.BindingError: Enrich: there is no input binding 'custmer'. Did you mean 'customer'? "
        "Input bindings: customer.",
        "  where:  app/Enrich/function.json",
        "  remedy: correct the name.",
        "  rule:   input-unknown",
    ]


def test_ainvoke_with_pytest_asyncio(app: FunctionApp, session: Session) -> None:
    app.function("Sync", "def main(msg): print('sync')")
    app.function(
        "Async",
        """
        import asyncio

        async def main(msg):
            await asyncio.sleep(0)
            print("async", id(asyncio.get_running_loop()))
        """,
    )

    result = session.test(
        """
        import asyncio

        import pytest
        from pytest_azfunc import BindingError

        @pytest.mark.asyncio
        async def test_awaited(ainvoke, capsys):
            await ainvoke("Sync")
            await ainvoke("Async")
            assert capsys.readouterr().out == f"sync\\nasync {id(asyncio.get_running_loop())}\\n"

        @pytest.mark.asyncio
        async def test_gathered(ainvoke):
            results = await asyncio.gather(*[ainvoke("Async", str(number)) for number in range(5)])
            assert [result.ok for result in results] == [True] * 5
            assert len({result.context.invocation_id for result in results}) == 5

        @pytest.mark.asyncio
        async def test_invoke_inside_a_loop(invoke, capsys):
            invoke("Sync")
            assert capsys.readouterr().out == "sync\\n"
            with pytest.raises(BindingError) as caught:
                invoke("Async")
            assert str(caught.value) == (
                "Async: it is async, and an event loop is already running, so invoke() cannot wait for it.\\n"
                "  remedy: write: await ainvoke('Async', ...).\\n"
                "  rule:   async-in-running-loop"
            )
        """,
        plugins=("pytest_asyncio.plugin",),
    )

    passed(result, 3)


def test_ainvoke_with_anyio(app: FunctionApp, session: Session) -> None:
    app.function("Async", "async def main(msg): print('async')")

    result = session.test(
        """
        import pytest

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @pytest.mark.anyio
        async def test_awaited(ainvoke, capsys):
            assert (await ainvoke("Async", {"id": 1})).ok
            assert capsys.readouterr().out == "async\\n"
        """,
        plugins=("anyio",),
    )

    passed(result, 1)


@pytest.mark.parametrize("plugin", ["pytest_asyncio.plugin", "anyio"])
def test_an_async_function_called_with_invoke_runs_on_one_loop(app: FunctionApp, session: Session, plugin: str) -> None:
    app.function(
        "Counts",
        """
        import asyncio

        lock, loops = asyncio.Lock(), set()

        async def main(msg):
            async with lock:
                loops.add(asyncio.get_running_loop())
            print(len(loops))
        """,
    )

    result = session.test(
        """
        def test_twice(invoke, capsys):
            invoke("Counts")
            invoke("Counts")
            assert capsys.readouterr().out == "1\\n1\\n"
        """,
        plugins=(plugin,),
    )

    passed(result, 1)


def test_a_payload_by_keyword_is_told_apart_from_an_input(app: FunctionApp, session: Session) -> None:
    app.function("Enrich", "def main(msg): pass")

    result = session.test("def test_it(invoke): invoke('Enrich', payload={'id': 7})")

    assert error_lines(result)[0::2][:2] == [
        "pytest_azfunc.errors.BindingError: Enrich: there is no input binding 'payload'. Input bindings: none.",
        "  remedy: pass what starts the function as the second argument, without a name.",
    ]
