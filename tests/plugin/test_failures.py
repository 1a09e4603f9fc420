"""What a failing test prints: the user's own code and the invocations, not our insides."""

from __future__ import annotations

import itertools
import re

import pytest

from tests.function_app import (
    FunctionApp,
    Session,
    Sessions,
    error_lines,
    http_out,
    http_trigger,
    passed,
    queue_out,
    queue_trigger,
    section,
)


def our_frames(result: pytest.RunResult) -> list[str]:
    """Traceback lines that point into our package."""
    return [line for line in result.outlines if re.match(r"\S*pytest_azfunc/\S+:\d+", line)]


def test_an_exception_of_the_function(app: FunctionApp, session: Session) -> None:
    app.function("Charge", "def main(msg):\n    charge(msg.get_json())\n\ndef charge(order):\n    return order['id']\n")

    result = session.test("def test_it(invoke):\n    invoke('Charge', {})\n")

    assert our_frames(result) == []
    assert error_lines(result) == ["KeyError: 'id'"]
    result.stdout.fnmatch_lines(
        [
            ">       invoke('Charge', {})",
            "test_it.py:2: ",
            "app/Charge/__init__.py:2: in main",
            "    charge(msg.get_json())",
            ">       return order['id']",
            "app/Charge/__init__.py:5: KeyError",
        ]
    )


STYLES = ("long", "short", "native", "line", "auto")
CALLS_THAT_FAIL = (
    "invoke('Fails')",
    "invoke('AsyncFails')",
    "asyncio.run(ainvoke('Fails'))",
    "asyncio.run(ainvoke('AsyncFails'))",
    "invoke('FailsAtImport')",
    "invoke('SyntaxError')",
)


def test_our_frames_are_hidden(sessions: Sessions) -> None:
    for style, call in itertools.product(STYLES, CALLS_THAT_FAIL):
        folder = sessions.add((style, call), f"--tb={style}")
        folder.app.function("Fails", "def main(msg): raise ValueError('mine')")
        folder.app.function("AsyncFails", "async def main(msg): raise ValueError('mine')")
        folder.app.function("FailsAtImport", "raise ValueError('mine')")
        folder.app.function("SyntaxError", "def main(msg):\n    mine mine\n")
        folder.write({"test_it.py": f"import asyncio\ndef test_it(invoke, ainvoke): {call}"})

    for row, result in sessions.run().items():
        assert result.parseoutcomes() == {"failed": 1}, row
        output = result.stdout.str()
        # pytest 8.0 shows no more on one line
        assert "mine" in output or 'SyntaxError/__init__.py", line 2' in output, row
        if "native" not in row:  # which shows every frame, ours too
            assert our_frames(result) == [], row


WRONG_CALLS = (
    "invoke('Stor')",
    "invoke('Store', inputs={'x': 1})",
    "invoke('Store', timer())",
    "invoke('Lossy')",
    "invoke('Bad')",
    "invoke('Store').status_code",
    "invoke('Store').outputs['receipt']",
    "invoke('Store').logs.at('LOUD')",
    "timer(past_due='no')",
    "azfunc_host.keys.function('Stor')",
    "azfunc_host.context('Stor')",
    "timer().decode('Store')",
    "Host.open('nowhere')",
    "azfunc_host.close() or azfunc_host.http",
    "invoke('Umlaut').json()",
    "invoke('WrongType')",
    "azfunc_host.http.get('/api/WrongType')",
    "azfunc_host.http.get('/api/Broken')",
    "azfunc_host.http.get('/api/Umlaut')",
)


