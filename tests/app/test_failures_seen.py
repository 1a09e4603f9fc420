"""Failures behind an HTTP answer: those that a client of the test was told of, and those out of its sight."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from werkzeug.test import Client

from pytest_azfunc import Host
from pytest_azfunc.errors import FunctionFailed
from tests.function_app import FunctionApp, http_out, http_trigger, queue_trigger

RELAY = """
    import concurrent.futures, threading
    import requests

    def main(req):
        if req.params["by"] == "call":
            found = requests.get(req.params["to"])
        else:
            with concurrent.futures.ThreadPoolExecutor() as pool:
                found = pool.submit(requests.get, req.params["to"]).result()
        return str(found.status_code)
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    app = FunctionApp(tmp_path_factory.mktemp("seen"))
    app.function("Fails", "def main(req) -> str: raise ValueError('no stock')", http_trigger(), http_out())
    app.function("AsyncFails", "async def main(req) -> str: raise ValueError('no stock')", http_trigger(), http_out())
    app.function("NoEntry", "def start(req): pass", http_trigger(), http_out())
    app.function("NoImport", "import no_such_module", http_trigger(), http_out())
    app.function("NoHeader", "import azure.functions as f\ndef main(req): return f.HttpResponse(headers={'X': 'ä'})", http_trigger(), http_out())  # fmt: skip
    app.function("Behind", "def main(msg): raise ValueError('no stock')", queue_trigger())
    app.function("Relay", RELAY, http_trigger(), http_out())
    return app.root


def in_process(host: Host) -> Callable[[str], Any]:
    return host.http.get


def plain(host: Host) -> Callable[[str], Any]:
    return lambda path: requests.get(host.url + path)


def wsgi(host: Host) -> Callable[[str], Any]:
    return Client(host.wsgi).get


def socket(host: Host) -> Callable[[str], Any]:
    server = host.live_server()
    server.start()
    return lambda path: requests.get(server.url + path, timeout=20)


CLIENTS = pytest.mark.parametrize("client", [in_process, plain, wsgi, socket])
FAILING = ("Fails", "AsyncFails", "NoEntry", "NoImport", "NoHeader")


@CLIENTS
def test_a_500_that_the_test_received_needs_no_claim(root: Path, client: Callable[[Host], Any]) -> None:
    with Host.open(root, raise_exceptions=False) as host:
        get = client(host)
        assert [get(f"/api/{name}").status_code for name in FAILING] == [500] * len(FAILING)
        assert [failure.how.rpartition("/")[2] for failure in host.failures] == list(FAILING)
        assert all(failure.answered and failure.status_code == 500 for failure in host.failures)


@CLIENTS
def test_it_may_be_claimed_all_the_same(root: Path, client: Callable[[Host], Any]) -> None:
    with Host.open(root, raise_exceptions=False) as host:
        client(host)("/api/Fails")
        host.failures.expect(ValueError, match="stock")


def failed_at_the_end(root: Path, act: Callable[[Host], None], **options: Any) -> FunctionFailed:
    """What closing a host raises after *act*."""

    def whole_test() -> None:
        with Host.open(root, **options) as host:
            act(host)

    with pytest.raises(FunctionFailed) as caught:
        whole_test()
    return caught.value


def test_a_claim_that_does_not_fit_is_still_one_that_is_not_met(root: Path) -> None:
    def act(host: Host) -> None:
        host.http.get("/api/Fails")
        host.failures.expect(KeyError)

    assert failed_at_the_end(root, act, raise_exceptions=False).rule == "failure-not-seen"


def test_over_a_socket_a_test_that_wants_exceptions_has_to_claim_them(root: Path) -> None:
    def act(host: Host) -> None:
        assert socket(host)("/api/Fails").status_code == 500
        assert not host.failures[0].answered

    assert failed_at_the_end(root, act).rule == "failure-unclaimed"


@pytest.mark.parametrize("by", ["call", "thread"])
@CLIENTS
def test_a_request_of_the_app_to_itself_is_out_of_sight(root: Path, client: Callable[[Host], Any], by: str) -> None:
    def act(host: Host) -> None:
        response = client(host)(f"/api/Relay?by={by}&to={host.url}/api/Fails")
        assert (response.status_code, response.text) == (200, "500")

    problem = failed_at_the_end(root, act, raise_exceptions=False).problem
    assert problem == "GET /api/Fails failed with ValueError: no stock, and nobody saw it."


def run_by_hand(host: Host) -> None:
    response = host.http.post("/admin/functions/Behind", json={"input": "x"})
    assert response.invocation is not None
    assert (response.status_code, repr(response.invocation.exception)) == (202, "ValueError('no stock')")


def test_a_run_by_hand_is_out_of_sight(root: Path) -> None:
    error = failed_at_the_end(root, run_by_hand, raise_exceptions=False)
    assert str(error).splitlines()[:2] == [
        "Behind: POST /admin/functions/Behind failed with ValueError: no stock, and nobody saw it.",
        "  Azure:  the caller gets a 202; the exception is in the log only.",
    ]


def test_a_run_by_hand_raises_where_exceptions_do(root: Path) -> None:
    with Host.open(root) as host, pytest.raises(ValueError, match="no stock"):
        run_by_hand(host)
    assert len(host.failures) == 0


def test_one_seen_does_not_hide_another(root: Path) -> None:
    def act(host: Host) -> None:
        host.http.get("/api/Fails")
        run_by_hand(host)

    error = failed_at_the_end(root, act, raise_exceptions=False)
    assert error.function == "Behind"
    assert "more failed" not in str(error)
