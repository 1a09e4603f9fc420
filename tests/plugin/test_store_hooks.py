"""Stores that a plugin or a conftest.py adds."""

from __future__ import annotations

import inspect
from textwrap import dedent

import pytest

from pytest_azfunc import hookspecs
from tests.function_app import FunctionApp, Session, passed, queue_trigger

# The example of the hook, as users read it.
EXAMPLE = dedent((inspect.getdoc(hookspecs.pytest_azfunc_stores) or "").partition("::\n\n")[2])
TRIGGER = {"type": "acmeTrigger", "direction": "in", "name": "text"}
SCRIPT = """
    import logging

    def main(text):
        logging.info("read %s", text)
        if text == "bad":
            raise ValueError("no such reading")
"""


@pytest.fixture
def meter(app: FunctionApp, session: Session) -> Session:
    """A session with the example's conftest.py, on an app that reads the meter and writes to it."""
    app.function("Read", SCRIPT, TRIGGER)
    note = {"type": "acme", "direction": "out", "name": "note"}
    app.function("Note", "def main(msg, note): note.set(msg.get_body().decode())", queue_trigger(queue="notes"), note)
    seen = {"type": "acme", "direction": "in", "name": "seen"}
    app.function("Look", "def main(msg, seen): print(seen)", queue_trigger(queue="looks"), seen)
    session.write({"conftest.py": EXAMPLE})
    return session


def test_the_example_delivers(meter: Session) -> None:
    result = meter.test(
        """
        def test_it(invoke, azfunc_host, capsys):
            azfunc_host.store("meter").put("20.5")
            invoke("Note", "21.0")
            invoke("Look", "x")
            assert capsys.readouterr().out == '["20.5","21.0"]\\n'
            runs = azfunc_host.drain()
            assert [run.logs.messages for run in runs] == [["read 20.5"], ["read 21.0"]]
            assert runs[1].caused_by is None  # the store has said of no origin
            assert azfunc_host.store("meter").readings == []
        """
    )

    passed(result, 1)


def test_the_example_delivers_again_what_has_failed(meter: Session) -> None:
    result = meter.test(
        """
        def test_it(azfunc_host):
            azfunc_host.raise_exceptions = False
            azfunc_host.failures.expect(ValueError, match="no such reading")
            azfunc_host.store("meter").put("bad")
            for _ in range(2):
                (run,) = azfunc_host.drain()
                assert not run.ok
            assert [failure.how for failure in azfunc_host.failures] == ["reading of the meter"] * 2
            assert [reading.text for reading in azfunc_host.store("meter").readings] == ["bad"]
        """
    )

    passed(result, 1)


def test_each_test_has_a_store_of_its_own(meter: Session) -> None:
    result = meter.test(
        """
        import pytest

        @pytest.mark.parametrize("number", [1, 2])
        def test_it(azfunc_host, number):
            meter = azfunc_host.store("meter")
            assert meter.readings == []
            meter.put("20.5")
            assert azfunc_host.store("meter") is meter
        """
    )

    passed(result, 2)


def test_it_takes_part_in_what_tests_are_shown(meter: Session) -> None:
    result = meter.test(
        """
        import pytest

        def test_it(azfunc_host):
            with pytest.raises(AssertionError, match="meter: once more 20.5"):
                azfunc_host.assert_idempotent("Note", "20.5")

        def test_its_sink(azfunc_host):
            azfunc_host.sink("acme")
        """
    )

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*outputs of the type 'acme' are kept elsewhere.", "*look at azfunc_host.store('meter')."]
    )


def test_it_may_take_the_place_of_one_of_ours(app: FunctionApp, session: Session) -> None:
    session.write(
        {
            "conftest.py": """
                from pytest_azfunc.host.stores.queue_store import QueueStore

                class Loud(QueueStore):
                    def queue(self, name):
                        print("asked for", name)
                        return super().queue(name)

                def pytest_azfunc_stores(config):
                    return {"queue": Loud}
            """
        }
    )

    result = session.test(
        """
        def test_it(azfunc_host, capsys):
            azfunc_host.queue("orders").put("x")
            assert len(azfunc_host.queue("orders")) == 1
            assert capsys.readouterr().out == "asked for orders\\n" * 2
        """
    )

    passed(result, 1)


def test_a_name_that_no_hook_has(meter: Session) -> None:
    result = meter.test("def test_it(azfunc_host): azfunc_host.store('metre')")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*there is no store 'metre'. Did you mean 'meter'? Stores of hooks: meter."])


@pytest.mark.parametrize(
    ("returned", "problem"),
    [
        ("['meter']", "the hook pytest_azfunc_stores has returned a list for its stores."),
        ("{'meter': 7}", "the hook pytest_azfunc_stores has returned an int for 'meter'."),
    ],
)
def test_what_the_hook_may_not_return(app: FunctionApp, session: Session, returned: str, problem: str) -> None:
    session.write({"conftest.py": f"def pytest_azfunc_stores(config): return {returned}"})

    result = session.test("def test_it(azfunc_host): pass")

    assert (result.ret, f"ERROR: {problem}" in result.errlines) == (pytest.ExitCode.USAGE_ERROR, True)


def test_the_hook_may_return_nothing(app: FunctionApp, session: Session) -> None:
    session.write({"conftest.py": "def pytest_azfunc_stores(config): return None"})

    passed(session.test("def test_it(azfunc_host): pass"), 1)