def test_our_frames_are_hidden_in_our_own_errors(sessions: Sessions) -> None:
    umlaut = "import azure.functions as func\ndef main(req): return func.HttpResponse('', headers={'X': '\\xfc'})"
    lossy_output = {**queue_out("$return", "q"), "type": "eventHub"}
    for call in WRONG_CALLS:
        folder = sessions.add(call)
        folder.app.function("Store", "def main(msg): pass")
        folder.app.function("Lossy", "def main(msg): return {'a': 1}", queue_trigger(), lossy_output)
        folder.app.function("Bad", "def main(msg, other): pass")
        folder.app.function("Umlaut", umlaut, http_trigger(), http_out())
        folder.app.function("WrongType", "def main(req): return {'a': 1}", http_trigger(), http_out())
        folder.app.function("Broken", "def main(req): a b", http_trigger(), http_out())
        code = f"from pytest_azfunc import Host, timer\ndef test_it(invoke, azfunc_host):\n    {call}\n"
        folder.write({"test_it.py": code})

    for call, result in sessions.run().items():
        assert result.parseoutcomes() == {"failed": 1}, call
        assert our_frames(result) == [], call
        assert [line for line in result.outlines if re.match(r"\S*requests/\S+:\d+", line)] == [], call
        result.stdout.fnmatch_lines([f">       {call.replace('[', '[[]')}"])


def test_a_fixture_of_the_test_is_the_place_of_an_error_of_ours(app: FunctionApp, session: Session) -> None:
    app.function("Store", "def main(msg): pass")

    result = session.test(
        """
        import pytest

        @pytest.fixture
        def stored(invoke):
            return invoke("Store").status_code

        def test_it(stored):
            pass
        """
    )

    assert result.parseoutcomes() == {"errors": 1}
    assert our_frames(result) == []
    result.stdout.fnmatch_lines([">       return invoke(?Store?).status_code", "test_it.py:6: BindingError"])


WHAT_THE_WORKER_CANNOT_SEND = (
    (
        http_out(),
        "None",
        "azfunc: an HTTP function cannot answer with None; is there a path without a return? In Azure the caller "
        "gets a 500. Return a func.HttpResponse or a str.",
    ),
    (
        http_out(),
        "{'id': 7}",
        "azfunc: an HTTP function cannot answer with a dict. In Azure the caller gets a 500. "
        "Return a func.HttpResponse or a str.",
    ),
    (
        {**queue_out("$return", "q"), "type": "blob"},
        "object()",
        "azfunc: the blob output '$return' does not take an object. In Azure the call fails with this exception. "
        "Set a str (such as json.dumps(value)) or bytes.",
    ),
)


def test_an_output_that_the_worker_cannot_send(sessions: Sessions) -> None:
    for output, returned, note in WHAT_THE_WORKER_CANNOT_SEND:
        folder = sessions.add(note)
        folder.app.function("Answer", f"def main(req): return {returned}", http_trigger(), output)
        folder.write({"test_it.py": "def test_it(invoke):\n    invoke('Answer')\n"})

    for note, result in sessions.run().items():
        first, second = error_lines(result)
        assert first.startswith("TypeError: unable to encode outgoing TypedData: ")
        assert second == note
        assert our_frames(result) == []
        result.stdout.fnmatch_lines([">       invoke('Answer')", "test_it.py:2: TypeError"])


def test_a_misspelt_name(app: FunctionApp, session: Session) -> None:
    app.function("ProcessOrder", "def main(msg): pass")
    app.function("Refund", "def main(msg): pass")

    result = session.test("def test_it(invoke):\n    invoke('ProcesOrder')\n")

    assert error_lines(result) == [
        "pytest_azfunc.errors.FunctionNotFound: there is no function 'ProcesOrder'. Did you mean 'ProcessOrder'? "
        "Known: ProcessOrder, Refund.",
        "  remedy: correct the name.",
        "  rule:   function-not-found",
    ]
    result.stdout.fnmatch_lines([">       invoke('ProcesOrder')", "test_it.py:2: FunctionNotFound"])


