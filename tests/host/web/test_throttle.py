"""How many requests run and wait. Threads meet at barriers, so nothing here depends on time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.web.http_response import HttpResult
from pytest_azfunc.host.web.throttle import Throttle
from pytest_azfunc.project.host_json import HostConfig

REFUSED = HttpResult(429, (("X-FUNCTION-SCALEOUT", "1"),))
PATIENCE = 30  # seconds, which only a failing test takes


def test_free_when_not_configured() -> None:
    assert Throttle.of(HostConfig()) is None


@pytest.mark.parametrize(
    "host", [HostConfig(max_outstanding_requests=3), HostConfig(max_outstanding_requests=3, max_concurrent_requests=9)]
)
def test_one_too_many(host: HostConfig) -> None:
    throttle = Throttle.of(host)
    assert throttle is not None
    for _ in range(2):  # all are given back
        with ExitStack() as stack:
            answers = [stack.enter_context(throttle.admitted("/api/F")) for _ in range(5)]
        assert answers == [None, None, None, REFUSED, REFUSED]


@pytest.mark.parametrize("path", ["/admin", "/admin/host/status", "/ADMIN/host/ping"])
def test_admin_is_exempt(path: str) -> None:
    throttle = Throttle(1, 1)
    with throttle.admitted("/api/F"), throttle.admitted(path) as first, throttle.admitted(path) as second:
        assert (first, second) == (None, None)
        with throttle.admitted("/api/F") as third:
            assert third == REFUSED


@pytest.mark.parametrize("path", ["/administrators", "/api/admin", "/runtime/webhooks/x", "/"])
def test_others_are_not(path: str) -> None:
    throttle = Throttle(1, None)
    with throttle.admitted("/api/F"), throttle.admitted(path) as refused:
        assert refused == REFUSED


def test_exceptions_give_the_place_back() -> None:
    throttle = Throttle(1, 1)

    def fail() -> None:
        with throttle.admitted("/") as refused:
            raise ValueError(refused)

    for _ in range(3):
        with pytest.raises(ValueError, match="None"):
            fail()


def test_a_function_may_call_its_own_app() -> None:
    inside = [False]
    throttle = Throttle(None, 1, lambda: inside[0])
    with throttle.admitted("/api/F") as outer:
        inside[0] = True
        with throttle.admitted("/api/G") as inner:
            assert (outer, inner) == (None, None)
        inside[0] = False
    with throttle.admitted("/api/F") as again:
        assert again is None


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_azfunc.host.web.throttle.LONGEST_WAIT", 0.0)
    throttle = Throttle(None, 1)
    with throttle.admitted("/api/F"):
        with pytest.raises(BindingError) as caught, throttle.admitted("/api/G"):
            raise AssertionError("it was let in")
        assert caught.value.rule == "http-throttled-for-ever"
    with throttle.admitted("/api/G") as afterwards:
        assert afterwards is None


def test_outstanding_requests_of_many_threads() -> None:
    throttle = Throttle(10, 1)
    together = threading.Barrier(25)
    all_know = threading.Event()
    lock, refusals, most, running = threading.Lock(), [0], [0], [0]

    def send() -> bool:
        together.wait(PATIENCE)
        with throttle.admitted("/api/F") as refused:
            if refused is not None:
                with lock:
                    refusals[0] += 1
                    if refusals[0] == 15:
                        all_know.set()
                return False
            assert all_know.wait(PATIENCE)  # those who run hold their places until all others were refused
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            with lock:
                running[0] -= 1
            return True

    with ThreadPoolExecutor(25) as pool:
        answers = [future.result(PATIENCE) for future in [pool.submit(send) for _ in range(25)]]
    assert (answers.count(True), answers.count(False), most[0]) == (10, 15, 1)


def test_requests_wait_for_their_turn() -> None:
    throttle = Throttle(None, 2)
    inside = threading.Barrier(3)  # two requests and the test
    at_the_entrance = threading.Barrier(5)  # four more, and the test
    go_on = threading.Event()
    entered: list[int] = []

    def send(number: int) -> None:
        if number >= 2:
            at_the_entrance.wait(PATIENCE)
        with throttle.admitted("/api/F") as refused:
            assert refused is None
            entered.append(number)
            if number < 2:
                inside.wait(PATIENCE)
                assert go_on.wait(PATIENCE)
            assert go_on.is_set()

    with ThreadPoolExecutor(6) as pool:
        first = [pool.submit(send, number) for number in range(2)]
        inside.wait(PATIENCE)
        others = [pool.submit(send, number) for number in range(2, 6)]
        at_the_entrance.wait(PATIENCE)
        assert sorted(entered) == [0, 1]
        go_on.set()
        for future in [*first, *others]:
            future.result(PATIENCE)
    assert sorted(entered[2:]) == [2, 3, 4, 5]
