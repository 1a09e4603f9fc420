"""What one drain() returns: whole invocations, and outlines of those that came long before the latest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_azfunc import BindingError, Host, Invocation
from pytest_azfunc.host.runs import MOST_WHOLE_RUNS, Runs
from tests.function_app import FunctionApp


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Invocation]]:
    """One that was right, and one that has failed."""
    app = FunctionApp(tmp_path_factory.mktemp("app"))
    app.function("Process", "def main(msg):\n    if msg.get_body() == b'bad': raise ValueError('bad')")
    with Host.open(app.root) as host:
        yield [host.invoke("Process", "good"), host.invoke("Process", "bad", check=False)]


def test_the_latest_are_whole(whole: list[Invocation]) -> None:
    runs = Runs()
    for _ in range(MOST_WHOLE_RUNS):
        runs.append(whole[0])
    assert runs == [whole[0]] * MOST_WHOLE_RUNS


def test_those_before_them_are_outlines(whole: list[Invocation]) -> None:
    good, bad = whole
    runs = Runs()
    for invocation in (good, bad, *[good] * MOST_WHOLE_RUNS):
        runs.append(invocation)

    assert len(runs) == MOST_WHOLE_RUNS + 2
    assert runs[2:] == [good] * MOST_WHOLE_RUNS
    first, second = runs[:2]
    assert isinstance(first, Invocation)
    assert (first.function, first.ok, first.exception) == ("Process", True, None)
    assert (first.started_at, first.duration) == (good.started_at, good.duration)
    assert (second.ok, second.exception) == (False, bad.exception)
    assert repr(first) == "<Invocation Process: ok, payload, outputs and logs let go>"
    assert repr(second) == "<Invocation Process: ValueError('bad'), payload, outputs and logs let go>"
    assert first != good
    assert len({first, second, first}) == 2


@pytest.mark.parametrize(
    "name", ["request", "response", "return_value", "outputs", "logs", "context", "http", "attempts", "caused_by"]
)
def test_what_an_outline_cannot_tell(whole: list[Invocation], name: str) -> None:
    runs = Runs()
    for _ in range(MOST_WHOLE_RUNS + 1):
        runs.append(whole[0])
    with pytest.raises(BindingError) as caught:
        getattr(runs[0], name)
    assert str(caught.value) == (
        "Process: what it was given, has set and has logged was let go: this run is not among the latest 10,000 of one "
        "drain() or advance().\n"
        "  remedy: let fewer messages come due at once; each run still tells its .function, .ok, .exception, "
        ".started_at and .duration.\n"
        "  rule:   invocation-let-go"
    )
    assert not hasattr(runs[0], "nothing")