def test_the_invocations_of_a_failing_test(app: FunctionApp, session: Session) -> None:
    app.function(
        "ProcessOrder",
        """
        import json
        import logging

        def main(msg, receipt):
            logging.info("charging")
            order = msg.get_json()
            if order["id"] == 9:
                raise LookupError("no order 9")
            receipt.set(json.dumps(order))
        """,
        queue_trigger(),
        queue_out("receipt", "receipts"),
    )

    result = session.test(
        """
        def test_passing(invoke):
            invoke("ProcessOrder", {"id": 6})

        def test_failing(invoke):
            invoke("ProcessOrder", {"id": 7})
            invoke("ProcessOrder", {"id": 9}, check=False)
            assert False
        """
    )

    lines = [line for line in section(result, "azfunc invocations (call)") if line]
    shown = [line.partition(" (")[0] if line[:1].isdigit() else line for line in lines]
    assert shown == [
        "1. ProcessOrder",
        "   in   msg: string '{\"id\": 7}'",
        "   out  receipt: string '{\"id\": 7}'",
        "   log  INFO     root: charging",
        "2. ProcessOrder",
        "   in   msg: string '{\"id\": 9}'",
        "   raised LookupError: no order 9",
        "   log  INFO     root: charging",
    ]
    assert result.stdout.str().count("azfunc invocations") == 1


def test_a_test_that_fails_in_teardown_shows_them_too(app: FunctionApp, session: Session) -> None:
    app.function("Works", "def main(msg): pass")

    result = session.test(
        """
        import pytest

        @pytest.fixture
        def checked(invoke):
            yield
            assert False

        def test_it(invoke, checked):
            invoke("Works", "body")

        def test_without_invocation(invoke):
            assert False
        """
    )

    assert result.parseoutcomes() == {"passed": 1, "errors": 1, "failed": 1}
    assert result.stdout.str().count("azfunc invocations") == 1
    assert "   in   msg: string 'body'" in result.outlines


def test_invocations_reach_the_report_through_xdist(app: FunctionApp, session: Session) -> None:
    app.function("Works", "def main(msg): pass")
    app.function("Bad", "def main(msg, other): pass")

    result = session.test(
        """
        def test_assertion(invoke):
            invoke("Works", "body")
            assert False

        def test_error_of_ours(invoke):
            invoke("Bad")
        """,
        "-n",
        "1",
        plugins=("xdist",),
    )

    assert result.parseoutcomes() == {"failed": 2}
    assert "   in   msg: string 'body'" in result.outlines
    assert "  rule:   params-missing-in-python" not in error_lines(result)
    assert "  rule:   params-missing-in-function-json" in error_lines(result)


def test_pytest_raises_takes_the_functions_own_exception(app: FunctionApp, session: Session) -> None:
    app.function(
        "Fails",
        """
        class OrderError(Exception):
            def __init__(self, order, reason):
                super().__init__(order, reason)
                self.order = order

        def main(msg):
            raise OrderError(7, "sold out") from KeyError("stock")
        """,
    )

    result = session.test(
        """
        import pytest
        from Fails import OrderError

        def test_it(invoke):
            with pytest.raises(OrderError, match="sold out") as caught:
                invoke("Fails")
            assert caught.value.order == 7
            assert isinstance(caught.value.__cause__, KeyError)
            assert caught.traceback[-1].name == "main"
        """
    )

    passed(result, 1)


def test_values_whose_repr_fails_or_is_long(app: FunctionApp, session: Session) -> None:
    app.function(
        "Odd",
        """
        class Unprintable(Exception):
            def __str__(self):
                raise RuntimeError("no str")

        def main(msg):
            raise Unprintable()
        """,
    )

    result = session.test("def test_it(invoke): invoke('Odd', 'x' * 10_000)")

    assert result.parseoutcomes() == {"failed": 1}
    payload, *more, raised, _ = section(result, "azfunc invocations")[1:]
    assert payload == f"   in   msg: string '{'x' * 59}"
    assert more == [f"          {'x' * 70}"] * 3 + [f"          {'x' * 30}... (10002 characters)"]
    assert raised == "   raised Unprintable: <str() of it raises RuntimeError>"
